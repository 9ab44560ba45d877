import Devices
import Registry
import Testing

@Suite struct `What devices have announced` {
    private func offers(_ announced: [(topic: String, payload: String)]) throws -> HomeAssistantInventory {
        try HomeAssistantInventory(
            announced.map { Message(topic: "homeassistant/\($0.topic)/config", payload: $0.payload) },
            zigbee2MQTTBases: ["zigbee2mqtt", "up"])
    }

    @Test func `is offered device by device, each in its own ecosystem`() throws {
        let inventory = try offers([
            ("sensor/d/t", #"{"stat_t":"d/t","dev_cla":"temperature","dev":{"ids":["d"],"name":"Hall","sa":"12C"}}"#),
            ("binary_sensor/d/s", #"{"stat_t":"d/s","dev_cla":"heat","dev":{"ids":["d"],"name":"Hall"}}"#),
            (
                "binary_sensor/0x1/s",
                #"{"stat_t":"up/kitchen","dev_cla":"smoke","dev":{"ids":"z1","mdl":"Heat (HESZB-120)"}}"#
            ),
            (
                "binary_sensor/br/c",
                #"{"stat_t":"zigbee2mqtt/bridge/state","dev_cla":"connectivity","dev":{"ids":"br"}}"#
            ),
            (
                "binary_sensor/e/x",
                #"{"stat_t":"e/binary_sensor/x/state","dev_cla":"gas","dev":{"ids":"84fc","sw":"1"}}"#
            ),
            (
                "binary_sensor/f/x",
                #"{"stat_t":"b/f/binary_sensor/x/state","dev_cla":"gas","dev":{"ids":"85","sw":"esphome 1"}}"#
            ),
            ("binary_sensor/o/x", #"{"stat_t":"q/binary_sensor/x/state","dev_cla":"gas","dev":{"ids":"o"}}"#),
            ("binary_sensor/t/x", #"{"stat_t":"tele/node/SENSOR","dev_cla":"moisture","dev":{"ids":"t"}}"#),
            ("siren/w/x", #"{"stat_t":"w/state","cmd_t":"w/set","dev":{"ids":"w"}}"#),
            ("binary_sensor/u/x", #"{"stat_t":"u/state","name":"Fire loop","dev":{"ids":"u"}}"#),
            ("light/l/x", #"{"stat_t":"l/state","dev":{"ids":"l"}}"#), ("binary_sensor/bad/x", "{"),
        ])
        let shown = inventory.offers.map { "\($0.ecosystem.rawValue) \($0.address) \($0.kind?.rawValue ?? "-")" }
        #expect(
            shown == [
                "zigbee2mqtt up/kitchen heat", "homeassistant_discovery d heat", "esphome e gas", "esphome b/f gas",
                "homeassistant_discovery o gas", "tasmota node water_leak", "homeassistant_discovery u -",
                "homeassistant_discovery w siren",
            ])
        #expect(inventory.offers.first?.model == "HESZB-120")
        #expect(inventory.offers.first { $0.address == "d" }?.name == "Hall")
        #expect(inventory.problems.count == 1 && inventory.problems.first?.contains("bad/x") == true)
    }

    @Test func `by two about one device is offered once, and told`() throws {
        let inventory = try offers([
            ("binary_sensor/a/x", #"{"stat_t":"a","dev_cla":"smoke","dev":{"ids":"d"}}"#),
            ("binary_sensor/b/x", #"{"stat_t":"b","dev_cla":"motion","dev":{"ids":"d"}}"#),
        ])
        #expect(inventory.offers.map(\.kind) == [.smoke])
        #expect(inventory.problems.count == 1)
    }

    @Test func `tells the area, too, where a device is`() throws {
        let block = Block(
            id: "a", name: LocalizedText([(.english, "A")]), floors: ["12"], flats: ["C"], areas: [])
        let estate = Estate(id: "demo", name: LocalizedText([(.english, "Demo")]), blocks: [block])
        let registry = EstateRegistry(estate: estate, devices: [], residents: [])
        let inventory = try offers([
            ("binary_sensor/d/s", #"{"stat_t":"d/s","dev_cla":"heat","dev":{"ids":["d"],"name":"hall","sa":"A 12C"}}"#)
        ])
        let pattern = try PlacePattern("{block} {floor}{flat} {room}")
        let plan = DeviceImport(inventory.offers, into: registry, patterns: [pattern], isWhole: false)
        #expect(plan.added.first?.place == Place(block: "a", floor: "12", flat: "C"))
        #expect(plan.added.first?.room == "hall")
    }
}
