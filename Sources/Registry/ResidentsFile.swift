/// A `residents.csv` in which single fields and rows are changed, and every other byte stays as it is.
///
///     let sealed = try ResidentsFile(try ConfigFile.read(path)).sealed(with: seal)
public struct ResidentsFile: Sendable {
    private let file: ConfigFile
    private let rows: [CSVSheet.Row]
    private let bytes: [UInt8]
    /// Where each line begins among the bytes; behind the last stands their number.
    private let lines: [Int]

    /// A file of which something was changed.
    public struct Changed: Sendable {
        public var text: String
        /// The fields that were changed.
        public var fields = 0
        /// The rows that were removed, as they stood there, by their id.
        public var removed: [Resident.ID: String] = [:]
    }

    /// - Throws: what keeps it from being read as a table.
    public init(_ file: ConfigFile) throws(ConfigErrors) {
        var mistakes = Mistakes()
        rows = CSVSheet(file, required: ["id"], optional: Resident.columns.filter { $0 != "id" }, &mistakes).rows
        try mistakes.throwIfAny()
        self.file = file
        bytes = Array(file.text.utf8)
        lines = Self.lines(of: bytes)
    }

    public var ids: [Resident.ID] { rows.map { $0["id"].text } }

    /// Fields that should be sealed and are not.
    public var plainFields: Int { personalFields.count { !PersonalSeal.isSealed($0.field.text) } }

    /// - Throws: what the system's cryptography throws.
    public func sealed(with seal: PersonalSeal) throws -> Changed {
        try changed { id, column, text in
            PersonalSeal.isSealed(text) ? nil : try seal.seal(text, of: id, as: column)
        }
    }

    /// - Throws: each field that does not open.
    public func opened(with seal: PersonalSeal) throws -> Changed {
        try changed { id, column, text in
            PersonalSeal.isSealed(text) ? CSVField.written(try seal.open(text, of: id, as: column)) : nil
        }
    }

    /// All that is personal, sealed with another key.
    ///
    /// - Throws: the first field that the old key does not open.
    public func sealed(with new: PersonalSeal, insteadOf old: PersonalSeal) throws -> Changed {
        try changed { id, column, text in
            let plain = PersonalSeal.isSealed(text) ? try old.open(text, of: id, as: column) : text
            return try new.seal(plain, of: id, as: column)
        }
    }

    /// Without the rows of some people.
    public func removing(_ ids: Set<Resident.ID>) -> Changed {
        var changed = Changed(text: "")
        var kept: [UInt8] = []
        var position = 0
        for row in rows where ids.contains(row["id"].text) {
            let begin = lines[row.line - 1]
            let end = lines[line(of: end(of: row.last)) + 1]
            changed.removed[row["id"].text] = String(decoding: bytes[begin..<end], as: UTF8.self)
            kept += bytes[position..<begin]
            position = end
        }
        changed.text = String(decoding: kept + bytes[position...], as: UTF8.self)
        return changed
    }

    private var personalFields: [(row: CSVSheet.Row, column: String, field: CSVField)] {
        rows.flatMap { row in
            SealedFields.columns.filter(row.has).map { (row, $0, row[$0]) }
        }
    }

    /// - Parameter change: the new field as it stands in a file; `nil` leaves it as it is.
    private func changed(_ change: (_ id: Resident.ID, _ column: String, _ text: String) throws -> String?) throws
        -> Changed
    {
        var changed = Changed(text: "")
        var kept: [UInt8] = []
        var position = 0
        for (row, column, field) in personalFields.sorted(by: { start(of: $0.field) < start(of: $1.field) }) {
            let new: String?
            do {
                new = try change(row["id"].text, column, field.text)
            } catch let mistake as PersonalSeal.Mistake {
                throw row.mistake(
                    column, "the field '\(column)' does not open: \(mistake)",
                    mend: "give the key that it was sealed with")
            }
            guard let new else { continue }
            kept += bytes[position..<start(of: field)] + Array(new.utf8)
            position = end(of: field)
            changed.fields += 1
        }
        changed.text = String(decoding: kept + bytes[position...], as: UTF8.self)
        return changed
    }

    // MARK: Places

    /// Where the line of each number begins: ends are LF, CR LF or CR, as in ``CSVTable``.
    private static func lines(of bytes: [UInt8]) -> [Int] {
        var lines = [0]
        for index in bytes.indices {
            let isReturn = bytes[index] == UInt8(ascii: "\r")
            let isWhole = isReturn ? index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n") : true
            if bytes[index] == UInt8(ascii: "\n") || isReturn, isWhole { lines.append(index + 1) }
        }
        if lines.last != bytes.count { lines.append(bytes.count) }
        return lines
    }

    /// The number of the line, from 0, in which a byte stands, or behind whose last byte it would.
    private func line(of position: Int) -> Int {
        (lines.lastIndex { $0 <= min(position, bytes.count - 1) }) ?? 0
    }

    private func start(of field: CSVField) -> Int {
        var position = lines[min(field.line - 1, lines.count - 1)]
        for _ in 1..<max(field.column, 1) {
            position += 1
            // A scalar's further bytes.
            while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
        }
        return min(position, bytes.count)
    }

    private func end(of field: CSVField) -> Int {
        let start = start(of: field)
        guard field.isQuoted else { return start + field.text.utf8.count }
        let quote = UInt8(ascii: "\"")
        var position = start + 1
        while position < bytes.count {
            defer { position += 1 }
            guard bytes[position] == quote else { continue }
            guard position + 1 < bytes.count, bytes[position + 1] == quote else { return position + 1 }
            position += 1
        }
        return bytes.count
    }
}
