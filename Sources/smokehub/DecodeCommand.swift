import ArgumentParser
import Devices
import Foundation
import Hub
import Registry

/// Shows what the hub understands of messages.
struct Decode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the hub understands of messages.",
        discussion: """
            Reads a JSON object a line from standard input, {"topic":…,"payload":"…"|{"base64":…},"retain":bool}, and \
            writes one a line: {"topic":…,"device":…,"readings":[{"kind","value","unit"}],"error":null|"…"}. The lines \
            of one run build on each other.

            EXAMPLES
              mosquitto_sub -t 'zigbee2mqtt/#' -F %j | smokehub decode
              smokehub decode <messages.jsonl
              smokehub decode --config Config <messages.jsonl      with models.yaml and devices.csv of an estate

            EXIT STATUS
              0 every line was answered, even those that nobody understands.
            """)

    @Option(
        help: ArgumentHelp(
            "A base topic of Zigbee2MQTT; may be given several times. (default: zigbee2mqtt)", valueName: "topic"))
    var zigbee2mqttBase: [String] = []

    @Option(
        help: ArgumentHelp(
            "An estate's folder or hub.yaml: what its models.yaml, devices.csv and prefixes say. (default: none)",
            valueName: "path"))
    var config: String?

    func run() async throws {
        try await refusing {
            var decode = DecodeLine(try table())
            while let line = readLine() {
                if !line.isEmpty { Line.out(decode.answer(line)) }
            }
        }
    }

    private func table() throws -> DecoderTable {
        guard let config else {
            var topics = EcosystemTopics()
            if !zigbee2mqttBase.isEmpty { topics.prefixes[.zigbee2mqtt] = zigbee2mqttBase }
            return try DecoderTable.all(topics: topics)
        }
        var configuration = try HubConfiguration.load(config)
        if !zigbee2mqttBase.isEmpty { configuration.settings.zigbee2MQTTBaseTopics = zigbee2mqttBase }
        return try configuration.decoders(hearing: nil)
    }
}
