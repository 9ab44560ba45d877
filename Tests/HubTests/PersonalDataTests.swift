import AlertLog
import Foundation
import Hub
import Registry
import Rules
import TestBroker
import TestHub
import Testing

/// An estate with two people whose data are sealed, and a desk that hears what they are told.
private struct SealedEstate {
    let broker: TestBroker
    let desk: WebhookReceiver
    let folder: HubFolder
    let voice: Voice

    static let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    /// What is personal, and must be nowhere but at the desk.
    static let secrets = ["Zebulon", "Quirina", "oxygen-tent", "inbox-of-zebulon", "inbox-of-quirina", "inbox-of-gil"]

    init(until day: String = "") throws {
        broker = try TestBroker()
        desk = try WebhookReceiver(.answers(200))
        folder = try HubFolder(
            port: broker.port,
            settings: [
                "personal-data: {key: {file: personal.key}}", "channels:", "  webhook:",
                "    endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}",
                "answers: {listen: off}",
            ])
        voice = try Voice(broker)
        try folder.write("personal.key", [Self.key])
        try folder.write(
            "residents.csv",
            [
                "id,name,language,block,floor,flat,role,needs,until,contacts",
                "zeb-a-3-B,Zebulon,en,a,3,B,resident,oxygen-tent,\(day),webhook:desk/inbox-of-zebulon",
                "zeb-a-3-B-2,Quirina,en,a,3,B,resident,,,webhook:desk/inbox-of-quirina",
                "guard,Gil the Guard,en,,,,guard,,,webhook:desk/inbox-of-gil",
            ])
    }

    var residents: String { folder.configuration + "/residents.csv" }

    func text() throws -> String { try String(contentsOfFile: residents, encoding: .utf8) }

    func run(_ arguments: String...) async throws -> (code: Int32, output: [String], errors: [String]) {
        try await HubProcess.run(["residents"] + arguments + ["--config", folder.configuration])
    }

    /// The files of the state in which a text stands, the alert log's left out if so asked.
    func files(holding text: String, besidesLog: Bool = false) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.state).filter { name in
            guard let data = FileManager.default.contents(atPath: folder.state + "/" + name) else { return false }
            return !(besidesLog && name.hasPrefix("alerts")) && data.range(of: Data(text.utf8)) != nil
        }.sorted()
    }

    /// A fire in their flat, of which everybody has been told when this returns.
    func burn(_ log: LogTrail, people: [String] = ["zebulon", "quirina", "gil"]) async throws {
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        for person in people {
            try await desk.requests.first("\(person) is told") { $0.contains("/inbox-of-\(person) ") }
        }
        try await log.line("all are told") { $0.event == .delivery && $0.details["channel"] == "webhook" }
    }

    /// The hub's own incident comes to its end.
    func reset() async throws {
        let reset = try await HubProcess.run([
            "reset", "a-fire-1", "--by", "guard", "--force", "--cause", "cooking", "--config", folder.configuration,
        ])
        try #require(reset.code == 0, "\(reset.errors)")
    }
}

@Suite(.timeLimit(.minutes(2))) struct `The data of people` {
    @Test func `rest sealed, and stand in no file of a hub's state and in nothing it says`() async throws {
        let estate = try SealedEstate()
        defer { estate.broker.stop() }
        let sealed = try await estate.run("seal")
        #expect(sealed.code == 0 && sealed.output.first?.hasPrefix("9 fields sealed in ") == true, "\(sealed)")
        #expect(try !SealedEstate.secrets.contains(where: estate.text().contains))
        let log = LogTrail(estate.folder.state)
        let hub = try HubProcess.serve(estate.folder)
        try await hub.untilReady()
        try await estate.burn(log)
        let roll = try await HubProcess.run(["roll-call", "--config", estate.folder.configuration])
        let listed = try await estate.run("list")
        for secret in SealedEstate.secrets {
            #expect(try estate.files(holding: secret) == [])
            #expect(!(hub.errors.all + hub.output.all + listed.output).contains { $0.contains(secret) })
            // What somebody needs help with is what the roll-call is for; who they are is not.
            #expect(secret == "oxygen-tent" || !roll.output.contains { $0.contains(secret) })
        }
        #expect(try estate.files(holding: "zeb-a-3-B/1").contains { $0.hasPrefix("notify.sqlite") }, "it would be seen")
        let revealed = try await estate.run("list", "--reveal", "--block", "a")
        #expect(revealed.output.count == 2)
        #expect(revealed.output.first?.hasSuffix("Zebulon  oxygen-tent  webhook:desk/inbox-of-zebulon") == true)
        #expect(try await hub.terminate() == 0)
    }

    @Test func `are deleted by a running hub, and the proof holds until somebody changes it`() async throws {
        let estate = try SealedEstate()
        defer { estate.broker.stop() }
        #expect(try await estate.run("seal").code == 0)
        let log = LogTrail(estate.folder.state)
        let hub = try HubProcess.serve(estate.folder)
        try await hub.untilReady()
        try await estate.burn(log)
        let early = try await estate.run("forget", "zeb-a-3-B", "--by", "office")
        #expect(early.code == 1 && early.errors.joined().contains("was told of a-fire-1, which is not over"))
        #expect(try estate.text().contains("zeb-a-3-B,"))

        try await estate.reset()
        try await log.line("closed") { $0.stage == .closed && $0.event == .delivery }
        let proof = estate.folder.path + "/proof.json"
        let done = try await estate.run("forget", "zeb-a-3-B", "--by", "office", "--proof", proof)
        try #require(done.code == 0, "\(done)")
        #expect(try !estate.text().contains("zeb-a-3-B,") && estate.text().contains("zeb-a-3-B-2,"))
        // A contact of theirs is `zeb-a-3-B/1`, their neighbour's another.
        #expect(try estate.files(holding: "zeb-a-3-B/1", besidesLog: true) == [])
        let line = try await log.line("forgotten") { $0.details["verb"] == "forget" }
        #expect(line.details["resident"] == "zeb-a-3-B" && line.details["by"] == "office")
        #expect(line.details["rows"]?.contains("delivery 0") == false && line.details["row"]?.count == 64)
        #expect(!line.text.english.contains("Zebulon"))
        #expect(try await estate.run("forget", "--verify", proof).code == 0)

        let text = try String(contentsOfFile: proof, encoding: .utf8)
        try text.replacing(/"notify.sqlite delivery" : [1-9]\d*/, with: #""notify.sqlite delivery" : 99"#)
            .write(toFile: proof, atomically: true, encoding: .utf8)
        #expect(try await estate.run("forget", "--verify", proof).code == 1)

        let told = estate.desk.requests.count
        try await estate.voice.report("a-3-A-smoke", "alarm", sequence: 1)
        try await estate.desk.requests.first("the other is told", from: told) { $0.contains("/inbox-of-quirina ") }
        try await estate.desk.requests.first("the guard, too", from: told) { $0.contains("/inbox-of-gil ") }
        #expect(!estate.desk.requests.all.dropFirst(told).contains { $0.contains("zebulon") })
        // The guard has reset the fire, which stands in the journal.
        let gil = try await estate.run("forget", "guard", "--by", "office", "--force")
        for table in ["closing", "journal"] {
            #expect(gil.output.contains { $0.contains("hub.sqlite: guard in 1 rows of \(table)") }, "\(gil)")
        }
        #expect(try await hub.terminate() == 0)
    }

    @Test func `are deleted where no hub runs, too, and not while nobody is meant`() async throws {
        let estate = try SealedEstate(until: "2026-01-01")
        defer { estate.broker.stop() }
        let nowhere = try await estate.run("forget", "zeb-a-3-B", "--by", "office")
        #expect(nowhere.code == 1 && nowhere.errors.joined().contains("no hub has worked in"))
        let log = LogTrail(estate.folder.state)
        let hub = try HubProcess.serve(estate.folder)
        try await hub.untilReady()
        // Who has moved out is not told.
        try await estate.burn(log, people: ["quirina", "gil"])
        #expect(!estate.desk.requests.all.contains { $0.contains("zebulon") })
        #expect(try await hub.terminate() == 0)
        let check = try await HubProcess.run(["check", "--config", estate.folder.configuration])
        #expect(check.output.contains { $0.hasPrefix("Note: zeb-a-3-B have moved out") || $0.contains("zeb-a-3-B") })

        #expect(try await estate.run("forget", "nobody", "--by", "office").code == 1)
        let proof = estate.folder.path + "/proof.json"
        let done = try await estate.run("forget", "--expired", "--by", "office", "--proof", proof)
        try #require(done.code == 0, "\(done)")
        #expect(done.output.contains { $0.contains("SHA-256") && $0.hasSuffix("(plain)") })
        #expect(try !estate.text().contains("Zebulon") && estate.text().contains("Quirina"))
        let other = try await estate.run("forget", "zeb-a-3-B-2", "--by", "office", "--force")
        #expect(
            other.code == 0
                && other.output.contains { $0.hasPrefix("  removed") && !$0.contains(" 0 in notify.sqlite delivery") })
        #expect(try estate.files(holding: "zeb-a-3-B", besidesLog: true) == [])
        #expect(try await estate.run("forget", "--verify", proof).code == 0)
        #expect(try await HubProcess.run(["log", "verify", "--config", estate.folder.configuration]).code == 0)
        #expect(try await estate.run("forget", "--expired", "--by", "office").output == ["Nobody has moved out."])
    }

    @Test func `are sealed in place, shown for editing, and sealed with another key`() async throws {
        let estate = try SealedEstate()
        defer { estate.broker.stop() }
        let plain = try estate.text()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: estate.residents)
        #expect(try await estate.run("seal", "--check").code == 1)
        #expect(try await estate.run("seal").code == 0)
        #expect(try await estate.run("seal", "--check").output == ["All is sealed."])
        let mode = try FileManager.default.attributesOfItem(atPath: estate.residents)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try await estate.run("unseal").output.joined(separator: "\n") + "\n" == plain)
        let sealed = try estate.text()
        #expect(try await estate.run("seal").output == ["0 fields sealed in \(estate.residents)."])
        #expect(try estate.text() == sealed)

        try estate.folder.write("new.key", [String(SealedEstate.key.dropLast(2)) + "4="])
        let rekeyed = try await estate.run("rekey", "--to-file", estate.folder.configuration + "/new.key")
        #expect(rekeyed.code == 0, "\(rekeyed)")
        let shut = try await HubProcess.run(["check", "--config", estate.folder.configuration])
        #expect(
            shut.code == 2 && shut.errors.count == 1 && shut.errors[0].contains("residents.csv:2:11: the field 'name'"))
        try estate.folder.write("personal.key", [String(SealedEstate.key.dropLast(2)) + "4="])
        #expect(try await estate.run("unseal").output.joined(separator: "\n") + "\n" == plain)
    }
}
