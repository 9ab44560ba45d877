extension Device {
    private static let required = ["id", "ecosystem", "address", "block", "floor", "flat", "area", "kind"]
    private static let optional = ["room", "model"]

    /// The devices of a `devices.csv`, each with the line it stands in. Rows with mistakes are noted and left out.
    ///
    /// - Parameter estate: `nil` if that could not be read; places then stay unchecked.
    static func read(
        _ file: ConfigFile, estate: Estate?, _ mistakes: inout Mistakes
    ) -> [(device: Device, line: Int)] {
        let sheet = CSVSheet(file, required: required, optional: optional, &mistakes)
        var devices: [(device: Device, line: Int)] = []
        devices.reserveCapacity(sheet.rows.count)
        var ids: [String: Int] = [:]
        var addresses: [Key: (id: Device.ID, line: Int)] = [:]
        for row in sheet.rows {
            let id = row["id"].text
            if let first = ids[id], !id.isEmpty {
                mistakes.note(
                    row.mistake("id", "device '\(id)' stands in line \(first) already", mend: "give it another id"))
            }
            ids[id] = ids[id] ?? row.line
            guard let device = Device(row, estate, &mistakes) else { continue }
            if let first = addresses[device.key], first.id != id {
                mistakes.note(
                    row.mistake(
                        "address", "device '\(first.id)' in line \(first.line) has the address '\(device.address)' too",
                        mend: "write the address that this device has of its own"))
            }
            addresses[device.key] = addresses[device.key] ?? (id, row.line)
            devices.append((device, row.line))
        }
        return devices
    }

    /// What identifies a device among all ecosystems.
    struct Key: Hashable, Sendable {
        var ecosystem: Ecosystem
        var address: String
    }

    var key: Key { Key(ecosystem: ecosystem, address: address) }

    private init?(_ row: CSVSheet.Row, _ estate: Estate?, _ mistakes: inout Mistakes) {
        let before = mistakes.errors.count
        let id = row["id"].text
        if let (problem, mend) = Identifier.mistake(in: id) { mistakes.note(row.mistake("id", problem, mend: mend)) }
        let ecosystem = mistakes.reading { () throws(ConfigError) in try row.choice("ecosystem", Ecosystem.self) }
        let kind = mistakes.reading { () throws(ConfigError) in try row.choice("kind", Kind.self) }
        let address = row["address"].text
        mistakes.note(contentsOf: Self.mistakes(inAddress: row, ecosystem))
        let place = row.place(area: true)
        if place == nil {
            mistakes.note(
                row.mistake("block", "the block is missing", mend: "write its id as in estate.yaml"))
        }
        if let place, let estate { row.check(place, in: estate, &mistakes) }
        guard let ecosystem, let kind, let place, mistakes.errors.count == before else { return nil }
        self.init(
            // Equal texts are one text in memory: there may be a hundred thousand of them.
            id: id, ecosystem: ecosystem, address: address == id ? id : address, place: place,
            room: row["room"].text.orNil, kind: kind, model: row["model"].text.orNil)
    }

    private static func mistakes(inAddress row: CSVSheet.Row, _ ecosystem: Ecosystem?) -> [ConfigError] {
        let (id, address) = (row["id"].text, row["address"].text)
        if ecosystem == .native, address != id {
            return [row.mistake("address", "'\(address)' is no native address", mend: "write the device's id, '\(id)'")]
        }
        if let (problem, mend) = mistake(inAddress: address) {
            return [row.mistake("address", problem, mend: mend)]
        }
        return []
    }

    /// What is wrong with an address, whatever its ecosystem; `nil` if nothing is.
    static func mistake(inAddress address: String) -> (problem: String, mend: String)? {
        if address.isEmpty { return ("the address is missing", "write the name that its ecosystem gives it") }
        guard address.contains(where: { $0 == "+" || $0 == "#" }) else { return nil }
        return ("'\(address)' cannot be part of a topic", "rename the device without '+' and '#'")
    }
}

extension CSVSheet.Row {
    /// `nil` if the block is empty.
    func place(area: Bool) -> Place? {
        guard let block = self["block"].text.orNil else { return nil }
        return Place(
            block: block, floor: self["floor"].text.orNil, flat: self["flat"].text.orNil,
            area: area ? self["area"].text.orNil : nil)
    }

    func check(_ place: Place, in estate: Estate, _ mistakes: inout Mistakes) {
        do {
            try estate.check(place)
        } catch {
            mistakes.note(mistake(error.part.rawValue, error.problem, mend: error.mend))
        }
    }

    /// One of an enum's names. - Throws: if the field holds none of them.
    func choice<Choice>(
        _ column: String, _ type: Choice.Type
    ) throws(ConfigError) -> Choice where Choice: RawRepresentable<String> & CaseIterable {
        let text = self[column].text
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        if text.isEmpty { throw mistake(column, "the \(column) is missing", mend: Spelling.oneOf(known)) }
        throw mistake(column, "unknown \(column) '\(text)'", mend: Spelling.mend(text, known: known))
    }
}

extension String {
    /// `nil` instead of an empty text.
    var orNil: String? { isEmpty ? nil : self }
}
