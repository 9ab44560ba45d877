import AlertLog
import Console
import Foundation
import Registry
import Rules
import TestBroker
import TestHub
import Testing

/// A block's own fire alarm, through the real program and a real broker.
@Suite(.timeLimit(.minutes(1))) struct `A building's own alarm` {
    private let broker: TestBroker
    private let phones: WebhookReceiver
    private let folder: HubFolder
    private let voice: Voice

    init() throws {
        broker = try TestBroker()
        phones = try WebhookReceiver(.answers(200))
        folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  webhook:", "    endpoints:", "      phone: {url: 'http://127.0.0.1:\(phones.port)'}",
            ],
            residents: [
                "r-phone,Resident,en,a,5,B,resident,webhook:phone", "g-phone,Guard,en,a,,,guard,webhook:phone",
                "m-phone,Fitter,zh-Hant,,,,maintenance,webhook:phone",
            ])
        try folder.write(
            "devices.csv",
            HubFolder.devicesFile + ["a-lobby-bell,native,a-lobby-bell,a,,,lobby,building_alarm"])
        let estate = try String(contentsOfFile: folder.configuration + "/estate.yaml", encoding: .utf8)
        try folder.write("estate.yaml", [estate + "building-alarm: {contradiction-after: 5s}"])
        voice = try Voice(broker)
    }

    private func smokehub(_ arguments: String...) async throws -> (code: Int32, said: String, complaint: String) {
        let (code, output, errors) = try await HubProcess.run(arguments + ["--state", folder.state])
        return (code, output.joined(separator: "\n"), errors.joined(separator: "\n"))
    }

    private func bell(_ type: String, _ state: String) async throws {
        try await voice.say(Voice.topic(of: "a-lobby-bell"), #"{"type":"\#(type)","state":"\#(state)"}"#)
    }

    private func serve() async throws -> HubProcess {
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        return hub
    }

    @Test func `that is registered as off is told of, has its notice, and is not forgotten in a crash`() async throws {
        defer { broker.stop() }
        let first = try await serve()
        let log = LogTrail(folder.state)
        let sirens = try await Ear(broker, "estate/demo/+/+/+/+/+/+/device/+/command")
        #expect(try await smokehub("status").said.contains(/building alarm   a not heard yet/))
        try await bell("vibration", "alarm")
        try await log.line("that it sounds") { $0.details["bell"] == "sounds" }
        try await bell("vibration", "clear")
        try await log.line("that it is quiet") { $0.details["bell"] == "quiet" }
        #expect(try await smokehub("status").said.contains(/building alarm   a in service; last heard sounding 20/))

        let notice = folder.path + "/notice.html"
        let refused = try await smokehub("disable", "building-alarm", "--block", "a", "--for", "2h", "--by", "fitter-1")
        #expect(refused.code == 2 && refused.complaint.contains("--why TEXT"))
        let unknown = try await smokehub(
            "disable", "building-alarm", "--block", "a", "--for", "2h", "--by", "f", "--why", "w", "--areas", "roof")
        #expect(unknown.code == 1 && unknown.complaint.contains("no area or floor 'roof'"))
        let done = try await smokehub(
            "disable", "building-alarm", "--block", "a", "--for", "2h", "--by", "fitter-1", "--why",
            "new <panel> & bells", "--areas", "lobby, stair", "--notice", notice)
        #expect(done.code == 0 && done.said.contains("The notice to print is \(notice)"))
        let page = try String(contentsOfFile: notice, encoding: .utf8)
        for text in ["A座", "Block A", "new &lt;panel&gt; &amp; bells", "fitter-1", "大堂、樓梯", "lobby, stair", "999"] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.contains("<panel>") && !page.contains("http") && !page.contains("src="))
        let record = try await log.trouble("building alarm isolated")
        #expect(record.details["by"] == "fitter-1" && record.details["areas"] == "lobby stair")
        for id in ["r-phone", "g-phone", "m-phone"] {
            try await phones.requests.first("the announcement to \(id)") {
                $0.contains(id) && $0.contains("a-notice-1") && $0.contains(id == "m-phone" ? "警鐘" : "is off in parts")
            }
        }
        try await first.kill()

        let second = try await serve()
        #expect(
            try await smokehub("status").said.contains(
                /building alarm   a isolated until 20.* by fitter-1: new <panel> & bells \(lobby, stair\); last heard/))
        #expect(try await smokehub("disable").said.contains("building alarm   a isolated until "))
        #expect(try await smokehub("enable", "building-alarm", "--block", "b", "--by", "fitter-1").code == 1)
        #expect(try await smokehub("enable", "building-alarm", "--block", "a", "--by", "fitter-1").code == 0)
        try await log.trouble("building alarm isolated", "put right")
        try await phones.requests.first("that it is back") {
            $0.contains("r-phone") && $0.contains("is back in service, by fitter-1.")
        }
        #expect(try await smokehub("status").said.contains(/building alarm   a in service/))
        #expect(sirens.heard.count == 0)
        #expect(try await second.terminate() == 0)
    }

    @Test func `that nobody registered as off is told at once, and one that stays silent in a fire, too`() async throws
    {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        let ear = try await Ear(broker, "smokehub/#", "estate/demo/alert")
        try await bell("smoke", "ok")
        try await bell("smoke", "fault")
        try await log.trouble("building alarm isolated unregistered")
        for id in ["g-phone", "m-phone"] {
            try await phones.requests.first("the announcement to \(id)") {
                $0.contains(id) && $0.contains("a-notice-1")
            }
        }
        #expect(!phones.requests.all.contains { $0.contains("r-phone") })
        let status = try JSONDecoder().decode(
            StatusAnswer.self, from: Data(try await smokehub("status", "--json").said.utf8))
        #expect(status.buildingAlarms.map(\.state) == [.unregistered, .notWatched, .notWatched])
        #expect(status.buildingAlarms.first?.faults == ["a-lobby-bell: fault"])

        try await voice.report("a-lobby-button", "alarm")
        try await phones.requests.first("the fire") { $0.contains("r-phone") && $0.contains("FIRE") }
        let contradiction = try await log.trouble("contradiction")
        #expect(contradiction.level == .fire && contradiction.incident == "a-fire-1")
        for id in ["r-phone", "g-phone"] {
            try await phones.requests.first("that the bell is silent, to \(id)") {
                $0.contains(id) && $0.contains("The building's own alarm is silent. Do not wait for it.")
            }
        }
        #expect(try await ear.alert("the contradiction") { $0.rule == "contradiction" }.contradiction)
        #expect(try await smokehub("status").said.contains("STAYED SILENT in a-fire-1"))
        try await bell("smoke", "alarm")
        try await log.trouble("contradiction", "put right")
        #expect(try await hub.terminate() == 0)

        let replay = try await HubProcess.run(["replay", "--config", folder.configuration, folder.state])
        #expect(replay.output.count { $0.contains(#""rule":"contradiction""#) } == 1)
    }
}
