import Foundation
import Hub
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Without the internet` {
    private func reached(url: String, broker: String = "127.0.0.1", sms: String) throws -> [String] {
        let folder = try HubFolder(
            broker: ["url: mqtt://\(broker):1883"],
            settings: [
                "channels:", "  webhook: {endpoints: {desk: {url: '\(url)'}}}", "  sms: {routes: [\(sms)]}",
            ],
            residents: ["r-x,X,en,a,1,B,resident,sms:+85291234567", "r-y,Y,en,a,1,C,resident,webhook:desk"])
        for name in ["outbox", "sent", "error", "inbox"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.configuration)/modem/\(name)", withIntermediateDirectories: true)
        }
        return try HubConfiguration.load(folder.configuration).reachWithoutInternet.blocks.map(\.sentence)
    }

    private let modem = "{name: modem, kind: gammu, folder: modem}"
    private let kannel = "{name: kannel, kind: kannel, user: u, password: {env: HOME}}"

    @Test func `those are reached who have a siren, a modem or something in the house`() throws {
        #expect(
            try reached(url: "http://192.168.1.7/x", sms: modem).first
                == "9 of 9 people and 8 of 24 flats are reached (siren 6, sms 1, webhook 1)")
        #expect(
            try reached(url: "https://pager.example/x", sms: kannel).first
                == "7 of 9 people and 6 of 24 flats are reached (siren 6)")
        #expect(
            try reached(url: "https://pager.example/x", broker: "mqtt.example", sms: kannel).first
                == "0 of 9 people and 0 of 24 flats are reached")
    }

    @Test func `nobody is called`() throws {
        let folder = try HubFolder(
            broker: ["url: mqtt://127.0.0.1:1883"],
            settings: ["channels:", "  call: {kind: http, url: 'http://192.168.1.7/call'}"],
            residents: ["r-x,X,en,a,1,B,resident,call:+85291234567"])
        let reached = try HubConfiguration.load(folder.configuration).reachWithoutInternet.blocks.first?.sentence
        #expect(reached?.contains("call") == false)
    }

    @Test func `check says so, and which flats are left out`() async throws {
        let checked = try await HubProcess.run(["check", "--verbose", "--config", HubFolder.root + "/Config"])
        #expect(checked.code == 0)
        #expect(checked.output.contains("Without the internet:"))
        #expect(checked.output.contains { $0.hasPrefix("  block a: ") && $0.contains("flats are reached (siren ") })
        #expect(checked.output.contains("    not reached:"))
    }
}
