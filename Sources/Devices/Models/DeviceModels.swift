public import Registry

/// What the fields of devices mean, model by model: the built-in `models.yaml`, and an estate's own.
public struct DeviceModels: Sendable {
    /// By name in small letters.
    private let tables: [Device.Ecosystem: KeyTable<DeviceModel>]
    /// Those of the estate, for checks against its devices.
    let own: [ModelRow]

    /// What the hub knows by itself.
    public static let builtIn: DeviceModels = {
        // A mistake in it is found by the tests, and by every load of a configuration.
        var mistakes = Mistakes()
        return DeviceModels(ModelRow.builtIn(&mistakes))
    }()

    /// What the hub knows by itself, and what a folder's `models.yaml` adds, if there is one.
    ///
    /// - Throws: every mistake in the file.
    public static func load(folder: String) throws(ConfigErrors) -> DeviceModels {
        let path = folder.isEmpty || folder.hasSuffix("/") ? "\(folder)models.yaml" : "\(folder)/models.yaml"
        guard ConfigFile.exists(path) else { return try load(nil) }
        let file: ConfigFile
        do { file = try ConfigFile.read(path) } catch { throw ConfigErrors([error]) }
        return try load(file)
    }

    /// - Throws: every mistake in the file.
    public static func load(_ file: ConfigFile?) throws(ConfigErrors) -> DeviceModels {
        var mistakes = Mistakes()
        let own = file.map { ModelRow.read($0, &mistakes) } ?? []
        let builtIn = ModelRow.builtIn(&mistakes)
        try mistakes.throwIfAny()
        return DeviceModels(builtIn, own: own)
    }

    private init(_ builtIn: [ModelRow], own: [ModelRow] = []) {
        var tables: [Device.Ecosystem: KeyTable<DeviceModel>] = [:]
        for ecosystem in Device.Ecosystem.allCases {
            tables[ecosystem] = Self.table((own + builtIn).filter { $0.ecosystems.contains(ecosystem) })
        }
        self.tables = tables
        self.own = own
    }

    /// The estate's rows stand before the built-in ones; of two that mean the same field, the first counts.
    private static func table(_ rows: [ModelRow]) -> KeyTable<DeviceModel> {
        var models: [(String, DeviceModel)] = []
        for row in rows {
            for name in row.names {
                let same = rows.filter { $0.isNamed(name) }
                // A present name of the built-in table is part of addresses, and stays.
                let present = same.last?.names.first ?? name
                let model = DeviceModel(
                    name: present, brand: same.lazy.compactMap(\.brand).first,
                    fields: KeyTable(same.flatMap(\.fields)))
                models.append((name.lowercased(), model))
            }
        }
        return KeyTable(models)
    }

    /// Whose messages name the model themselves, and are read by its row.
    static let naming: Set<Device.Ecosystem> = [.chirpstack, .thethingsstack, .rtl433, .openmqttgateway]

    /// Rows of the estate's own file that no device has any use for: a model's name that is misspelt here or there.
    ///
    /// Messages of LoRaWAN and of 433 MHz name the model themselves, so that rows for them are not among these.
    public func unused(by devices: [Device]) -> [ConfigError] {
        let known = devices.compactMap(\.model)
        return own.compactMap { row in
            let heard = devices.lazy.filter { row.ecosystems.contains($0.ecosystem) }
            let isUsed = heard.contains { device in
                Self.naming.contains(device.ecosystem)
                    || device.model.map { isModel($0, of: row, device.ecosystem) } ?? false
            }
            guard !isUsed, let name = row.names.first else { return nil }
            return row.node.mistake(
                "no device in devices.csv is of the model '\(name)'",
                mend: Spelling.nearest(to: name, in: known).map { "write '\($0)', or name it there" }
                    ?? "write it in the column 'model' there, or remove it here")
        }
    }

    /// Whether a device is a radio code of which no row says what it means, so that it could never be anything but an
    /// unmapped alarm.
    public func leavesUnmapped(_ device: Device) -> Bool {
        let field: String
        switch device.ecosystem {
        case .openmqttgateway where device.address.hasPrefix("433/"): field = "433toMQTT"
        case .tasmota where device.address.contains("/RfReceived/"): field = "RfReceived"
        default: return false
        }
        let model = device.model.flatMap { self.model(device.ecosystem, named: Array($0.utf8)) }
        return model?.fields[field.utf8.span] == nil
    }

    private func isModel(_ name: String, of row: ModelRow, _ ecosystem: Device.Ecosystem) -> Bool {
        model(ecosystem, named: Array(name.utf8)).map { row.isNamed($0.name) || row.isNamed(name) } ?? false
    }

    /// The model of that name; `nil` for one that is not known.
    ///
    /// - Parameters:
    ///   - name: in any case.
    ///   - brand: `nil` where nobody says.
    ///   - words: whether one word of the name is enough, as in `Milesight GS524N v2`.
    func model(
        _ ecosystem: Device.Ecosystem, named name: [UInt8], brand: String? = nil, words: Bool = true
    ) -> DeviceModel? {
        guard let table = tables[ecosystem] else { return nil }
        let name = name.prefix(100).map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        var found = table[name.span]
        if found == nil, words {
            found = name.split { !Self.isPartOfWord($0) }.lazy.compactMap { table[Array($0).span] }.first
        }
        guard let found, brand == nil || found.brand == nil || brand == found.brand else { return nil }
        return found
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "-")
    }
}
