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
            Harbour.siren("hall/siren", "a/4/B", .zigbee2mqtt), Harbour.siren("z2m/b/bell", "a/4/B", .zigbee2mqtt),
            Harbour.siren("horn", "a/4/B", .tasmota), Harbour.siren("bridge/0x8F20", "a/4/B", .tasmota),
            Harbour.siren("shelly1-A1", "a/4/B", .shellyGen1), Harbour.siren("shellyplus1-b2", "a/4/B", .shellyGen2),
            Harbour.siren("announced", "a/4/B", .homeAssistant), Harbour.siren("odd", "a/4/B", .homeAssistant),
            Harbour.siren("bare", "a/4/B", .homeAssistant), Harbour.siren("silent", "a/4/B", .homeAssistant),
            Harbour.siren("node", "a/4/B", .zwavejs),
        ]
        let announced: [String: SirenChannel.Announced] = [
            "announced": .init(
                topic: "e/siren/set", form: .object(duration: true, volume: true, tones: ["bell", "fire"])),
            "odd": .init(topic: "e/odd/set", form: .unknown),
            "bare": .init(topic: "e/bare/set", form: .bare, on: "1", off: "0"),
        ]
        let published = Mutex<[String]>([])
        let channel = SirenChannel(
            settings, directory: Directory(estate: Harbour.estate, residents: [], devices: devices),
            announced: { announced[$0] }
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

    @Test(arguments: [
        (
            "horn", ["cmnd/horn/Backlog PulseTime 130; Power ON"], ["cmnd/horn/Backlog PulseTime 280; Power ON"],
            ["cmnd/horn/POWER OFF"]
        ),
        (
            "shelly1-A1", ["shellies/shelly1-A1/relay/0/command on"], ["shellies/shelly1-A1/relay/0/command on"],
            ["shellies/shelly1-A1/relay/0/command off"]
        ),
        (
            "shellyplus1-b2",
            [
                #"shellyplus1-b2/rpc {"id":"a-fire-7/3","src":"smokehub","method":"Switch.Set","params":{"id":0,"on":true,"toggle_after":30}}"#
            ],
            [
                #"shellyplus1-b2/rpc {"id":"a-fire-7/3","src":"smokehub","method":"Switch.Set","params":{"id":0,"on":true,"toggle_after":180}}"#
            ],
            [
                #"shellyplus1-b2/rpc {"id":"a-fire-7/3","src":"smokehub","method":"Switch.Set","params":{"id":0,"on":false}}"#
            ]
        ),
        (
            "announced", [#"e/siren/set {"state":"ON","duration":30,"tone":"fire","volume_level":0.5}"#],
            [#"e/siren/set {"state":"ON","duration":180,"tone":"fire","volume_level":1.0}"#],
            [#"e/siren/set {"state":"OFF"}"#]
        ),
        ("bare", ["e/bare/set 1"], ["e/bare/set 1"], ["e/bare/set 0"]),
    ])
    func `for other ecosystems is what they understand`(
        _ siren: String, _ attention: [String], _ evacuation: [String], _ end: [String]
    ) async {
        for (stage, expected) in [(Stage.investigate, attention), (.confirmed, evacuation), (.closed, end)] {
            let alert = Harbour.alert("a-fire-7/3", stage, [.block], at: "a/4/A")
            let (outcome, published) = await sent(alert, to: siren)
            #expect(outcome == .accepted() && published == expected)
        }
    }

    @Test func `for Tasmota gives a few seconds in tenths`() async {
        var settings = SirenChannel.Settings()
        settings.evacuation = .seconds(11)
        settings.tasmotaCommand = "building/cmnd"
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        #expect(await sent(alert, to: "horn", settings).1 == ["building/cmnd/horn/Backlog PulseTime 110; Power ON"])
    }

    @Test func `goes to the Zigbee2MQTT that has the siren`() async {
        var settings = SirenChannel.Settings()
        settings.zigbee2mqttBases = ["zigbee2mqtt", "z2m/b"]
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        #expect(await sent(alert, to: "z2m/b/bell", settings).1.map { $0.prefix(15) } == ["z2m/b/bell/set "])
        #expect(
            await sent(alert, to: "hall/siren", settings).1.map { $0.prefix(27) } == ["zigbee2mqtt/hall/siren/set "])
    }

    @Test(arguments: [
        ("silent", Outcome.failed("the siren has not announced a command_topic")),
        ("odd", .refused("the siren's command_template is not understood")),
        ("node", .refused("sirens of the ecosystem zwavejs cannot be told to sound")),
        ("bridge/0x8F20", .refused("sirens of the ecosystem tasmota cannot be told to sound")),
    ])
    func `is not made up for a siren that cannot be told`(_ siren: String, _ expected: Outcome) async {
        let (outcome, published) = await sent(Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A"), to: siren)
        #expect(outcome == expected && published == [])
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
