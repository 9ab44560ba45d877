public import Registry

/// Paradox intruder panels with fire zones, through the Paradox Alarm Interface (PAI). Source: `MQTT-Interface.md` of
/// BMBIT-oss/PAI_WIKI.
///
/// | topic | content |
/// | --- | --- |
/// | `paradox/states/zones/<name>/<property>` | `True` or `False` |
/// | `paradox/states/partitions/<name>/<property>`, `…/keypads/…`, `…/repeaters/…`, `…/system/…` | the same |
/// | `paradox/states/raw` | the panel's events as Python writes them |
/// | `paradox/control/…` | commands |
///
/// | property | what it says |
/// | --- | --- |
/// | `fire` of a zone, `pulse_fire_alarm` of a partition | smoke |
/// | `fire_delay` | a fire that the panel is still verifying: nothing yet |
/// | `was_in_alarm`, `alarms_in_memory` | of the past |
/// | `alarm`, `silent_alarm` … | fire or burglars, as only the operator knows: unmapped |
/// | `rf_supervision_trouble` | the zone's radio is no longer heard |
///
/// A zone is addressed as `zones/<name>`, a partition as `partitions/<name>`, with the underscores that PAI writes for
/// blanks. Default topic: `paradox/…`.
public struct ParadoxDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.alarmPanels
    public var topicFilters: [String] { ["\(prefix.text)/states/+/+/+"] }
    private let prefix: TopicPrefix

    public init() { prefix = TopicPrefix(known: "paradox") }

    /// - Parameter prefix: PAI's base topic.
    /// - Throws: ``InvalidTopicFilter`` if the prefix is no topic.
    public init(prefix: String) throws(InvalidTopicFilter) { self.prefix = try TopicPrefix(prefix) }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        // An empty payload only removes what was retained.
        guard let levels = prefix.rest(of: message.topic), levels.count == 4, levels.level(0, is: "states"),
            !levels.isEmpty(2), !message.payload.isEmpty
        else { return nil }
        let json = JSON(orBareText: message.payload)
        var gathering = Gathering(json)
        gathering.take(levels.find(3, in: Self.properties), json.root, name: levels[3])
        return try gathering.report(ecosystem, levels.joined(1..<3))
    }

    private static let properties = KeyTable<Field>([
        ("fire", .flag(.smoke)), ("pulse_fire_alarm", .flag(.smoke)), ("fire_delay", .nothing),
        ("was_in_alarm", .nothing), ("alarms_in_memory", .nothing), ("alarm", .unmapped), ("silent_alarm", .unmapped),
        ("audible_alarm", .unmapped), ("strobe_alarm", .unmapped), ("paramedic_alarm", .flag(.button)),
        ("tamper", .flag(.tamper)), ("open", .inverted(.contact)), ("ac_loss_trouble", .flag(.power)),
        ("rf_low_battery_trouble", .flag(.batteryLow)), ("battery_failure_trouble", .flag(.batteryLow)),
        ("rf_supervision_trouble", supervision), ("supervision_trouble", supervision),
        ("supervision_failure_trouble", supervision), ("trouble", .fault), ("signal_strength", .nothing),
        ("battery", .nothing), ("bell_activated", .nothing),
    ])
    private static let supervision = Field.choice([
        ("True", [.availability(online: false)]), ("true", [.availability(online: false)]),
        ("1", [.availability(online: false)]), ("False", [.availability(online: true)]),
        ("false", [.availability(online: true)]), ("0", [.availability(online: true)]),
    ])
}
