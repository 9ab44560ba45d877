public import Registry

/// DSC intruder panels with fire zones, through dscalarm-mqtt. Source: `README.md` of jimtng/dscalarm-mqtt. Its topics are
/// those of Homie, but its flags are 1 and 0.
///
/// | topic | content |
/// | --- | --- |
/// | `homie/<device>/partition-<n>/fire` | smoke |
/// | `homie/<device>/partition-<n>/alarm`, `homie/<device>/alarm/alarmzone-<n>` | fire or burglars, as only the operator knows: unmapped |
/// | `homie/<device>/alarm/fire-alarm-keypad`, `aux-alarm-keypad`, `panic-alarm-keypad` | a key on a keypad: a button |
/// | `homie/<device>/alarm/power-trouble`, `battery-trouble`, `trouble` | mains lost, battery low, fault |
/// | `homie/<device>/alarm/openzone-<n>` | movement; nothing |
/// | `homie/<device>/partition-<n>/away`, `stay`, `lights` … | whether it is armed, and the like |
/// | `homie/<device>/$state` | Homie's own, of version 4: see ``HomieDecoder`` |
/// | `…/set`, other `$…` | commands, and descriptions |
///
/// A partition is addressed as `<device>/partition-<n>`, the panel, its gateway, as `<device>`. Default topic:
/// `homie/dsc-alarm/…`, the device id that the project's example has.
public struct DSCDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.alarmPanels
    public var topicFilters: [String] { ["\(prefix.text)/\(device)/+/+", "\(prefix.text)/\(device)/$state"] }
    private let prefix: TopicPrefix
    private let device: String

    public init() {
        prefix = TopicPrefix(known: "homie")
        device = "dsc-alarm"
    }

    /// - Parameter panel: Homie's base topic and the panel's device id: `homie/dsc-alarm`.
    /// - Throws: ``InvalidTopicFilter`` if this is no topic of at least two levels.
    public init(panel: String) throws(InvalidTopicFilter) {
        guard let slash = panel.lastIndex(of: "/") else {
            throw InvalidTopicFilter(
                description: "panel '\(panel)': write Homie's base topic and the device id, as in 'homie/dsc-alarm'")
        }
        prefix = try TopicPrefix(String(panel[..<slash]))
        device = try TopicPrefix(String(panel[panel.index(after: slash)...])).text
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        // An empty payload only removes what was retained.
        guard let levels = prefix.rest(of: message.topic), levels[0] == device, !message.payload.isEmpty else {
            return nil
        }
        if levels.count == 2, levels.level(1, is: "$state") { return try state(message.payload) }
        guard levels.count == 3 else { return nil }
        let node = levels[1]
        let isPartition = node.hasPrefix("partition-")
        guard isPartition || node == "alarm" else { return nil }
        let name = levels[2]
        guard !name.hasPrefix("$") else { return nil }
        let json = JSON(orBareText: message.payload)
        var gathering = Gathering(json)
        let field =
            isPartition
            ? levels.find(2, in: Self.partition)
            : name.hasPrefix("alarmzone-") ? .unmapped : levels.find(2, in: Self.panel) ?? .nothing
        gathering.take(field, json.root, name: name)
        var report = try gathering.report(ecosystem, isPartition ? levels.joined(0..<2) : device)
        report.gateway = device
        return report
    }

    private func state(_ payload: [UInt8]) throws(Malformed) -> Report {
        do {
            // What ends a fault is for the panel's own `trouble` to say.
            let readings = try HomieState.readings(payload, isVersion5: false).filter { $0 != .flag(.fault, false) }
            return Report(ecosystem: ecosystem, address: device, readings: readings, gateway: device)
        } catch {
            throw Malformed(error.description, address: device)
        }
    }

    private static let partition = KeyTable<Field>([
        ("fire", .flag(.smoke)), ("alarm", .unmapped), ("lights", .nothing),
    ])
    private static let panel = KeyTable<Field>([
        ("fire-alarm-keypad", .flag(.button)), ("aux-alarm-keypad", .flag(.button)),
        ("panic-alarm-keypad", .flag(.button)), ("power-trouble", .flag(.power)),
        ("battery-trouble", .flag(.batteryLow)), ("trouble", .fault),
    ])
}
