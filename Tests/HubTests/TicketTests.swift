import AlertLog
import Console
import Foundation
import MQTT
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

/// Tickets, through the real program and a real broker.
@Suite(.timeLimit(.minutes(1))) struct `Those who maintain` {
    private let broker: TestBroker
    private let folder: HubFolder
    private let voice: Voice

    init() throws {
        broker = try TestBroker()
        folder = try HubFolder(
            port: broker.port,
            settings: ["upkeep: {settle: 0s, urgent: [fault]}"],
            residents: ["fitter,Fitter,en,,,,maintenance,siren:a-desk-siren"])
        voice = try Voice(broker)
    }

    private func smokehub(_ arguments: String...) async throws -> (code: Int32, said: [String], complaint: String) {
        let (code, output, errors) = try await HubProcess.run(arguments + ["--state", folder.state])
        return (code, output, errors.joined(separator: "\n"))
    }

    private func serve() async throws -> HubProcess {
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        return hub
    }

    private func say(_ device: String, _ members: String) async throws {
        try await voice.say(Voice.topic(of: device), #"{"type":"smoke","state":"clear",\#(members)}"#)
    }

    @Test func `see a ticket open, close and reopen, over a crash and by the readings alone`() async throws {
        defer { broker.stop() }
        let first = try await serve()
        let log = LogTrail(folder.state)
        #expect(try await smokehub("tickets").said == ["There are none."])
        try await say("a-3-B-smoke", #""fault":true"#)
        let opened = try await log.trouble("ticket")
        #expect(opened.details["ticket"] == "T-1" && opened.details["kind"] == "fault")
        #expect(opened.device == "a-3-B-smoke" && opened.text.traditionalChinese.contains("裝置回報故障"))
        let listed = try await smokehub("tickets").said
        #expect(listed.first == "block a" && listed.count == 2)
        #expect(
            listed.last?.contains(/T-1  due \d{4}-\d\d-\d\d URGENT  fault  a-3-B-smoke  a\/3\/B  the device says/)
                == true)
        let refused = try await smokehub("tickets", "close", "T-1", "--by", "fitter", "--why", "looked")
        #expect(refused.code == 1 && refused.complaint.contains("T-1 stays open"))
        try await first.kill()

        let second = try await serve()
        try await say("a-3-B-smoke", #""fault":false"#)
        try await log.trouble("ticket", "put right")
        #expect(try await smokehub("tickets").said == ["There are none."])
        let closed = try await smokehub("tickets", "--status", "closed").said
        #expect(closed.last?.hasPrefix("  T-1  closed ") == true)
        let count = log.lines.count
        try await say("a-3-B-smoke", #""fault":true"#)
        let again = try await log.trouble("ticket", from: count)
        #expect(again.details["ticket"] == "T-1" && again.details["ticket_state"] == "reopened")
        let shown = try await smokehub("tickets", "show", "T-1").said
        #expect(shown.first?.hasPrefix("T-1  fault  reopened  URGENT") == true)
        #expect(shown.contains("reopened  1 times") && shown.contains { $0.hasPrefix("seen      2 times") })
        #expect(try await smokehub("tickets", "show", "T-9").complaint.contains("there is no ticket 'T-9'"))
        #expect(try await second.terminate() == 0)
    }

    @Test func `see low batteries by place and as CSV, and keep the figures of a hub that stops`() async throws {
        defer { broker.stop() }
        let first = try await serve()
        let log = LogTrail(folder.state)
        for device in ["b-2-C-smoke", "a-3-B-smoke"] {
            let count = log.lines.count
            try await say(device, #""battery":9"#)
            try await log.trouble("ticket", from: count)
        }
        let listed = try await smokehub("tickets", "--language", "zh-Hant").said
        #expect(listed.map { $0.prefix(7) } == ["block a", "  T-2  ", "block b", "  T-1  "])
        #expect(listed[1].hasSuffix("電量為 15% 或以下"))
        #expect(try await smokehub("tickets", "--block", "b", "--kind", "battery").said.count == 2)
        #expect(try await smokehub("tickets", "--kind", "leak").said == ["There are none."])
        let file = folder.path + "/tickets.csv"
        #expect(try await smokehub("tickets", "--csv", file).code == 0)
        let rows = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\r\n")
        #expect(rows.count == 4 && rows[0].hasPrefix("ticket,kind,state,urgent,block,place,device,"))
        #expect(rows[1].hasPrefix("T-2,battery,open,no,a,a/3/B,a-3-B-smoke,1,"))
        #expect(try await smokehub("tickets", "--csv", "/no/such/folder/x.csv").code == 1)
        #expect(try await first.terminate() == 0)

        let second = try await serve()
        let shown = try await smokehub("tickets", "show", "T-2").said
        #expect(shown.contains("battery in %") && shown.contains { $0.hasSuffix("9 |*") })
        #expect(try await second.terminate() == 0)
    }

    @Test func `are told at once of what is urgent, and residents are not`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        try await say("a-3-B-smoke", #""fault":true,"battery":5"#)
        for kind in ["fault", "battery"] {
            try await log.line("a ticket of \(kind)") { $0.details["ticket"] != nil && $0.details["kind"] == kind }
        }
        #expect(try await hub.terminate() == 0)
        let alerts = try HubDatabase(reading: folder.state + "/hub.sqlite").alerts(after: 0, limit: .max).map(\.alert)
        #expect(alerts.map(\.id) == ["a-ticket-1-0"], "a low battery waits for the digest")
        #expect(alerts.map(\.audience) == [[.maintenance]])
    }
}
