import Devices
import Registry
import Rules

/// What a line's second word says: `smoke`, `-smoke` for its clear, `temperature=57` for a value.
struct SpokenReading {
    var reading: Reading
    /// Which kind of device says this where only a place is named; `nil` if every kind may.
    var device: Device.Kind?

    init(_ word: TableWord, _ line: TableLine) throws(ConfigError) {
        let isClear = word.text.hasPrefix("-")
        let halves = (isClear ? word.text.dropFirst() : Substring(word.text)).split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(halves[0])
        device = Device.Kind(rawValue: name)
        // A help button is a button; the device tells what it is for.
        guard let kind = Reading.Kind(rawValue: name == Device.Kind.help.rawValue ? "button" : name) else {
            let known = Reading.Kind.allCases.map(\.rawValue) + Self.verbs
            throw line.mistake(word, "unknown '\(name)'", mend: Spelling.mend(name, known: known))
        }
        guard halves.count == 2 else {
            reading = kind == .availability ? .availability(online: !isClear) : .flag(kind, !isClear)
            return
        }
        guard !isClear, let value = Double(halves[1]), value.isFinite else {
            throw line.mistake(
                word, "'\(word.text)' is no reading", mend: "write a number, such as temperature=57, without a '-'")
        }
        reading = .number(kind, value)
    }

    static let verbs = ["wait", "ack", "confirm", "reset", "drill", "-drill", "deaf", "hears", "help"]
}

extension StepReader {
    /// The device that a word names: by its id, or by its place, `#2` for the second of its kind there.
    mutating func device(
        _ word: TableWord, _ kind: Device.Kind?, _ line: TableLine
    ) throws(ConfigError) -> Int {
        guard word.text.contains("/") else {
            guard let position = roster.position(of: word.text) else {
                throw line.mistake(
                    word, "no device '\(word.text)' in devices.csv",
                    mend: Spelling.nearest(to: word.text, in: roster.ids).map { "write '\($0)'" }
                        ?? "write an id as it stands there, or a place such as a/12/C")
            }
            return position
        }
        let (place, number) = try place(word, line)
        guard let kind else {
            throw line.mistake(word, "which device there says so?", mend: "write its id as in devices.csv")
        }
        if let position = roster.position(kind, at: place, number: number) { return position }
        let count = roster.count(kind, at: place)
        let others = roster.devices.filter { $0.place == place }.map(\.id)
        throw line.mistake(
            word,
            count == 0
                ? "no \(kind.rawValue) device at \(place) in devices.csv"
                : "only \(count) \(kind.rawValue) at \(place) in devices.csv",
            mend: (others.isEmpty || count > 0 ? "" : "name one that is there (\(others.joined(separator: ", "))), or ")
                + "write 'imagine \(kind.rawValue) \(word.text)' under the table's name")
    }

    /// `imagine smoke a/12/C#2`: a device that no file lists.
    mutating func imagine(_ line: TableLine) throws(ConfigError) {
        guard line.words.count == 3 else {
            throw line.mistake(
                at: line.end, "what is imagined where?", mend: "write a kind and a place: 'imagine smoke a/12/C#2'")
        }
        guard let kind = Device.Kind(rawValue: line.words[1].text) else {
            throw line.mistake(
                line.words[1], "unknown kind '\(line.words[1].text)'",
                mend: Spelling.mend(line.words[1].text, known: Device.Kind.allCases.map(\.rawValue)))
        }
        let (place, number) = try place(line.words[2], line)
        let count = roster.count(kind, at: place)
        guard number == count + 1 else {
            throw line.mistake(
                line.words[2], "\(place) has \(count) \(kind.rawValue) already",
                mend: "write '\(place)\(count == 0 ? "" : "#\(count + 1)")'")
        }
        roster.imagine(kind, at: place, number: number)
    }

    private func place(_ word: TableWord, _ line: TableLine) throws(ConfigError) -> (Place, number: Int) {
        let halves = word.text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = halves.count == 2 ? Int(halves[1]) : 1, (1...99).contains(number) else {
            throw line.mistake(word, "'\(word.text)' counts no device", mend: "write '\(halves[0])#2' for the second")
        }
        let path = halves[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(path.count), !path.contains("") else {
            throw line.mistake(
                word, "'\(halves[0])' is no place", mend: "write block/floor/flat, block/floor/area or block/area")
        }
        let areas = roster.estate.block(path[0])?.areas ?? []
        let isArea = areas.contains(path[path.count - 1])
        let place = Place(
            block: path[0], floor: path.count == 3 ? path[1] : isArea ? nil : path[1],
            flat: path.count == 3 && !isArea ? path[2] : nil, area: isArea ? path[path.count - 1] : nil)
        do {
            try roster.estate.check(place)
        } catch {
            throw line.mistake(word, error.problem, mend: error.mend)
        }
        return (place, number)
    }
}
