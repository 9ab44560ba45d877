import ArgumentParser
import Hub
import Registry

/// What every import from a broker is told: where its devices belong, and whether to add them.
struct ImportPlan: ParsableArguments {
    @Option(
        help: ArgumentHelp("How devices or their areas are named; may be given several times.", valueName: "pattern"))
    var name: [String] = []

    @Flag(help: "Add the new devices to devices.csv.")
    var write = false

    @Option(
        help: ArgumentHelp(
            "The broker, instead of that of hub.yaml: mqtt://[user@]host[:port], mqtts://… for TLS. Password and "
                + "certificates stay those of hub.yaml.", valueName: "url"))
    var broker: String?

    @OptionGroup var config: ConfigOption

    /// - Throws: every mistake in the configuration and in the patterns, before anybody is asked for devices.
    func load() throws -> (settings: HubSettings, registry: EstateRegistry) {
        var settings = try HubSettings.load(path: config.config)
        if let broker { settings.broker.use(try BrokerAddress(broker)) }
        _ = try patterns
        return (settings, try EstateRegistry.load(settings))
    }

    /// Shows what the offers would change, and changes it if that is asked for.
    ///
    /// - Parameter isWhole: the offers are all devices of their ecosystem.
    func finish(
        _ offers: [DeviceOffer], into registry: EstateRegistry, _ settings: HubSettings, isWhole: Bool
    ) throws {
        let changes = DeviceImport(offers, into: registry, patterns: try patterns, isWhole: isWhole)
        try DevicesFile(settings).finish(changes, write: write)
    }

    private var patterns: [PlacePattern] { get throws { try name.map { try PlacePattern($0) } } }
}
