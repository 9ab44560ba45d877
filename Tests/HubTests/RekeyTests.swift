import Crypto
import Foundation
import Hub
import Notify
import Registry
import Store
import TestHub
import Testing

/// An estate with one sealed person, a browser of theirs in the subscriptions, and a new key beside.
private struct RekeyedEstate {
    let folder: HubFolder
    let browser: String
    static let old = Data(repeating: 9, count: 32).base64EncodedString()
    static let new = Data(repeating: 7, count: 32).base64EncodedString()

    init() throws {
        folder = try HubFolder(
            port: 1,
            settings: [
                "channels:",
                "  webpush: {subject: 'mailto:a@b.example', key: {file: vapid}, subscriptions: browsers.json}",
                "personal-data: {key: {file: personal.key}}", "answers: {listen: off}",
            ],
            residents: ["r-inside,Ann,en,a,3,B,resident,webpush:ann-phone"])
        let point = Data(P256.KeyAgreement.PrivateKey().publicKey.x963Representation).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        browser = """
            {"endpoint":"https://fcm.googleapis.com/x","keys":{"p256dh":"\(point)","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}
            """
        try write("browsers.json", #"{"ann-phone":\#(browser)}"#)
        try folder.write("vapid", ["yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"])
        try folder.write("personal.key", [Self.old])
        try folder.write("new.key", [Self.new])
    }

    /// For nobody else to read.
    func write(_ name: String, _ text: String) throws {
        try folder.write(name, [text])
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.configuration + "/" + name)
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.configuration + "/" + name, encoding: .utf8)
    }

    func run(_ arguments: String...) async throws -> (code: Int32, output: [String], errors: [String]) {
        try await HubProcess.run(arguments + ["--config", folder.configuration])
    }

    func rekey() async throws -> (code: Int32, output: [String], errors: [String]) {
        try await run("residents", "rekey", "--to-file", folder.configuration + "/new.key")
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Another key` {
    @Test(arguments: [["residents.csv"], ["browsers.json"], []])
    func `is finished by the same command after it was cut off between two files`(undone: [String]) async throws {
        let estate = try RekeyedEstate()
        #expect(try await estate.run("residents", "seal").code == 0)
        let before = try undone.map { ($0, try estate.text($0)) }
        let first = try await estate.rekey()
        try #require(first.code == 0, "\(first)")
        for (name, text) in before { try estate.write(name, text) }
        let again = try await estate.rekey()
        #expect(again.code == 0, "\(again)")
        try estate.folder.write("personal.key", [RekeyedEstate.new])
        let check = try await estate.run("check")
        #expect(check.code == 0, "\(check)")
        #expect(try await estate.run("residents", "unseal").output.contains { $0.hasSuffix("webpush:ann-phone") })
        // What neither key opens is refused as before.
        try estate.folder.write("personal.key", [RekeyedEstate.old])
        try estate.folder.write("new.key", [RekeyedEstate.old])
        #expect(try await estate.rekey().code == 2)
    }

    @Test func `seals the browsers that people have subscribed, while no hub works on the state`() async throws {
        let estate = try RekeyedEstate()
        let (old, new) = (try PersonalSeal(key: RekeyedEstate.old), try PersonalSeal(key: RekeyedEstate.new))
        try FileManager.default.createDirectory(atPath: estate.folder.state, withIntermediateDirectories: true)
        let path = estate.folder.state + "/notify.sqlite"
        let lost = SealedBrowser(name: "lost", subscription: "sealed:AAAA")
        var choices = PersonChoices(of: "r-inside")
        choices.endedLinks = 2
        choices.browsers = [
            lost, .init(name: "b", subscription: try old.seal(estate.browser, of: "r-inside", as: "webpush")),
        ]
        var batch = NotifyBatch()
        batch.choices = ["r-inside": choices]
        let database = try NotifyDatabase(path: path)
        try await database.write(batch)
        try database.close()
        let before = try estate.text("residents.csv")

        var hub: StateFolder? = try StateFolder(estate.folder.state)
        let refused = try await estate.rekey()
        #expect(refused.code == 1 && refused.errors.joined().contains("stop the hub first"), "\(refused)")
        #expect(try estate.text("residents.csv") == before && hub != nil)
        hub = nil

        let done = try await estate.rekey()
        #expect(done.code == 0 && done.output.first?.hasPrefix("1 browsers ") == true, "\(done)")
        #expect(done.errors == ["1 more open with neither key, and stay as they are."])
        let kept = try #require(try NotifyDatabase(reading: path).choices().first)
        #expect(kept.endedLinks == 2 && kept.browsers.map(\.name) == ["lost", "b"] && kept.browsers.first == lost)
        #expect(try new.open(kept.browsers[1].subscription, of: "r-inside", as: "webpush") == estate.browser)
    }
}
