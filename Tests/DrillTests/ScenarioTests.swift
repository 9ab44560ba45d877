@testable import Drill
import Foundation
import Registry
import Testing

@Suite struct `A scenario file` {
    private func scenario(_ yaml: String) throws -> Scenario {
        try Scenario(ConfigFile(name: "Scenarios/toast.yaml", text: yaml), cast: SmallEstate.cast)
    }

    private func mistakes(_ yaml: String) -> String {
        do {
            _ = try scenario(yaml)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `says who speaks when, and what must come of it`() throws {
        let toast = try scenario(
            """
            name: toast
            description: {en: Toast, zh-Hant: 多士}
            end: 2m
            steps:
              - {at: 10s, device: a-1-A-smoke, say: clear}
              - {at: 0s, device: b-1-A-smoke, say: alarm, type: co, value: 12.5, real: true}
            expect:
              - {after: 5s, block: a, stage: confirmed, within: 3s, because: [a-1-A-heat], audience: [floor-above]}
              - {after: 0s, block: "*", hazard: co, exercise: false, count: 2, on: incident, repetition: 1}
            never:
              - {stage: spreading, after: 1s}
            """)
        #expect(toast.length == .seconds(120))
        #expect(toast.description[.traditionalChinese] == "多士")
        #expect(
            toast.messages == [
                PlannedMessage(at: .zero, device: "b-1-A-smoke", says: .alarm, type: .co, value: 12.5, isReal: true),
                PlannedMessage(at: .seconds(10), device: "a-1-A-smoke", says: .clear),
            ])
        #expect(
            toast.expectations == [
                ExpectedAlert(
                    AlertPattern(on: .incident, block: "*", hazard: .co, isExercise: false, repetition: 1),
                    after: .zero, count: 2),
                ExpectedAlert(
                    AlertPattern(stage: .confirmed, block: "a", because: ["a-1-A-heat"], audience: [.floorAbove]),
                    after: .seconds(5), within: .seconds(3)),
            ])
        #expect(toast.never == [ForbiddenAlert(AlertPattern(stage: .spreading), after: .seconds(1))])
        #expect(toast.hasRealAlarms)
    }

    @Test func `repeats a step up to and including its last moment`() throws {
        let toast = try scenario(
            """
            name: toast
            description: {en: Toast}
            end: 20s
            steps:
              - {at: 1s, device: a-1-A-smoke, say: alarm, repeat: {every: 3s, until: 10s}}
              - {at: 4s, device: a-1-A-heat, say: alarm}
            expect: []
            """)
        #expect(toast.messages.map(\.at) == [1, 4, 4, 7, 10].map { .seconds($0) })
        #expect(toast.messages[2].device == "a-1-A-heat")
    }

    /// The file's lines 1 to 3, then those of the argument.
    @Test(arguments: [
        ("steps: []\nexpect: []\nnevr: []", "6:1: unknown key 'nevr'; write 'never', or another of"),
        ("steps: []", "1:1: the key 'expect' is missing; add 'expect:' here"),
        (
            "steps: [{at: 0s, device: a-1-A-smok, say: alarm}]\nexpect: []",
            "4:26: steps[1].device: no device 'a-1-A-smok' in devices.csv; write 'a-1-A-smoke'"
        ),
        (
            "steps: [{at: 0s, device: a-1-A-smoke, say: alrm}]\nexpect: []",
            "4:44: steps[1].say: unknown 'alrm'; write 'alarm'"
        ),
        (
            "steps: [{at: 21s, device: a-1-A-smoke, say: alarm}]\nexpect: []",
            "4:14: steps[1].at: 21s is out of range; write a time such as 12s or 1m30s, from 0s to 20s"
        ),
        (
            "steps: [{at: 0, device: a-1-A-smoke, say: alarm}]\nexpect: []",
            "4:14: steps[1].at: '0' is no time; write a time such as 12s"
        ),
        (
            "steps: [{at: 0s, device: b-siren, say: alarm}]\nexpect: []",
            "4:40: steps[1].say: a zigbee2mqtt device has no 'alarm' of the kind siren; write 'type: smoke'"
        ),
        (
            "steps: [{at: 0s, device: b-1-A-smoke, say: alarm, type: flame}]\nexpect: []",
            "4:57: steps[1].type: a zigbee2mqtt device has no 'alarm' of the kind flame"
        ),
        (
            "steps: [{at: 0s, device: a-1-A-smoke, say: alarm, real: true, retained: true}]\nexpect: []",
            "4:73: steps[1].retained: a real message that the broker keeps"
        ),
        (
            "steps: [{at: 0s, device: a-1-A-smoke, say: alarm, repeat: {every: 0s, until: 9s}}]\nexpect: []",
            "4:67: steps[1].repeat.every: 0s is out of range; write a time such as 12s or 1m30s, from 100ms to 24h"
        ),
        (
            "steps: []\nexpect: [{block: z, after: 1s}]",
            "5:18: expect[1].block: no block 'z' in estate.yaml; write one of"
        ),
        ("steps: []\nexpect: [{stage: closed, after: 1s}]", "5:10: expect[1]: the key 'block' is missing"),
        (
            "steps: []\nexpect: [{block: a, after: 1s, stage: confirm}]",
            "5:39: expect[1].stage: unknown 'confirm'; write 'confirmed'"
        ),
        (
            "steps: []\nexpect: [{block: a, after: 1s, audience: [everybody]}]",
            "5:43: expect[1].audience[1]: unknown 'everybody'; write one of flat, neighbours, floor"
        ),
        (
            "steps: []\nexpect: []\nnever: [{blok: a}]",
            "6:10: never[1]: unknown key 'blok'; write 'block'"
        ),
    ])
    func `says where a mistake is and what to write`(_ lines: String, _ mistake: String) {
        let yaml = "name: toast\ndescription: {en: Toast}\nend: 20s\n\(lines)\n"
        #expect(mistakes(yaml).contains("Scenarios/toast.yaml:\(mistake)"), "\(mistakes(yaml))")
    }

    @Test func `tells all its mistakes in one run`() {
        let yaml = """
            name: crumpet
            description: {en: Toast}
            end: 0s
            steps: [{at: 0s, device: nobody, say: nothing}]
            expect: [{block: a}]
            """
        let lines = mistakes(yaml).split(separator: "\n").map { $0.split(separator: ":").dropFirst().first }
        #expect(lines == ["1", "3", "4", "4", "5"])
        #expect(mistakes(yaml).contains("toast.yaml:1:7: name: 'crumpet' is not the file's name; write 'toast'"))
    }
}

@Suite struct `A time of a scenario` {
    @Test(arguments: ["0s", "12s", "1m30s", "2h", "1h1m1s1ms", "250ms"])
    func `is written as it is read`(_ text: String) throws {
        #expect(try #require(Duration(span: text)).asSpan == text)
    }

    @Test(arguments: ["", "5", "s", "1m30", "30s1m", "1s1s", "-1s", "1.5s", "1 s", "1000000000h", "１s"])
    func `is refused otherwise`(_ text: String) {
        #expect(Duration(span: text) == nil)
    }
}

@Suite struct `The sample scenarios` {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let folder = ScenarioFolder(root + "/Simulators/Scenarios")

    @Test func `are the six`() throws {
        #expect(
            try Self.folder.names() == [
                "burnt-toast", "kitchen-fire", "real-fire-during-drill", "stairwell", "stuck-detector", "two-blocks",
            ])
    }

    @Test func `can be read, in both languages`() throws {
        for name in try Self.folder.names() {
            let scenario = try Self.folder.scenario(name, cast: nil)
            #expect(scenario.description.texts.map(\.language) == [.english, .traditionalChinese])
            #expect(!scenario.messages.isEmpty && !scenario.expectations.isEmpty && !scenario.never.isEmpty)
            #expect(scenario.hasRealAlarms == (name == "real-fire-during-drill"))
        }
    }

    @Test func `name devices and blocks of the sample estate`() throws {
        let cast = Cast(try EstateRegistry.load(folder: Self.root + "/Config"))
        for name in try Self.folder.names() {
            let scenario = try Self.folder.scenario(name, cast: cast)
            var voice = DeviceVoice(cast: cast)
            for message in scenario.messages {
                _ = try voice.speak(message, stamp: SimulatedTime.start)
            }
        }
    }

    @Test func `are offered when a name is nearly right`() throws {
        let error = #expect(throws: DrillError.self) { try Self.folder.scenario("kitchen-fyre", cast: nil) }
        #expect(error?.description.hasPrefix("no scenario 'kitchen-fyre'; write 'kitchen-fire'") == true)
    }
}
