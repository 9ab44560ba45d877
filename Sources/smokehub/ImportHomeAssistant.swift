import ArgumentParser
import Devices
import Hub
import Registry

/// From what devices have announced to Home Assistant.
struct ImportHomeAssistant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "homeassistant", abstract: "Devices that announce themselves by Home Assistant's discovery.",
        discussion: """
            Reads the retained announcements on <prefix>/…/config from the broker. A name tells the place by a pattern: \
            {block}, {floor}, {flat}, {area} stand for those of estate.yaml, {room} and {any} for words; the suggested \
            area is tried before the name, and alone. Devices of Zigbee2MQTT, Z-Wave JS UI, Tasmota and ESPHome are \
            added under their own ecosystem. Of devices that were announced once and are no more nothing is said.

            EXAMPLES
              smokehub import homeassistant --name 'block-{block}/{floor}/{floor}{flat} {room}'
              smokehub import homeassistant --broker mqtt://localhost --name '{block} {floor}{flat} {room}' --write

            EXIT STATUS
              0 done, 1 nothing is announced or the broker cannot be asked, 2 wrong usage or configuration.
            """)

    @Option(
        help: ArgumentHelp("Home Assistant's discovery prefix. (default: the first of hub.yaml)", valueName: "topic"))
    var prefix: String?

    @OptionGroup var plan: ImportPlan

    func run() async throws {
        try await refusing {
            let (settings, registry) = try plan.load()
            let prefix = prefix ?? settings.ecosystems.prefixes(of: .homeAssistant).first ?? "homeassistant"
            let filters = try HomeAssistantDecoder(prefixes: [prefix], registered: []).topicFilters
            let announcements = try await RetainedMessages.all(matching: filters, from: settings.broker)
            guard !announcements.isEmpty else { throw NothingAnnounced(filter: filters[1]) }
            let inventory = try HomeAssistantInventory(
                announcements, prefix: prefix, zigbee2MQTTBases: settings.zigbee2MQTTBaseTopics)
            for problem in inventory.problems { Line.out("! \(problem)") }
            try plan.finish(inventory.offers, into: registry, settings, isWhole: false)
        }
    }
}

private struct NothingAnnounced: Error, CustomStringConvertible {
    var filter: String
    var description: String {
        "the broker keeps nothing on \(filter); do the devices announce themselves there, and may the hub read it?"
    }
}
