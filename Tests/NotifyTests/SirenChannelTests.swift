import Foundation
import Notify
import Registry
import Rules
import Synchronization
import Testing

@Suite struct `A siren's command` {
    private struct BrokerGone: Error {}

    private func sent(
        _ alert: Alert, to siren: String, _ settings: SirenChannel.Settings = .init(), fails: Bool = false
    ) async -> (Outcome, [String]) {
        let devices = [
            Harbour.siren("s4", "a/4/A"), Harbour.siren("lobby", "a"), Harbour.siren("stair", "a/4/stair-1"),
            Harbour.siren("hall/siren", "a/4/B", .zigbee2mqtt),
        ]
        let published = Mutex<[String]>([])
        let channel = SirenChannel(
            settings, directory: Directory(estate: Harbour.estate, residents: [], devices: devices)
        ) { topic, payload in
            if fails { throw BrokerGone() }
            published.withLock { $0.append("\(topic) \(String(decoding: payload, as: UTF8.self))") }
        }
        let notice = Notice(
            id: "\(alert.id)/siren", alert: alert, recipient: "siren/\(siren)", language: .english, text: "", place: "")
        let contact = Contact(resident: "r", position: 1, channel: "siren", address: siren)
        return (await channel.send(notice, to: contact), published.withLock(\.self))
    }

    @Test(arguments: [
        (Stage.investigate, #"{"command":"sound","duration":30,"id":"a-fire-7/3","pattern":"alert"}"#),
        (.confirmed, #"{"command":"sound","duration":180,"id":"a-fire-7/3","pattern":"evacuate"}"#),
        (.spreading, #"{"command":"sound","duration":180,"id":"a-fire-7/3","pattern":"evacuate"}"#),
        (.clearing, #"{"command":"sound","duration":0,"id":"a-fire-7/3","pattern":"off"}"#),
        (.closed, #"{"command":"sound","duration":0,"id":"a-fire-7/3","pattern":"off"}"#),
    ])
    func `for a native device says pattern, duration and id`(_ stage: Stage, _ payload: String) async {
        let alert = Harbour.alert("a-fire-7/3", stage, [.block], at: "a/4/A")
        let (outcome, published) = await sent(alert, to: "s4")
        #expect(outcome == .accepted())
        #expect(published == ["estate/demo/block/a/floor/4/flat/A/device/s4/command \(payload)"])
    }

    @Test(arguments: [
        (Stage.investigate, #"{"warning":{"duration":30,"level":"medium","mode":"emergency","strobe":true}}"#),
        (.confirmed, #"{"warning":{"duration":180,"level":"very_high","mode":"emergency","strobe":true}}"#),
        (.clearing, #"{"warning":{"duration":0,"level":"very_high","mode":"stop","strobe":false}}"#),
    ])
    func `for Zigbee2MQTT is a warning`(_ stage: Stage, _ payload: String) async {
        let alert = Harbour.alert("a-fire-7/3", stage, [.block], at: "a/4/A")
        #expect(await sent(alert, to: "hall/siren").1 == ["zigbee2mqtt/hall/siren/set \(payload)"])
    }

    @Test func `goes to the area or the block where the siren stands`() async {
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        #expect(
            await sent(alert, to: "stair").1[0].hasPrefix(
                "estate/demo/block/a/floor/4/area/stair-1/device/stair/command "))
        #expect(await sent(alert, to: "lobby").1[0].hasPrefix("estate/demo/block/a/device/lobby/command "))
    }

    @Test func `of an exercise reaches no real siren, unless that is wanted`() async {
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A", exercise: "d1")
        #expect(await sent(alert, to: "s4").1[0].hasPrefix("drill/d1/estate/demo/"))
        #expect(await sent(alert, to: "hall/siren").1[0].hasPrefix("drill/d1/zigbee2mqtt/"))
        var settings = SirenChannel.Settings()
        settings.drillsSoundSirens = true
        #expect(await sent(alert, to: "s4", settings).1[0].hasPrefix("estate/demo/"))
    }

    @Test func `calls attention to water and calls for help, and sends nobody out`() async {
        for hazard in [Hazard.water, .help] {
            let alert = Harbour.alert("a-x-7/3", .confirmed, [.block], at: "a/4/A", hazard: hazard)
            #expect(await sent(alert, to: "s4").1[0].contains(#""pattern":"alert""#))
        }
    }

    @Test func `is tried again when the broker does not take it, and refused when there is no such siren`() async {
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        guard case .failed = await sent(alert, to: "s4", fails: true).0 else {
            Issue.record("a command that was not published should be tried again")
            return
        }
        #expect(await sent(alert, to: "gone").0 == .refused("devices.csv has no siren 'gone'"))
    }
}
