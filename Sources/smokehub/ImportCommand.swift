import ArgumentParser
import Devices
import Foundation
import Hub

/// Brings devices that another system knows into the registry.
struct ImportGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring devices that another system knows into devices.csv.",
        discussion: """
            Says of each device what it would do: + add, = known as it is, ~ known otherwise, - known here and not there \
            any more, ? cannot be placed. Only --write changes devices.csv, and only by adding rows at its end.

            EXAMPLES
              smokehub import zigbee2mqtt --name 'block-{block}/{floor}/{floor}{flat} {room}'
              smokehub import csv inventory.csv --columns address=Serial,kind=Type
            """,
        subcommands: [ImportZigbee2MQTT.self, ImportHomeAssistant.self, ImportCSV.self])
}

/// From the list that Zigbee2MQTT keeps at the broker.
struct ImportZigbee2MQTT: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zigbee2mqtt", abstract: "Devices that a Zigbee2MQTT has paired.",
        discussion: """
            Reads the retained list on <base topic>/bridge/devices from the broker, or from a file. A name tells \
            the place by a pattern: {block}, {floor}, {flat}, {area} stand for those of estate.yaml, {room} and \
            {any} for words.

            EXAMPLES
              smokehub import zigbee2mqtt --name 'block-{block}/{floor}/{floor}{flat} {room}'
              smokehub import zigbee2mqtt --broker mqtt://zigbee.local --name '{block}-{floor}-{area}' --write
              smokehub import zigbee2mqtt --from devices.json --name '{block}/{flat}/{room}'

            EXIT STATUS
              0 done, 1 no list came or it cannot be read, 2 wrong usage or configuration.
            """)

    @Option(help: ArgumentHelp("The list as a file, '-' for standard input, instead of the broker.", valueName: "file"))
    var from: String?

    @Option(help: ArgumentHelp("Which Zigbee2MQTT. (default: the first of hub.yaml)", valueName: "topic"))
    var base: String?

    @OptionGroup var plan: ImportPlan

    func run() async throws {
        try await refusing {
            let (settings, registry) = try plan.load()
            let bases = settings.zigbee2MQTTBaseTopics
            let base = base ?? bases.first ?? "zigbee2mqtt"
            let list = try await list(base, settings)
            let offers = try Zigbee2MQTTInventory.offers(
                list, addressPrefix: base == bases.first ?? "zigbee2mqtt" ? "" : base + "/")
            // With several of them, what one does not know may be another's.
            try plan.finish(offers, into: registry, settings, isWhole: bases.count <= 1)
        }
    }

    private func list(_ base: String, _ settings: HubSettings) async throws -> [UInt8] {
        switch from {
        case "-"?: return Array(FileHandle.standardInput.readDataToEndOfFile())
        case let file?: return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        case nil: return try await RetainedMessages.one(on: "\(base)/bridge/devices", from: settings.broker)
        }
    }
}
