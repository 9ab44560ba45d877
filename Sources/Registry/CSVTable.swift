/// One field of a CSV file, with its place: RFC 4180, in UTF-8, with commas.
struct CSVField: Hashable, Sendable {
    /// Without its quotes; spaces around an unquoted field are dropped.
    var text: String
    /// Where the field begins, its quote included. From 1; columns count Unicode scalars, as in YAML.
    var line: Int
    var column: Int
    var isQuoted = false
    /// The text was sealed: it stands nowhere in the file as it is here.
    var isOpened = false

    /// A text as a field of a file, in quotes where it needs them.
    static func written(_ text: String) -> String {
        let isPlain =
            !text.contains { $0 == "," || $0 == "\"" || $0.isNewline } && text.first != " " && text.last != " "
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
    }
}

/// The fields of a CSV file, row by row, empty lines left out.
///
/// SwiftCSV gives no positions and silently drops surplus fields, and two parsers of one text could disagree about a
/// quote; so this is the only one.
struct CSVTable: Sendable {
    /// Parts of one array: an array for each of a hundred thousand rows would leave as many holes in memory.
    let rows: [ArraySlice<CSVField>]

    /// - Throws: at the first quote that makes the rest of the file ambiguous.
    init(_ file: ConfigFile) throws(ConfigError) {
        var scanner = CSVScanner(file)
        var fields: [CSVField] = []
        var ranges: [Range<Int>] = []
        while let row = try scanner.nextRow() {
            guard row.count > 1 || row[0].isQuoted || !row[0].text.isEmpty else { continue }
            ranges.append(fields.count..<fields.count + row.count)
            fields += row
        }
        rows = ranges.map { fields[$0] }
    }
}

/// Walks over the bytes of a CSV file and keeps count of lines and columns.
private struct CSVScanner {
    private let file: String
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var column = 1

    init(_ file: ConfigFile) {
        self.file = file.name
        bytes = Array(file.text.utf8)
    }

    mutating func nextRow() throws(ConfigError) -> [CSVField]? {
        guard index < bytes.count else { return nil }
        var row: [CSVField] = []
        while true {
            row.append(try nextField())
            guard index < bytes.count else { return row }
            let isLast = bytes[index] != UInt8(ascii: ",")
            advance()
            if isLast { return row }
        }
    }

    /// Stops before the comma or the end of the line.
    private mutating func nextField() throws(ConfigError) -> CSVField {
        skipBlanks()
        var field = CSVField(text: "", line: line, column: column)
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
            field.text = try unquoted()
            return field
        }
        field.isQuoted = true
        field.text = try quoted(from: field)
        skipBlanks()
        guard index == bytes.count || endsField(bytes[index]) else {
            throw mistake(
                "text after the closing quote", mend: "put a comma before it, or write a quote inside a field twice")
        }
        return field
    }

    private mutating func unquoted() throws(ConfigError) -> String {
        let start = index
        while index < bytes.count, !endsField(bytes[index]) {
            if bytes[index] == UInt8(ascii: "\"") {
                throw mistake(
                    "a quote inside an unquoted field", mend: #"quote the whole field and write the quote twice: """#)
            }
            advance()
        }
        var end = index
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func quoted(from field: CSVField) throws(ConfigError) -> String {
        advance()
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                advance()
                guard index < bytes.count, bytes[index] == byte else { return String(decoding: text, as: UTF8.self) }
            }
            // A line end inside a field is one LF, whatever the file ends its lines with.
            text.append(byte == UInt8(ascii: "\r") ? UInt8(ascii: "\n") : byte)
            advance()
        }
        throw ConfigError(
            file: file, line: field.line, column: field.column, problem: "this quote is never closed",
            mend: "close it, or write a quote inside a field twice")
    }

    /// Over one byte, or over the two of a CR LF.
    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\r") where index < bytes.count && bytes[index] == UInt8(ascii: "\n"):
            index += 1
            fallthrough
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            line += 1
            column = 1
        default:
            // The first byte of a scalar counts, its continuation bytes do not.
            if index == bytes.count || bytes[index] & 0xC0 != 0x80 { column += 1 }
        }
    }

    private mutating func skipBlanks() {
        while index < bytes.count, isBlank(bytes[index]) { advance() }
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private func endsField(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private func mistake(_ problem: String, mend: String) -> ConfigError {
        ConfigError(file: file, line: line, column: column, problem: problem, mend: mend)
    }
}
