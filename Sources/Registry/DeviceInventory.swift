/// A list of devices from another system, as a CSV file whose columns have names of their own.
///
///     let list = try DeviceInventory(file, mapping: DeviceInventory.Mapping(columns: ["address": "Serial"]), estate: estate)
///
/// A row that makes no sense is a mistake and is left out; the rest counts.
public struct DeviceInventory: Sendable {
    public private(set) var offers: [DeviceOffer] = []
    public private(set) var mistakes: [ConfigError] = []

    /// How the list names things.
    public struct Mapping: Hashable, Sendable {
        /// What a column here is called there: `["address": "Serial"]`. A column that is not named is looked for under
        /// its own name, in any case. Columns that are not needed there are left alone.
        public var columns: [String: String]
        /// What a kind is called there, in any case: `["Rauchmelder": .smoke]`.
        public var kinds: [String: Device.Kind]
        /// Of all rows that say none.
        public var ecosystem: Device.Ecosystem?
        public var kind: Device.Kind?

        public init(
            columns: [String: String] = [:], kinds: [String: Device.Kind] = [:],
            ecosystem: Device.Ecosystem? = nil, kind: Device.Kind? = nil
        ) {
            self.columns = columns
            self.kinds = Dictionary(kinds.map { ($0.lowercased(), $1) }, uniquingKeysWith: { first, _ in first })
            self.ecosystem = ecosystem
            self.kind = kind
        }

        /// The columns that may be mapped. `name` is what the place is read from by a pattern, where no column says it.
        public static let names = [
            "id", "ecosystem", "address", "name", "block", "floor", "flat", "area", "room", "kind", "model",
        ]
    }

    /// - Throws: if the file as a whole makes no sense: a quote that is never closed, or no column for the address.
    public init(_ file: ConfigFile, mapping: Mapping, estate: Estate) throws(ConfigError) {
        let rows = try CSVTable(file).rows
        guard let header = rows.first else {
            throw file.mistake("the header is missing", mend: "begin with a line that names the columns")
        }
        let columns = try Self.columns(Array(header), file, mapping)
        for fields in rows.dropFirst() {
            guard fields.count == header.count else {
                let place = fields[min(fields.startIndex + header.count, fields.endIndex - 1)]
                mistakes.append(
                    Self.mistake(
                        file, place, "this row has \(fields.count) fields, the header has \(header.count)",
                        "write a comma for every empty field, and quotes round a field that holds a comma"))
                continue
            }
            do throws(ConfigError) {
                let row = Row(file: file, columns: columns, fields: fields)
                offers.append(try row.offer(mapping, estate))
            } catch {
                mistakes.append(error)
            }
        }
    }

    private static func columns(
        _ header: [CSVField], _ file: ConfigFile, _ mapping: Mapping
    ) throws(ConfigError) -> [String: Int] {
        if header.count == 1, header[0].text.contains(where: { $0 == ";" || $0 == "\t" }) {
            throw mistake(
                file, header[0], "the columns are not separated by commas", "save the file as comma-separated values")
        }
        let there = header.map { $0.text.lowercased() }
        var columns: [String: Int] = [:]
        for name in Mapping.names {
            let wanted = mapping.columns[name]
            if let index = there.firstIndex(of: (wanted ?? name).lowercased()) {
                columns[name] = index
            } else if let wanted {
                throw mistake(
                    file, header[0], "there is no column '\(wanted)' for \(name)",
                    Spelling.mend(wanted, known: header.map(\.text)))
            }
        }
        guard columns["address"] != nil else {
            throw mistake(
                file, header[0], "no column is called 'address'",
                "say which one identifies a device: --columns address=\(header[0].text)")
        }
        return columns
    }

    private static func mistake(
        _ file: ConfigFile, _ field: CSVField, _ problem: String, _ mend: String
    ) -> ConfigError {
        ConfigError(file: file.name, line: field.line, column: field.column, problem: problem, mend: mend)
    }

    private struct Row {
        let file: ConfigFile
        let columns: [String: Int]
        let fields: ArraySlice<CSVField>

        func offer(_ mapping: Mapping, _ estate: Estate) throws(ConfigError) -> DeviceOffer {
            let address = text("address") ?? ""
            if let (problem, mend) = Device.mistake(inAddress: address) { throw mistake("address", problem, mend) }
            if let id = text("id"), let (problem, mend) = Identifier.mistake(in: id) {
                throw mistake("id", problem, mend)
            }
            return DeviceOffer(
                ecosystem: try ecosystem(mapping), address: address, name: text("name") ?? address,
                kind: try kind(mapping), model: text("model"), place: try place(estate), room: text("room"),
                id: text("id"))
        }

        private func ecosystem(_ mapping: Mapping) throws(ConfigError) -> Device.Ecosystem {
            let known = Device.Ecosystem.allCases.map(\.rawValue)
            guard let written = text("ecosystem") else {
                guard let ecosystem = mapping.ecosystem else {
                    throw mistake("ecosystem", "the ecosystem is missing", "say it for all rows with --ecosystem")
                }
                return ecosystem
            }
            guard let ecosystem = Device.Ecosystem(rawValue: written.lowercased()) else {
                throw mistake("ecosystem", "unknown ecosystem '\(written)'", Spelling.mend(written, known: known))
            }
            return ecosystem
        }

        private func kind(_ mapping: Mapping) throws(ConfigError) -> Device.Kind? {
            guard let written = text("kind") else { return mapping.kind }
            if let kind = mapping.kinds[written.lowercased()] { return kind }
            let plain = String(written.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
            if let kind = Device.Kind(rawValue: plain) { return kind }
            throw mistake(
                "kind", "unknown kind '\(written)'",
                Spelling.mend(plain, known: Device.Kind.allCases.map(\.rawValue))
                    + ", or say what it means with --kinds '\(written)=smoke'")
        }

        /// `nil` if no column says a block.
        private func place(_ estate: Estate) throws(ConfigError) -> Place? {
            guard let block = text("block") else { return nil }
            let place = Place(block: block, floor: text("floor"), flat: text("flat"), area: text("area"))
            do throws(Estate.PlaceMistake) {
                try estate.check(place)
            } catch {
                throw mistake(error.part.rawValue, error.problem, error.mend)
            }
            return place
        }

        private func text(_ column: String) -> String? { columns[column].flatMap { field($0).text.orNil } }

        private func field(_ index: Int) -> CSVField { fields[fields.startIndex + index] }

        private func mistake(_ column: String, _ problem: String, _ mend: String) -> ConfigError {
            DeviceInventory.mistake(file, field(columns[column] ?? 0), problem, mend)
        }
    }
}
