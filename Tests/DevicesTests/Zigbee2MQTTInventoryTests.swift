import Devices
import Registry
import Testing

@Suite struct `The list of a Zigbee2MQTT` {
    @Test func `tells name, model and purpose, of a heat detector that says smoke too`() throws {
        let offers = try Zigbee2MQTTInventory.offers(
            Array(
                """
                [{"ieee_address":"0x1","type":"Coordinator","friendly_name":"Coordinator","definition":null},
                 {"ieee_address":"0x2","type":"EndDevice","friendly_name":"a/12/12C hall","model_id":"SMOK_V15",
                  "definition":{"model":"HS1SA","vendor":"HEIMAN","description":"Smoke detector","exposes":
                   [{"type":"binary","name":"smoke","property":"smoke"},{"type":"numeric","property":"battery"}]}},
                 {"type":"EndDevice","friendly_name":"kitchen","definition":{"model":"HESZB-120","exposes":
                   [{"property":"smoke"},{"property":"temperature"}]}},
                 {"type":"EndDevice","friendly_name":"keypad","definition":{"model":"ZS130000078","exposes":
                   [{"property":"smoke"}]}},
                 {"type":"Router","friendly_name":"bell","definition":{"model":"HS2WD-E","exposes":
                   [{"type":"composite","features":[{"property":"mode"}],"property":"warning"}]}},
                 {"type":"EndDevice","friendly_name":"unknown","model_id":"lumi.x","definition":null}]
                """.utf8), addressPrefix: "up/")
        #expect(offers.map(\.address) == ["up/a/12/12C hall", "up/kitchen", "up/keypad", "up/bell", "up/unknown"])
        #expect(offers.map(\.kind) == [.smoke, .heat, nil, .siren, nil])
        #expect(offers.map(\.model) == ["HS1SA", "HESZB-120", "ZS130000078", "HS2WD-E", "lumi.x"])
        #expect(offers.first?.name == "a/12/12C hall")
    }

    @Test(arguments: ["{}", "", "[", "\"x\""]) func `that is none is refused`(_ payload: String) {
        #expect(throws: Malformed.self) { try Zigbee2MQTTInventory.offers(Array(payload.utf8)) }
    }
}
