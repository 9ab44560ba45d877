/// How a siren that announces itself wants to be told. Sources: `source/_integrations/siren.mqtt.markdown` of
/// home-assistant/home-assistant.io; `homeassistant/components/mqtt/siren.py` of home-assistant/core.
///
/// Without `command_template` it gets `{"state":"ON"}`, with `duration`, `tone` and `volume_level` beside it if it takes
/// them, and `{"state":"OFF"}` at the end.
public struct AnnouncedSiren: Hashable, Sendable {
    /// As `devices.csv` has it.
    public var address: String
    /// `command_topic`, `cmd_t`
    public var topic: String
    public var form: Form
    /// `payload_on` and `payload_off`
    public var on: String
    public var off: String
    /// `support_duration`: unless it says no.
    public var takesDuration: Bool
    /// `support_volume_set`: unless it says no.
    public var takesVolume: Bool
    /// `available_tones`, if they are a list.
    public var tones: [String]

    public init(
        address: String, topic: String, form: Form, on: String, off: String, takesDuration: Bool, takesVolume: Bool,
        tones: [String]
    ) {
        self.address = address
        self.topic = topic
        self.form = form
        self.on = on
        self.off = off
        self.takesDuration = takesDuration
        self.takesVolume = takesVolume
        self.tones = tones
    }

    public enum Form: Hashable, Sendable {
        /// The object that Home Assistant sends of itself.
        case object
        /// `{{ value }}`: the bare payload.
        case bare
        /// A template that is not understood.
        case unknown
    }
}

extension AnnouncedSiren.Form {
    init(_ templates: [String]) {
        guard !templates.isEmpty else {
            self = .object
            return
        }
        let isBare = templates.allSatisfy { $0.filter { !$0.isWhitespace } == "{{value}}" }
        self = isBare ? .bare : .unknown
    }
}
