import Registry

/// The keys under one key of `hub.yaml`, or none of them if that key is missing.
struct SettingsSection: Sendable {
    private let mapping: YAMLMapping?

    init(_ mapping: YAMLMapping?) { self.mapping = mapping }

    var entries: [YAMLMapping.Entry] { mapping?.entries ?? [] }

    subscript(key: String) -> YAMLNode? { mapping?[key] }

    func checkKeys(_ known: [String], required: [String] = [], _ mistakes: inout Mistakes) {
        mapping?.checkKeys(known, required: required, &mistakes)
    }

    func section(_ key: String, _ mistakes: inout Mistakes) -> SettingsSection {
        guard let node = mapping?[key] else { return SettingsSection(nil) }
        return SettingsSection(mistakes.reading { () throws(ConfigError) in try node.mapping() })
    }

    /// Leaves the default in `value` if the key is missing, or if what stands there is noted as a mistake.
    func read<Value>(
        _ key: String, into value: inout Value, _ mistakes: inout Mistakes,
        _ read: (YAMLNode) throws(ConfigError) -> Value
    ) {
        guard let node = mapping?[key] else { return }
        let found = mistakes.reading { () throws(ConfigError) in try read(node) }
        if let found { value = found }
    }
}
