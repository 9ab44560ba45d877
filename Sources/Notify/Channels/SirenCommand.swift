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
/// - Any other ecosystem: nothing, on no topic.
struct SirenCommand: Hashable, Sendable {
    var topics: [String]
    var payload: [UInt8]

    /// What it is to sound like.
    enum Pattern: String, Hashable, Sendable {
        case evacuate, alert, off
    }

    init(_ alert: Alert, to siren: Device, estate: String, _ settings: SirenChannel.Settings) {
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
            topics = settings.zigbee2mqttBases.map { "\(prefix)\($0)/\(siren.address)/set" }
            let mode = pattern == .off ? "stop" : settings.zigbee2mqttMode
            let level = pattern == .alert ? "medium" : settings.zigbee2mqttLevel
            payload = Array(
                """
                {"warning":{"duration":\(duration),"level":"\(level)","mode":"\(mode)","strobe":\(pattern != .off)}}
                """.utf8)
        default:
            // Nobody has written down yet how these are told to sound.
            topics = []
            payload = []
        }
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

    /// A JSON string; ids hold no control characters.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
