public import Registry

extension HubSettings {
    /// `personal-data`: how what is known of people is kept.
    public struct PersonalData: Sendable {
        /// `key`: what seals names, needs and contacts where they rest; `nil`: they stand in plain text.
        public var seal: PersonalSeal?
        /// `keep`: how long it is kept who was told what, and what they answered, `1d...3650d`.
        ///
        /// Too short, and nobody can say after a fire who was reached; too long, and it is known for years who was at home.
        public var keep = Duration.seconds(30 * 86_400)
    }

    mutating func readPersonalData(
        _ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes
    ) {
        section.checkKeys(["key", "keep"], &mistakes)
        section.read("key", into: &personalData.seal, &mistakes) { (node) throws(ConfigError) in
            let secret = try around.secret(node)
            do throws(PersonalSeal.Mistake) {
                return try PersonalSeal(key: secret.value)
            } catch {
                throw node.mistake("the \(secret) is not 32 bytes in Base64", mend: "make one: openssl rand -base64 32")
            }
        }
        section.read("keep", into: &personalData.keep, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(86_400) ... .seconds(3650 * 86_400))
        }
    }
}

extension EstateRegistry {
    /// The estate of a configuration, with what is sealed in `residents.csv` opened.
    ///
    /// - Throws: every mistake in its three files.
    public static func load(_ settings: HubSettings) throws(ConfigErrors) -> EstateRegistry {
        try load(folder: settings.folder, seal: settings.personalData.seal)
    }
}
