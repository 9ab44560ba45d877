import Devices
import Registry

/// The ecosystems whose vector files stand as they were collected.
enum Ecosystems {
    private static let names = [
        "chirpstack", "thethingsstack", "shelly_gen1", "shelly_gen2", "tasmota", "esphome", "zwavejs", "rtl_433",
        "openmqttgateway", "domoticz", "alarm_panels", "homeassistant_discovery",
    ]

    static func decoders(of ecosystem: String) -> [any Decoder] {
        (try? DecoderTable.all().decoders.filter { $0.ecosystem.rawValue == ecosystem }) ?? []
    }

    static var vectors: [Vector] {
        get throws { try names.flatMap { try Vector.all(in: $0) } }
    }

    /// A decoder that has heard what came before a vector.
    static func taught(_ decoder: any Decoder, _ vector: Vector) throws -> any Decoder {
        guard var learner = decoder as? any LearningDecoder else { return decoder }
        for message in try vector.givenMessages { _ = try learner.learn(message) }
        return learner
    }

    /// The same of all decoders.
    static func taught(_ table: DecoderTable, _ vector: Vector) throws -> DecoderTable {
        var table = table
        for message in try vector.givenMessages { _ = try table.learn(message) }
        return table
    }
}
