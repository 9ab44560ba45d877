public import Registry
public import Rules

/// Reads `.table` files strictly: what it does not understand is a mistake with its line and column, and it goes on
/// after each, so that one run shows them all.
///
///     let tables = try TableReader.read(file, roster: Roster(registry), rules: rules)
public struct TableReader {
    private let file: String
    private let rules: RuleSet
    /// Without what a table imagines.
    private let roster: Roster
    private var mistakes = Mistakes()
    private var tables: [RuleTable] = []
    private var draft: Draft?

    /// A table that is being read.
    private struct Draft {
        var table: RuleTable
        var lines: StepReader
        /// Where its next line may lie at the earliest.
        var latest: Instant?
    }

    /// - Parameter unnamed: what a table is called whose name the text does without; `nil` where a name has to be.
    /// - Throws: every mistake of the file.
    public static func read(
        _ file: ConfigFile, roster: Roster, rules: RuleSet, unnamed: String? = nil
    ) throws(ConfigErrors) -> [RuleTable] {
        var reader = TableReader(file: file.name, rules: rules, roster: roster)
        if let unnamed { reader.begin(unnamed, line: 1) }
        var number = 0
        for text in file.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            reader.read(TableLine(text, file: file.name, number: number))
        }
        reader.finish()
        if reader.tables.isEmpty, reader.mistakes.errors.isEmpty {
            reader.mistakes.note(
                file.mistake("no table stands here", mend: "begin one with 'table' and what it shows"))
        }
        try reader.mistakes.throwIfAny()
        return reader.tables
    }

    private init(file: String, rules: RuleSet, roster: Roster) {
        self.file = file
        self.rules = rules
        self.roster = roster
    }

    private mutating func read(_ line: TableLine) {
        guard !line.isEmpty else { return }
        do {
            switch line.words.first?.text {
            case "table": try beginTable(line)
            case "start": try readStart(line)
            case "imagine": try readImagined(line)
            default: try readStep(line)
            }
        } catch {
            mistakes.note(error)
        }
    }

    private mutating func beginTable(_ line: TableLine) throws(ConfigError) {
        finish()
        try refuseBar(line)
        let name = line.words.dropFirst().map(\.text).joined(separator: " ")
        begin(name, line: line.number)
        guard !name.isEmpty else {
            throw line.mistake(
                at: line.end, "the table has no name", mend: "say what it shows: 'table Burnt toast wakes nobody'")
        }
        if let first = tables.first(where: { $0.name == name }) {
            throw line.mistake(
                at: line.words[1].column, "a table of this name stands in line \(first.line) already",
                mend: "say what this one shows that the other does not")
        }
    }

    private mutating func begin(_ name: String, line: Int) {
        draft = Draft(
            table: RuleTable(
                name: name, file: file, line: line, start: RuleTable.usualStart, devices: [], steps: []),
            lines: StepReader(start: RuleTable.usualStart, roster: roster, rules: rules))
    }

    private mutating func finish() {
        guard var table = draft?.table, let devices = draft?.lines.roster.devices else { return }
        draft = nil
        table.devices = devices
        tables.append(table)
        if table.steps.isEmpty, mistakes.errors.isEmpty {
            mistakes.note(
                ConfigError(
                    file: file, line: table.line, column: 1, problem: "the table '\(table.name)' is empty",
                    mend: "write lines such as '00:00  smoke  a/12/C  | first-detector:investigate', or remove it"))
        }
    }

    private mutating func readStart(_ line: TableLine) throws(ConfigError) {
        try refuseBar(line)
        try refuseLate(line)
        guard line.words.count == 2, let moment = Instant(rfc3339: line.words[1].text), moment.isWritable else {
            throw line.mistake(
                at: line.words.count > 1 ? line.words[1].column : line.end, "this is no moment",
                mend: "write one with its zone, such as 'start 2026-11-22T23:30:00+08:00'")
        }
        draft?.table.start = moment
        draft?.lines.start = moment
    }

    private mutating func readImagined(_ line: TableLine) throws(ConfigError) {
        try refuseBar(line)
        try refuseLate(line)
        try draft?.lines.imagine(line)
    }

    private mutating func readStep(_ line: TableLine) throws(ConfigError) {
        guard draft != nil else {
            throw line.mistake(
                at: line.words.first?.column ?? 1, "this stands in no table",
                mend: "write 'table' and what it shows above it")
        }
        guard let step = try draft?.lines.step(line) else { return }
        if let latest = draft?.latest, step.at < latest {
            throw line.mistake(
                at: line.words.first?.column ?? 1, "the time goes back",
                mend: "write a moment that is not before that of the line above")
        }
        draft?.latest = step.at
        draft?.table.steps.append(step)
    }

    private func refuseBar(_ line: TableLine) throws(ConfigError) {
        guard let expected = line.expected else { return }
        throw line.mistake(
            at: expected.first?.column ?? line.end, "nothing is decided here",
            mend: "remove the '|' and what stands behind it")
    }

    /// What concerns a table as a whole stands above its lines.
    private func refuseLate(_ line: TableLine) throws(ConfigError) {
        let word = line.words[0]
        guard let draft else {
            throw line.mistake(word, "'\(word.text)' stands in no table", mend: "write 'table' and its name above it")
        }
        guard draft.table.steps.isEmpty else {
            throw line.mistake(
                word, "'\(word.text)' comes too late", mend: "write it above the first line of the table")
        }
    }
}
