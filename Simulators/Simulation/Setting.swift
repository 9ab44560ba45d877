import Devices
import Hub
import Notify
import Registry
import Rules

/// The stage on which a simulation plays: an estate, its people, the rules and the texts of a configuration folder.
public struct Setting: Sendable {
    var registry: EstateRegistry
    var rules: RuleSet
    var decoders: DecoderTable
    var directory: Directory
    var catalogue: MessageCatalogue
    var configuration: HubConfiguration

    /// The rules and texts as they stand in a folder; the estate is made up.
    ///
    /// - Throws: every mistake in the folder.
    public static func load(_ folder: String) throws -> Setting {
        let configuration = try HubConfiguration.load(folder)
        return try Setting(configuration, registry: configuration.registry)
    }

    private init(_ configuration: HubConfiguration, registry: EstateRegistry) throws {
        var configuration = configuration
        configuration.registry = registry
        self.configuration = configuration
        self.registry = registry
        rules = configuration.rules
        catalogue = configuration.catalogue
        directory = Directory(registry, utcOffset: configuration.rules.settings.utcOffset)
        decoders = try configuration.decoders(hearing: registry)
    }

    /// The same rules and texts in another estate.
    func with(_ registry: EstateRegistry) throws -> Setting { try Setting(configuration, registry: registry) }
}
