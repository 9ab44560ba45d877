import Registry

extension HubSettings {
    /// `personal-data`: how what is personal is kept.
    mutating func readPersonalData(
        _ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes
    ) {
        section.checkKeys(["key"], &mistakes)
        section.read("key", into: &personalSeal, &mistakes) { (node) throws(ConfigError) in
            let secret = try around.secret(node)
            do {
                return try PersonalSeal(key: secret.value)
            } catch {
                throw node.mistake("\(error)", mend: "put what it prints where this points")
            }
        }
    }
}
