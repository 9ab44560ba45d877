import Foundation

/// Rows under each other in columns, the last of which is as long as it is.
struct TextTable {
    let rows: [[String]]

    init(_ rows: [[String]]) { self.rows = rows }

    /// One for each row, without line ends.
    var lines: [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            (zip(row.dropLast(), widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                + row.suffix(1)).joined(separator: "  ")
        }
    }
}
