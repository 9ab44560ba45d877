/// A row of comma-separated values after RFC 4180, that no spreadsheet takes for a formula.
///
/// A text that begins with `=`, `+`, `-`, `@`, a tab or a return would be run as one (CWE-1236): it gets an apostrophe
/// before it, as does one that begins with an apostrophe itself, so that the export can be undone.
public struct SpreadsheetRow: Sendable {
    private let fields: [String]

    public init(_ fields: [String]) { self.fields = fields }

    /// With its end of line.
    public var text: String { fields.map(Self.field).joined(separator: ",") + "\r\n" }

    private static func field(_ text: String) -> String {
        let dangerous = text.unicodeScalars.first.map { "=+-@\t\r\n'＝＋－＠".unicodeScalars.contains($0) } ?? false
        let safe = dangerous ? "'" + text : text
        let isPlain = !safe.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return isPlain && safe.first != " " && safe.last != " "
            ? safe : "\"\(safe.replacing("\"", with: "\"\""))\""
    }
}
