/// A CSV file whose first row names its columns, in any order.
struct CSVSheet: Sendable {
    let file: String
    let rows: [Row]

    /// A row that has a field for every column of the header.
    struct Row: Sendable {
        let file: String
        fileprivate let columns: [String: Int]
        fileprivate var fields: ArraySlice<CSVField>

        var line: Int { fields[fields.startIndex].line }

        /// The field that stands last in the file.
        var last: CSVField { fields[fields.endIndex - 1] }

        /// The field in a column; empty, at the row's begin, if the file does without that column.
        subscript(column: String) -> CSVField {
            columns[column].map { fields[fields.startIndex + $0] }
                ?? CSVField(text: "", line: line, column: fields[fields.startIndex].column)
        }

        func has(_ column: String) -> Bool { columns[column] != nil }

        /// The same row with a field that was sealed in plain text.
        func opened(_ column: String, _ text: String) -> Row {
            guard let index = columns[column] else { return self }
            var row = self
            row.fields[fields.startIndex + index].text = text
            row.fields[fields.startIndex + index].isOpened = true
            return row
        }

        /// A mistake in one field of this row.
        func mistake(_ column: String, _ problem: String, mend: String) -> ConfigError {
            let field = self[column]
            return ConfigError(file: file, line: field.line, column: field.column, problem: problem, mend: mend)
        }
    }

    /// Reads as far as the file makes sense, and notes what does not.
    ///
    /// - Parameter optional: columns that may be missing from the header.
    init(_ file: ConfigFile, required: [String], optional: [String], _ mistakes: inout Mistakes) {
        self.file = file.name
        guard let table = mistakes.reading({ () throws(ConfigError) in try CSVTable(file) }) else {
            rows = []
            return
        }
        guard let header = table.rows.first else {
            mistakes.note(
                file.mistake(
                    "the header is missing", mend: "begin with \((required + optional).joined(separator: ","))"))
            rows = []
            return
        }
        let columns = Self.columns(Array(header), file, required: required, optional: optional, &mistakes)
        guard let columns else {
            rows = []
            return
        }
        rows = table.rows.dropFirst().compactMap { fields in
            guard fields.count == header.count else {
                mistakes.note(Self.wrongCount(Array(fields), header.count, file.name))
                return nil
            }
            return Row(file: file.name, columns: columns, fields: fields)
        }
    }

    /// `nil`, with the mistakes noted, if a column that is required is missing.
    private static func columns(
        _ header: [CSVField], _ file: ConfigFile, required: [String], optional: [String], _ mistakes: inout Mistakes
    ) -> [String: Int]? {
        func note(_ field: CSVField, _ problem: String, _ mend: String) {
            mistakes.note(
                ConfigError(
                    file: file.name, line: field.line, column: field.column, problem: problem, mend: mend))
        }
        if header.count == 1, header[0].text.contains(where: { $0 == ";" || $0 == "\t" }) {
            note(header[0], "the columns are not separated by commas", "save the file as comma-separated values")
            return nil
        }
        var columns: [String: Int] = [:]
        for (index, field) in header.enumerated() {
            if !(required + optional).contains(field.text) {
                note(field, "unknown column '\(field.text)'", Spelling.mend(field.text, known: required + optional))
            } else if columns[field.text] != nil {
                note(field, "column '\(field.text)' stands twice", "keep one of them")
            } else {
                columns[field.text] = index
            }
        }
        let missing = required.filter { columns[$0] == nil }
        for name in missing { note(header[0], "the column '\(name)' is missing", "add '\(name)' to the header") }
        return missing.isEmpty ? columns : nil
    }

    private static func wrongCount(_ fields: [CSVField], _ expected: Int, _ file: String) -> ConfigError {
        // A surplus field is pointed at; of too few, the last one that is there.
        let place = fields[min(expected, fields.count - 1)]
        return ConfigError(
            file: file, line: place.line, column: place.column,
            problem: "this row has \(fields.count) fields, the header has \(expected)",
            mend: "write a comma for every empty field, and quotes round a field that holds a comma")
    }
}
