import ArgumentParser
import Devices
import Drill
import Foundation
import Hub
import MQTT
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

    @Option(help: ArgumentHelp("The broker, instead of that of hub.yaml.", valueName: "url"))
    var broker: String?

    @OptionGroup var plan: ImportPlan

    func run() async throws {
        try await refusing {
            let (settings, registry) = try plan.load()
            let prefix = prefix ?? settings.ecosystems.prefixes(of: .homeAssistant).first ?? "homeassistant"
            let filters = try HomeAssistantDecoder(prefixes: [prefix], registered: []).topicFilters
            var place = settings.broker
            if let broker { place.use(try BrokerAddress(broker)) }
            let announcements = try await RetainedMessages.read(filters, from: place)
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

/// Everything that a broker keeps on some topics.
enum RetainedMessages {
    private static let patience = Duration.seconds(10)

    /// - Throws: what keeps the broker from answering.
    ///
    /// A broker does not say where the retained messages end. But it sends them before anything that is published after
    /// the subscription, so one message to oneself marks their end.
    static func read(_ filters: [String], from broker: HubSettings.Broker) async throws -> [Message] {
        let link = try BrokerLink(BrokerSettings.drill(broker), clock: SystemDrillClock())
        let mark = "smokehub/import/\(UUID().uuidString)"
        let messages = try await link.messages(matching: filters + [mark])
        try await link.publish([], to: mark, qos: 1, retain: false)
        let timeout = Task {
            try await Task.sleep(for: patience)
            Line.error("The broker does not pass on \(mark); allow it in its ACL. This may not be all it keeps.")
            await link.close()
        }
        var kept: [Message] = []
        for await message in messages {
            guard message.topic != mark else { break }
            guard message.retained, kept.count < countMax else { continue }
            kept.append(Message(topic: message.topic, payload: message.payload, retained: true))
        }
        timeout.cancel()
        await link.close()
        return kept
    }

    /// More announcements than 20,000 devices make.
    private static let countMax = 500_000
}
