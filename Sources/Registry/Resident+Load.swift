extension Resident {
    private static let required = ["id", "name", "language", "block", "floor", "flat", "role", "contacts"]
    private static let optional = ["needs", "until"]
    static var columns: [String] { required + optional }

    /// Where in the file a resident and each of their contacts stand.
    struct Positions: Hashable, Sendable {
        var line: Int
        /// Of the contacts' field, for what is wrong with all of them together.
        var contacts: Position
        /// Of each contact, in their order.
        var eachContact: [Position]
        /// All that is personal in the row is sealed.
        var isSealed: Bool
    }

    struct Position: Hashable, Sendable {
        var line: Int
        var column: Int
    }

    /// The residents of a `residents.csv`. Rows with mistakes are noted and left out.
    ///
    /// - Parameters:
    ///   - estate: `nil` if that could not be read; places then stay unchecked.
    ///   - seal: what opens sealed fields; `nil` if there is no key.
    static func read(
        _ file: ConfigFile, estate: Estate?, seal: PersonalSeal?, _ mistakes: inout Mistakes
    ) -> [(resident: Resident, positions: Positions)] {
        let sheet = CSVSheet(file, required: required, optional: optional, &mistakes)
        var sealed = SealedFields(seal)
        var residents: [(resident: Resident, positions: Positions)] = []
        var ids: [String: Int] = [:]
        for row in sheet.rows {
            let id = row["id"].text
            if let first = ids[id], !id.isEmpty {
                mistakes.note(
                    row.mistake("id", "resident '\(id)' stands in line \(first) already", mend: "give them another id"))
            }
            ids[id] = ids[id] ?? row.line
            if let open = sealed.open(row), var entry = read(open, estate, &mistakes) {
                entry.positions.isSealed = SealedFields.columns.allSatisfy {
                    !row.has($0) || PersonalSeal.isSealed(row[$0].text)
                }
                residents.append(entry)
            }
        }
        sealed.note(in: &mistakes)
        return residents
    }

    private static func read(
        _ row: CSVSheet.Row, _ estate: Estate?, _ mistakes: inout Mistakes
    ) -> (resident: Resident, positions: Positions)? {
        let before = mistakes.errors.count
        let id = row["id"].text
        if let (problem, mend) = Identifier.mistake(in: id) { mistakes.note(row.mistake("id", problem, mend: mend)) }
        if row["name"].text.isEmpty {
            mistakes.note(row.mistake("name", "the name is missing", mend: "write what the guards call this person"))
        }
        let language = Language(checking: row["language"].text)
        if language == nil {
            let tag = row["language"].text
            mistakes.note(
                row.mistake(
                    "language", tag.isEmpty ? "the language is missing" : "'\(tag)' is no language tag",
                    mend: Language.mend))
        }
        let role = mistakes.reading { () throws(ConfigError) in try row.choice("role", Role.self) }
        let place = place(row, role, estate, &mistakes)
        let until = CalendarDay(row["until"].text)
        if until == nil, !row["until"].text.isEmpty {
            mistakes.note(
                row.mistake(
                    "until", "'\(row["until"].text)' is no day", mend: "write it as 2027-03-31, or leave it empty"))
        }
        let (contacts, positions) = contacts(row, &mistakes)
        guard let language, let role, mistakes.errors.count == before else { return nil }
        let resident = Resident(
            id: id, name: row["name"].text, language: language, place: place, role: role, needs: row["needs"].text,
            until: until, contacts: contacts)
        let field = row["contacts"]
        return (
            resident,
            Positions(
                line: row.line, contacts: Position(line: field.line, column: field.column), eachContact: positions,
                isSealed: false)
        )
    }

    private static func place(
        _ row: CSVSheet.Row, _ role: Role?, _ estate: Estate?, _ mistakes: inout Mistakes
    ) -> Place? {
        let place = row.place(area: false)
        if let missing = ["block", "floor", "flat"].first(where: { row[$0].text.isEmpty }), role == .resident {
            mistakes.note(
                row.mistake(
                    missing, "a resident without a \(missing)",
                    mend: "write the \(missing), or another role for who lives in no flat"))
        } else if place == nil, let stray = ["floor", "flat"].first(where: { !row[$0].text.isEmpty }) {
            mistakes.note(
                row.mistake(
                    "block", "the \(stray) '\(row[stray].text)' stands without a block",
                    mend: "write the block's id as in estate.yaml"))
        } else if let place, let estate {
            row.check(place, in: estate, &mistakes)
        }
        return place
    }

    /// `channel:address`, separated by spaces.
    private static func contacts(
        _ row: CSVSheet.Row, _ mistakes: inout Mistakes
    ) -> ([Contact], [Position]) {
        var contacts: [Contact] = []
        var positions: [Position] = []
        for word in row["contacts"].words {
            // The contact is not quoted: a telephone number is nobody's business.
            func note(_ problem: String, _ mend: String) {
                mistakes.note(
                    ConfigError(
                        file: row.file, line: word.line, column: word.column, problem: problem, mend: mend))
            }
            let parts = word.text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, isChannelName(parts[0]) else {
                note("this is no contact", "write channel:address, such as siren:a-12-C-siren")
                continue
            }
            let contact = Contact(
                resident: row["id"].text, position: contacts.count + 1, channel: String(parts[0]),
                address: String(parts[1]))
            if contacts.contains(where: { $0.channel == contact.channel && $0.address == contact.address }) {
                note("this contact stands twice", "keep one of them")
            }
            contacts.append(contact)
            positions.append(Position(line: word.line, column: word.column))
        }
        return (contacts, positions)
    }

    private static func isChannelName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, (97...122).contains(first) else { return false }
        return name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }
}

extension CSVField {
    /// The words between spaces and line ends, each as a field with its own place; with the field's, if that was sealed.
    var words: [CSVField] {
        if isOpened {
            return text.split(whereSeparator: \.isWhitespace).map {
                CSVField(text: String($0), line: self.line, column: self.column)
            }
        }
        var words: [CSVField] = []
        var (line, column) = (line, column + (isQuoted ? 1 : 0))
        var word = ""
        func finish() {
            guard !word.isEmpty else { return }
            words.append(CSVField(text: word, line: line, column: column - word.unicodeScalars.count))
            word = ""
        }
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace { finish() } else { word.unicodeScalars.append(scalar) }
            column += 1
            if scalar == "\n" { (line, column) = (line + 1, 1) }
        }
        finish()
        return words
    }
}
