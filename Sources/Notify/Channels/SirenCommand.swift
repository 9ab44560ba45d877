import Foundation
import Registry
import Rules

/// What a siren is told, in its ecosystem's own words.
///
/// - Native: on `estate/<estate>/block/<block>/[floor/<floor>/](flat/<flat>|area/<area>)/device/<device>/command` the
///   object `{"command":"sound","duration":180,"id":"a-fire-7/3","pattern":"evacuate"}`; the pattern is `evacuate`,
///   `alert` or `off`, the duration in seconds.
/// - Zigbee2MQTT: on `<base>/<friendly name>/set` a `warning`, with the mode `stop` at the end
///   (zigbee-herdsman-converters `src/lib/modernExtend.ts`).
/// - Tasmota: on `cmnd/<topic>/Backlog` `PulseTime 280; Power ON`, where 112 to 64900 are seconds and 100 more, and fewer are
///   tenths of a second; setting it begins the time anew. `OFF` on `cmnd/<topic>/POWER` at the end (tasmota/docs
///   `docs/Commands.md`; `CmndPulsetime` in `tasmota/tasmota_support/support_command.ino` of arendst/Tasmota).
/// - Shelly, first generation: `on` or `off` on `shellies/<id>/relay/0/command` (shelly-api-docs, Gen1, "Shelly1/1PM:
///   MQTT"). It takes no time: what is to stop it if nobody tells it to is its own setting "Auto off".
/// - Shelly, second generation: on `<prefix>/rpc` `Switch.Set` with `toggle_after` in seconds (shelly-api-docs, Gen2,
///   "RPC Protocol" and "Switch"). It answers on `smokehub/rpc`.
/// - What announces itself to Home Assistant: on its `command_topic` `{"state":"ON","duration":180,…}`, or what it wants
///   instead (``SirenChannel/Announced``).
/// - Any other ecosystem: nothing, on no topic.
struct SirenCommand: Hashable, Sendable {
    var topics: [String]
    var payload: [UInt8]

    /// What it is to sound like.
    enum Pattern: String, Hashable, Sendable {
        case evacuate, alert, off
    }

    init(
        _ alert: Alert, to siren: Device, _ announced: SirenChannel.Announced? = nil, estate: String,
        _ settings: SirenChannel.Settings
    ) {
        let pattern = Self.pattern(alert)
        let duration: Int64 =
            switch pattern {
            case .evacuate: settings.evacuation.components.seconds
            case .alert: settings.attention.components.seconds
            case .off: 0
            }
        let prefix =
            alert.exercise.map { settings.drillsSoundSirens ? "" : "drill/\($0)/" } ?? ""
        switch siren.ecosystem {
        case .native:
            topics = [prefix + Self.nativeTopic(siren, estate: estate)]
            payload = Array(
                """
                {"command":"sound","duration":\(duration),"id":\(Self.quoted(alert.id)),"pattern":"\(pattern.rawValue)"}
                """.utf8)
        case .zigbee2mqtt:
            topics = [prefix + Self.zigbeeTopic(siren, settings.zigbee2mqttBases) + "/set"]
            let mode = pattern == .off ? "stop" : settings.zigbee2mqttMode
            let level = pattern == .alert ? "medium" : settings.zigbee2mqttLevel
            payload = Array(
                """
                {"warning":{"duration":\(duration),"level":"\(level)","mode":"\(mode)","strobe":\(pattern != .off)}}
                """.utf8)
        case .tasmota:
            let time = duration < 12 ? duration * 10 : duration + 100
            topics = ["\(prefix)\(settings.tasmotaCommand)/\(siren.address)/\(pattern == .off ? "POWER" : "Backlog")"]
            payload = Array((pattern == .off ? "OFF" : "PulseTime \(time); Power ON").utf8)
        case .shellyGen1:
            topics = settings.shellyGen1Prefixes.map { "\(prefix)\($0)/\(siren.address)/relay/0/command" }
            payload = Array((pattern == .off ? "off" : "on").utf8)
        case .shellyGen2:
            topics = ["\(prefix)\(siren.address)/rpc"]
            let after = pattern == .off ? "" : ",\"toggle_after\":\(duration)"
            payload = Array(
                """
                {"id":\(Self.quoted(alert.id)),"src":"smokehub","method":"Switch.Set",\
                "params":{"id":0,"on":\(pattern != .off)\(after)}}
                """.utf8)
        case .homeAssistant:
            topics = announced.map { [prefix + $0.topic] } ?? []
            payload = announced.map { Self.payload($0, pattern, duration, settings) } ?? []
        case .chirpstack, .thethingsstack, .esphome, .zwavejs, .rtl433, .openmqttgateway, .domoticz, .alarmPanels,
            .homie, .sparkplug:
            // Nobody has written down yet how these are told to sound.
            topics = []
            payload = []
        }
    }

    private static func payload(
        _ siren: SirenChannel.Announced, _ pattern: Pattern, _ duration: Int64, _ settings: SirenChannel.Settings
    ) -> [UInt8] {
        let state = pattern == .off ? siren.off : siren.on
        guard case .object(let takesDuration, let takesVolume, let tones) = siren.form else { return Array(state.utf8) }
        var members = ["\"state\":\(quoted(state))"]
        if pattern != .off {
            if takesDuration { members.append("\"duration\":\(duration)") }
            // The mode if it has that, else what sounds most like a fire.
            if let tone = [settings.zigbee2mqttMode, "fire", "emergency"].first(where: tones.contains) ?? tones.first {
                members.append("\"tone\":\(quoted(tone))")
            }
            if takesVolume { members.append("\"volume_level\":\(pattern == .alert ? "0.5" : "1.0")") }
        }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }

    private static func zigbeeTopic(_ siren: Device, _ bases: [String]) -> String {
        let isElsewhere = bases.dropFirst().contains { siren.address.hasPrefix($0 + "/") }
        return isElsewhere ? siren.address : "\(bases.first ?? "zigbee2mqtt")/\(siren.address)"
    }

    /// Water and calls for help are no reason to leave, so no siren says so.
    private static func pattern(_ alert: Alert) -> Pattern {
        if alert.sounders == .stop { return .off }
        return switch (alert.stage, alert.hazard) {
        // An announcement reaches no siren; if it did, it would be silent.
        case (.clearing, _), (.closed, _), (nil, _), (_, nil): .off
        case (.investigate, _), (_, .water), (_, .help): .alert
        case (.confirmed, .fire), (.confirmed, .co), (.confirmed, .gas): .evacuate
        case (.spreading, .fire), (.spreading, .co), (.spreading, .gas): .evacuate
        }
    }

    private static func nativeTopic(_ siren: Device, estate: String) -> String {
        var levels = ["estate", estate, "block", siren.place.block]
        if let floor = siren.place.floor { levels += ["floor", floor] }
        if let flat = siren.place.flat { levels += ["flat", flat] }
        if let area = siren.place.area { levels += ["area", area] }
        levels += ["device", siren.address, "command"]
        return levels.joined(separator: "/")
    }

    private static func quoted(_ text: String) -> String { "\"\(ServiceTemplate.inJSON(text))\"" }
}
