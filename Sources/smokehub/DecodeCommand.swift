import ArgumentParser
import Devices
import Foundation

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

            EXIT STATUS
              0 every line was answered, even those that nobody understands.
            """)

    @Option(help: ArgumentHelp("A base topic of Zigbee2MQTT; may be given several times.", valueName: "topic"))
    var zigbee2mqttBase = ["zigbee2mqtt"]

    func run() async throws {
        try await refusing {
            var decode = DecodeLine(try DecoderTable.all(zigbee2MQTTBases: zigbee2mqttBase))
            while let line = readLine() {
                if !line.isEmpty { Line.out(decode.answer(line)) }
            }
        }
    }
}
