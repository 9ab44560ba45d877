/// What the components of a Shelly say, `smoke:0` or `devicepower:0`.
///
/// `alarm` that is `null` is neither wet nor dry: its reason stands in `errors`. Errors are faults; an empty list says
/// that there is none. An empty battery beside an external supply is no battery. A switch input, and what a Bluetooth
/// device said that hangs on a Shelly, can be anything and is unmapped.
enum ShellyGen2Component {
    /// - Parameter name: the component's name where it is not the node's own.
    static func take(_ node: JSON.Node, name: String? = nil, in gathering: inout Gathering) {
        let json = gathering.json
        guard node.kind == .object else { return }
        let name = name ?? json.name(of: node)
        let kind = Array(name.utf8.prefix { $0 != UInt8(ascii: ":") })
        guard let fields = table[kind.span] else { return gathering.takeUnknown(node, name) }
        if let errors = json.field("errors", of: node) { takeErrors(errors, in: &gathering) }
        if let external = json.field("external", of: node), json.field("present", of: external)?.kind == .yes,
            let battery = json.field("battery", of: node), let percent = json.field("percent", of: battery),
            json.number(of: percent) == 0
        {
            return
        }
        gathering.take(membersOf: node, fields, path: name)
    }

    static func take(event: JSON.Node, in gathering: inout Gathering) {
        let json = gathering.json
        guard let component = json.field("component", of: event).flatMap({ json.words(of: $0) }),
            let text = json.field("event", of: event).flatMap({ json.words(of: $0) })
        else { return }
        let kind = Array(component.utf8.prefix { $0 != UInt8(ascii: ":") })
        switch (eventful[kind.span], text) {
        case (nil, _), (_, "alarm_off"), (_, "config_changed"): break
        case (_, "alarm_test"): gathering.take(.flag(.test, true))
        default:
            let isRaised = HazardWords.words(of: text.utf8).contains { HazardWords.hazards[$0.span] != nil }
            gathering.note(unmapped: UnmappedField(component, text, isRaised: isRaised))
        }
    }

    private static func takeErrors(_ errors: JSON.Node, in gathering: inout Gathering) {
        guard errors.kind == .array else { return }
        var count = 0
        for error in gathering.json.children(of: errors) {
            let words = gathering.json.words(of: error) ?? gathering.json.excerpt(error)
            gathering.take(.flag(.fault, true, detail: words))
            count += 1
        }
        if count == 0 { gathering.take(.flag(.fault, false)) }
    }

    private static let table = KeyTable<KeyTable<Field>>([
        ("smoke", KeyTable([("id", .nothing), ("alarm", .flag(.smoke)), ("mute", .nothing), ("errors", .nothing)])),
        (
            "flood",
            KeyTable([("id", .nothing), ("alarm", .flag(.waterLeak)), ("mute", .nothing), ("errors", .nothing)])
        ),
        (
            "devicepower",
            KeyTable([
                ("battery", .object([("percent", .number(.battery)), ("V", .number(.batteryVoltage))])),
                ("errors", .nothing),
            ])
        ),
        ("temperature", KeyTable([("tC", .number(.temperature)), ("errors", .nothing)])),
        ("humidity", KeyTable([("rh", .number(.humidity)), ("errors", .nothing)])),
        ("wifi", KeyTable([("rssi", .number(.signal, unit: "dBm")), ("status", .nothing)])),
        ("input", KeyTable([("state", .unmapped)])),
        ("bthomesensor", KeyTable([("value", .unmapped)])),
        ("sys", KeyTable([("wakeup_reason", .nothing), ("available_updates", .nothing)])),
        ("cloud", KeyTable([])), ("mqtt", KeyTable([])), ("ble", KeyTable([])), ("ws", KeyTable([])),
        ("ts", KeyTable([])),
    ])
    /// Whose events may be an alarm.
    private static let eventful = KeyTable([
        ("smoke", ()), ("flood", ()), ("input", ()), ("bthomedevice", ()), ("bthomesensor", ()),
    ])
}
