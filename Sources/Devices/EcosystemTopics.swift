public import Registry

/// Where the ecosystems speak on the broker, and which of them are heard although `devices.csv` has none of theirs yet.
public struct EcosystemTopics: Hashable, Sendable {
    /// What the topics of each ecosystem begin with; those whose every device has a prefix of its own have none here.
    ///
    /// Where addresses are only unique under one prefix (``Zigbee2MQTTDecoder``, Z-Wave JS UI, Domoticz), devices of the
    /// first are addressed as they are, and those of the others by `<prefix>/<address>`.
    public var prefixes: [Device.Ecosystem: [String]] = [
        .zigbee2mqtt: ["zigbee2mqtt"], .chirpstack: ["application"], .thethingsstack: ["v3"],
        .shellyGen1: ["shellies"], .zwavejs: ["zwave"], .rtl433: ["rtl_433"], .openmqttgateway: ["home"],
        .domoticz: ["domoticz"], .homie: ["homie"], .homeAssistant: ["homeassistant"],
    ]
    /// Tasmota's `Prefix3` and `Prefix2`, with what the FullTopic has before them.
    public var tasmotaTelemetry = "tele"
    public var tasmotaState = "stat"
    /// Its `Prefix1`, likewise.
    public var tasmotaCommand = "cmnd"
    /// The base topics of PAI. Zones of all but the first are addressed by `<prefix>/zones/<name>`.
    public var paradox = ["paradox"]
    /// `<Homie's base topic>/<device id>` of each DSC panel.
    public var dsc = ["homie/dsc-alarm"]
    /// Which node of Home Assistant's discovery alone may announce a device, by the device's address.
    public var discoveryNodes: [String: String] = [:]
    /// Heard in any case, so that devices that nobody has registered are found.
    public var listening: Set<Device.Ecosystem> = []

    public init() {}

    public func prefixes(of ecosystem: Device.Ecosystem) -> [String] { prefixes[ecosystem] ?? [] }
}

/// A decoder under another prefix than the first of its ecosystem: its addresses have that prefix before them.
struct PrefixedDecoder: Decoder {
    let inner: any Decoder
    let prefix: String

    var ecosystem: Device.Ecosystem { inner.ecosystem }
    var topicFilters: [String] { inner.topicFilters }

    func isInventory(_ topic: String) -> Bool { inner.isInventory(topic) }

    func report(_ message: Message) throws(Malformed) -> Report? {
        do {
            guard var report = try inner.report(message) else { return nil }
            report.address = "\(prefix)/\(report.address)"
            return report
        } catch {
            throw Malformed(error.description, address: error.address.map { "\(prefix)/\($0)" })
        }
    }
}
