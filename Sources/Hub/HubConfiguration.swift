public import Devices
public import Notify
public import Registry
public import Rules

/// Everything that a configuration folder says, read and checked.
public struct HubConfiguration: Sendable {
    public var settings: HubSettings
    public var registry: EstateRegistry
    public var rules: RuleSet
    public var catalogue: MessageCatalogue
    public var models: DeviceModels

    /// Reads `hub.yaml` and what lies beside it.
    ///
    /// - Parameter path: the folder, or a `hub.yaml`.
    /// - Throws: every mistake in all the files that keeps a hub from starting.
    public static func load(_ path: String) throws(ConfigErrors) -> HubConfiguration {
        let parts = Parts(path)
        guard let configuration = parts.whole else { throw ConfigErrors(parts.mistakes) }
        return configuration
    }

    /// As ``load(_:)``, but a weakness is a mistake as well. One file's mistakes hide none of those in another.
    ///
    /// - Throws: every mistake in all the files, and every weakness that can be seen beside them.
    public static func check(_ path: String) throws(ConfigErrors) -> HubConfiguration {
        let parts = Parts(path)
        let mistakes = parts.mistakes + parts.weaknesses
        guard mistakes.isEmpty, let configuration = parts.whole else { throw ConfigErrors(mistakes) }
        return configuration
    }

    /// What the hub would start with and should not be left as it is: rules that can never fire, detectors that no rule
    /// reads, people whom nothing reaches, first messages of a fire that are no single SMS.
    public var weaknesses: [ConfigError] {
        Self.unread(registry, rules, folder: settings.folder) + settings.unreached(in: registry)
            + Self.unspoken(registry, catalogue)
            + catalogue.misfits(in: registry.estate, answerHost: settings.answers.host)
            + Self.unmodelled(registry, models) + settings.unannounced(in: registry)
    }

    /// What would keep a hub from starting if some people were not there.
    public func mistakes(without people: Set<Resident.ID>) -> [ConfigError] {
        settings.unanswerable(
            in: EstateRegistry(
                estate: registry.estate, devices: registry.devices,
                residents: registry.residents.filter { !people.contains($0.id) }))
    }

    /// Those who have moved out by a moment, and whose data are still there.
    public func left(at moment: Instant) -> [Resident] {
        registry.residents.filter { $0.hasLeft(at: moment, utcOffset: rules.settings.utcOffset) }
    }

    /// The same, with those people alone who have not moved out.
    public func without(leftAt moment: Instant, of residents: [Resident]? = nil) -> HubConfiguration {
        var configuration = self
        configuration.registry = EstateRegistry(
            estate: registry.estate, devices: registry.devices,
            residents: (residents ?? registry.residents).filter {
                !$0.hasLeft(at: moment, utcOffset: rules.settings.utcOffset)
            })
        return configuration
    }

    /// People for whose language there is no file in `messages/`: a mistake for each language.
    private static func unspoken(_ registry: EstateRegistry, _ catalogue: MessageCatalogue) -> [ConfigError] {
        var languages: [Language] = []
        for resident in registry.residents where !languages.contains(resident.language) {
            languages.append(resident.language)
        }
        return languages.filter { !catalogue.speaks($0) }.compactMap { language in
            let people = registry.residents.filter { $0.language == language }.map(\.id)
            guard let first = people.first else { return nil }
            let others = people.count > 1 ? " and \(people.count - 1) more" : ""
            return registry.mistake(
                resident: first,
                "nothing in messages/ is in '\(language.tag)', so \(first)\(others) would be told in "
                    + "'\(catalogue.language(for: language).tag)'",
                mend: "copy a file there to \(language.tag).yaml and translate it, or give them another language")
        }
    }

    /// Flats of which nobody would be told, by block: nobody is registered there, and no siren stands there.
    public var unheardFlats: [(block: String, flats: Int, of: Int)] {
        var heard: [Set<String>] = estateBlocks.map { _ in [] }
        for place in registry.residents.compactMap(\.place)
            + registry.devices.filter({ $0.kind == .siren }).map(\.place)
        {
            guard let block = estateBlocks.firstIndex(of: place.block), let floor = place.floor, let flat = place.flat
            else { continue }
            heard[block].insert("\(floor)/\(flat)")
        }
        return zip(registry.estate.blocks, heard).map { block, heard in
            let all = block.floors.count * block.flats.count
            return (block.id, all - heard.count, all)
        }
    }

    /// The ecosystems whose topics the hub does not listen to, so that no stranger of theirs is found: `devices.csv` has no
    /// device of theirs, and `hub.yaml` does not say `listen: true`.
    public var unheardEcosystems: [Device.Ecosystem] {
        let heard = Set(registry.devices.lazy.map(\.ecosystem)).union(settings.ecosystems.listening)
        return Device.Ecosystem.allCases.filter { $0 != .native && $0 != .zigbee2mqtt && !heard.contains($0) }
    }

    private var estateBlocks: [String] { registry.estate.blocks.map(\.id) }

    private static func unread(_ registry: EstateRegistry, _ rules: RuleSet, folder: String) -> [ConfigError] {
        rules.mistakes(in: registry.estate, file: folder + "/rules.yaml")
            + rules.unreadDevices(registry.devices).map { device in
                registry.mistake(
                    device: device.id,
                    "no rule in rules.yaml reads the alarms of \(device.kind.rawValue) '\(device.id)'",
                    mend: "add a rule with 'signal: [\(device.kind.rawValue)]', or give the device another kind")
            }
    }

    /// As much of a configuration as can be read.
    private struct Parts {
        var mistakes: [ConfigError] = []
        private let folder: String
        private let settings: HubSettings?
        private let registry: EstateRegistry?
        private let registryIsSound: Bool
        private let rules: RuleSet?
        private let catalogue: MessageCatalogue?
        private let models: DeviceModels?

        init(_ path: String) {
            var errors: [ConfigError] = []
            func part<Part>(_ read: () throws(ConfigErrors) -> Part) -> Part? {
                do {
                    return try read()
                } catch {
                    errors += error.errors
                    return nil
                }
            }
            settings = part { () throws(ConfigErrors) in try HubSettings.load(path: path) }
            let folder = settings?.folder ?? Self.folder(of: path)
            self.folder = folder
            var mistakes = Mistakes()
            registry = EstateRegistry.read(folder: folder, seal: settings?.personalData.seal, &mistakes)
            registryIsSound = mistakes.errors.isEmpty
            _ = part { () throws(ConfigErrors) in try mistakes.throwIfAny() }
            rules = part { () throws(ConfigErrors) in try RuleSet.load(folder + "/rules.yaml") }
            catalogue = part { () throws(ConfigErrors) in try MessageCatalogue.load(folder: folder + "/messages") }
            models = part { () throws(ConfigErrors) in try DeviceModels.load(folder: folder) }
            if let settings, let registry, registryIsSound {
                errors += settings.unanswerable(in: registry) + settings.misplacedCanary(in: registry)
            }
            self.mistakes = errors
        }

        private static func folder(of path: String) -> String {
            guard path.hasSuffix(".yaml") else { return path }
            return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        }

        var whole: HubConfiguration? {
            guard let settings, let registry, registryIsSound, let rules, let catalogue, let models,
                mistakes.isEmpty
            else { return nil }
            return HubConfiguration(
                settings: settings, registry: registry, rules: rules, catalogue: catalogue, models: models)
        }

        var weaknesses: [ConfigError] {
            guard let registry else { return [] }
            var errors = rules.map { HubConfiguration.unread(registry, $0, folder: folder) } ?? []
            // A siren whose row is wrong would seem missing to everybody whom it tells.
            if let settings, registryIsSound {
                errors += settings.unreached(in: registry) + settings.unannounced(in: registry)
            }
            if let catalogue {
                errors += HubConfiguration.unspoken(registry, catalogue)
                errors += catalogue.misfits(in: registry.estate, answerHost: settings?.answers.host)
            }
            if let models, registryIsSound { errors += HubConfiguration.unmodelled(registry, models) }
            return errors
        }
    }
}
