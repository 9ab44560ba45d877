public import Notify
public import Registry
public import Rules

/// Everything that a configuration folder says, read and checked.
public struct HubConfiguration: Sendable {
    public var settings: HubSettings
    public var registry: EstateRegistry
    public var rules: RuleSet
    public var catalogue: MessageCatalogue

    /// Reads `hub.yaml` and what lies beside it.
    ///
    /// - Parameter path: the folder, or a `hub.yaml`.
    /// - Throws: every mistake in all the files that keeps a hub from starting.
    public static func load(_ path: String) throws(ConfigErrors) -> HubConfiguration {
        var errors: [ConfigError] = []
        func part<Part>(_ read: () throws(ConfigErrors) -> Part) -> Part? {
            do {
                return try read()
            } catch {
                errors += error.errors
                return nil
            }
        }
        guard let settings = part({ () throws(ConfigErrors) in try HubSettings.load(path: path) }) else {
            throw ConfigErrors(errors)
        }
        let folder = settings.folder
        let registry = part { () throws(ConfigErrors) in try EstateRegistry.load(folder: folder) }
        let rules = part { () throws(ConfigErrors) in try RuleSet.load(folder + "/rules.yaml") }
        let catalogue = part { () throws(ConfigErrors) in try MessageCatalogue.load(folder: folder + "/messages") }
        guard let registry, let rules, let catalogue else { throw ConfigErrors(errors) }
        return HubConfiguration(settings: settings, registry: registry, rules: rules, catalogue: catalogue)
    }

    /// What the hub would start with and should not be left as it is: rules that can never fire, detectors that no rule
    /// reads, people whom nothing reaches.
    public var weaknesses: [ConfigError] {
        var errors = rules.mistakes(in: registry.estate, file: settings.folder + "/rules.yaml")
        for device in rules.unreadDevices(registry.devices) {
            errors.append(
                registry.mistake(
                    device: device.id,
                    "no rule in rules.yaml reads the alarms of \(device.kind.rawValue) '\(device.id)'",
                    mend: "add a rule with 'signal: [\(device.kind.rawValue)]', or give the device another kind"))
        }
        return errors + settings.unreached(in: registry)
    }
}
