import Devices
import Registry

/// The ecosystems whose vector files stand as they were collected.
enum Ecosystems {
    private static let names = [
        "chirpstack", "thethingsstack", "shelly_gen1", "shelly_gen2", "tasmota", "esphome", "zwavejs", "rtl_433",
        "openmqttgateway", "domoticz", "alarm_panels", "homie", "sparkplug_b", "homeassistant_discovery",
    ]

    static func decoders(of ecosystem: String) -> [any Decoder] {
        (try? DecoderTable.all().decoders.filter { $0.ecosystem.rawValue == ecosystem }) ?? []
    }

    static var vectors: [Vector] {
        get throws {
            try names.flatMap { try Vector.all(in: $0) }.map { vector in
                var vector = vector
                // A panel that speaks through Homie is a panel.
                if vector.topic.hasPrefix("homie/dsc-alarm/") { vector.ecosystem = "alarm_panels" }
                return vector
            }
        }
    }
}
