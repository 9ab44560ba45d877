import Foundation
import Hub
import MQTT
import Registry
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The program` {
    static let commands = [
        ["serve"], ["demo"], ["drill"], ["drill", "list"], ["drill", "run"], ["tail"], ["log", "verify"], ["canary"],
        ["audit"], ["check"],
        ["decode"], ["replay"], ["journal", "export"], ["incidents"], ["incidents", "list"], ["incidents", "show"],
        ["incidents", "cause"],
        ["ack"], ["silence"],
        ["reset"], ["disable"], ["enable"], ["status"], ["devices"], ["reload"], ["tickets"],
        ["tickets", "list"], ["tickets", "show"], ["tickets", "close"],
        ["rules"], ["rules", "explain"], ["rules", "test"], ["messages"],
        ["messages", "preview"], ["import"], ["import", "zigbee2mqtt"], ["import", "csv"],
        ["devices", "list"], ["devices", "adopt"],
        ["import", "homeassistant"], ["roll-call"],
        ["residents"], ["residents", "list"], ["residents", "seal"], ["residents", "unseal"], ["residents", "rekey"],
        ["residents", "forget"],
    ]

    @Test(arguments: commands) func `explains every command, with an example`(_ command: [String]) async throws {
        let help = try await HubProcess.run(command + ["--help"])
        #expect(help.code == 0)
        let name = command.joined(separator: " ")
        #expect(help.output.contains { $0.hasPrefix("  ") && $0.contains("smokehub \(name)") && !$0.contains("<") })
    }

    @Test(arguments: [
        ["tell"], ["serve", "--embedded-broker", "--broker", "mqtt://127.0.0.1"], ["serve", "--broker", "127.0.0.1"],
        ["serve", "--broker", "mqtt://me:secret@127.0.0.1"], ["serve", "--console", "127.0.0.1:80"],
        ["drill", "run"], ["drill", "run", "kitchen-fire", "--speed", "0"], ["drill", "run", "no-such-drill"],
        ["tail", "--since", "yesterday"], ["tail", "-n", "-1"], ["tail", "--level", "loud"],
        ["tail", "--state", "/no/such/folder"], ["log", "verify", "--state", "/no/such/folder"],
        ["replay"], ["replay", "--json", "x"], ["journal", "export", "a-fire-1", "--state", "/no/such/folder"],
        ["check", "--config", "/no/such/folder"], ["decode", "--quickly"],
        ["silence", "a-fire-1", "--by", "me"],
        ["silence", "a-fire-1", "--by", "me", "--for", "soon"],
        ["silence", "a-fire-1", "--by", "me", "--end", "--for", "9m"],
        ["reset", "a-fire-1", "--by", "me", "--cause", "toast"], ["disable", "flat", "--by", "me", "--for", "2h"],
        ["disable", "flat", "12C", "--by", "me", "--for", "2h"], ["disable", "flat", "a/12/C", "--by", "me"],
        ["disable", "flat", "a/12/C", "--for", "2h"], ["enable", "roof", "a", "--by", "me"],
        ["disable", "building-alarm", "--by", "me", "--for", "2h", "--why", "works"],
        ["disable", "building-alarm", "--block", "a", "--by", "me", "--why", "works"],
        ["disable", "building-alarm", "a", "--block", "a", "--by", "me", "--for", "2h", "--why", "works"],
        ["disable", "--test", "building-alarm", "--block", "a", "--by", "me", "--for", "2h", "--why", "works"],
        ["disable", "flat", "a/12/C", "--by", "me", "--for", "2h", "--notice", "x.html"],
        ["enable", "flat", "--block", "a", "--by", "me"],
        ["rules", "test", "/no/such.table"], ["rules", "explain", "--hazard", "flood"],
        ["messages", "preview", "--language", "xx"], ["messages", "preview", "--cost", "much"],
        ["messages", "preview", "--cost", "-1"], ["messages", "preview", "--link-host", "https://safe.example/"],
        ["messages", "preview", "--position", "beside"], ["messages", "preview", "--config", "/no/such/folder"],
        ["incidents", "show"], ["incidents", "show", "a-fire-1", "--state", "/no/such/folder"],
        ["rules", "test", "--config", "/no/such/folder"], ["devices", "adopt"],
        ["devices", "adopt", "x", "--kind", "flood"], ["import", "csv"], ["import", "csv", "/no/such.csv"],
        ["import", "csv", "/no/such.csv", "--columns", "adress=Serial"],
        ["tickets", "--status", "lost"], ["tickets", "--kind", "ghost"], ["tickets", "close", "T-1", "--by", "me"],
        ["tickets", "close", "T-1", "--by", "me", "--why", ""],
        ["residents", "forget", "r-a"], ["residents", "forget", "--by", "me"],
        ["residents", "forget", "r-a", "--expired", "--by", "me"],
        ["residents", "forget", "--verify", "x.json", "--by", "me"], ["residents", "rekey"],
        ["residents", "rekey", "--to-env", "NO_SUCH_KEY"], ["residents", "seal", "--config", "/no/such/folder"],
    ])
    func `refuses wrong usage with code 2, and says what to write instead`(_ arguments: [String]) async throws {
        let reads = ["serve", "drill", "messages"].contains(arguments[0]) && !arguments.contains("--config")
        let configured = reads ? ["--config", HubFolder.root + "/Config"] : []
        let refusal = try await HubProcess.run(arguments + configured)
        #expect(refusal.code == 2)
        #expect(refusal.output == [])
        #expect(!refusal.errors.isEmpty)
        #expect(!refusal.errors.contains { $0.contains("secret") })
    }

    @Test func `has every command and option that the README shows`() async throws {
        let readme = try String(contentsOfFile: HubFolder.root + "/README.md", encoding: .utf8)
        let lines = readme.split(separator: "\n").filter { $0.hasPrefix("smokehub ") }
        #expect(lines.count > 15)
        for line in lines {
            let words = line.prefix { $0 != "#" && $0 != "'" && $0 != "\"" }.split(separator: " ").dropFirst().map(
                String.init)
            let command = Array(Self.commands.filter { words.starts(with: $0) }.max { $0.count < $1.count } ?? [])
            #expect(!command.isEmpty, "\(line)")
            let help = try await HubProcess.run(command + ["--help"]).output.joined(separator: "\n")
            for option in words where option.hasPrefix("--") { #expect(help.contains(option), "\(line)") }
        }
    }

    @Test func `understands the ecosystems that the README lists, and no others`() throws {
        let readme = try String(contentsOfFile: HubFolder.root + "/README.md", encoding: .utf8)
        let rows = readme.split(separator: "\n").drop { !$0.hasPrefix("| `ecosystem` |") }.prefix { $0.hasPrefix("|") }
        let listed = rows.dropFirst(2).flatMap { row in
            row.split(separator: "|")[0].split(separator: "`").map(String.init).filter { $0.first?.isLetter == true }
        }
        let known = Device.Ecosystem.allCases.map(\.rawValue)
        #expect(listed.sorted() == known.sorted())
    }

    @Test func `finds nothing wrong in the sample configuration`() async throws {
        let check = try await HubProcess.run(["check", "--config", HubFolder.root + "/Config"])
        #expect(check.code == 0)
        #expect(check.errors == [])
        #expect(check.output.first?.hasPrefix("Good: estate 'demo' with 3 blocks") == true)
        #expect(check.output.contains { $0.hasPrefix("Note: Not listened to") && $0.contains(" chirpstack, ") })
    }

    struct Mistake: CustomTestStringConvertible {
        var file: String
        /// Replaced, the first time that it stands there.
        var old: String
        var new: String
        /// From the file's name on.
        var said: String
        var testDescription: String { said }

        func make(in folder: HubFolder) throws {
            let file = "\(folder.configuration)/\(file)"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let place = try #require(text.firstRange(of: old))
            try text.replacingCharacters(in: place, with: new).write(toFile: file, atomically: true, encoding: .utf8)
        }
    }

    static let mistakes = [
        Mistake(
            file: "hub.yaml", old: "hub: hub-1", new: "hub: hub-1\ncanarry: {}",
            said: "hub.yaml:2:1: unknown key 'canarry'; write 'canary'"),
        Mistake(
            file: "hub.yaml", old: "hub: hub-1", new: "hub: hub-1\ncheckpoint: 3 weeks",
            said: "hub.yaml:2:13: checkpoint: '3 weeks' is no duration; write a duration from 1s to 1h"),
        Mistake(
            file: "hub.yaml", old: "hub: hub-1", new: "hub: hub-1\nupkeep: {digest: 03:00}",
            said: "hub.yaml:2:18: upkeep.digest: '03:00' is no time of the day; write one from 07:00 to 20:59, such"),
        Mistake(
            file: "hub.yaml", old: "hub: hub-1", new: "hub: hub-1\nupkeep: {battery: {low: 20, good: 10}}",
            said: "hub.yaml:2:35: upkeep.battery.good: good is not above low; write a good that is"),
        Mistake(
            file: "hub.yaml", old: "hub: hub-1", new: "hub: hub-1\nupkeep: {urgent: [toast]}",
            said: "hub.yaml:2:19: upkeep.urgent[1]: unknown 'toast'; write one of"),
        Mistake(
            file: "hub.yaml", old: "hub: hub-1", new: "hub: hub-1\nupkeep: {climate: {smoke: {temperature: [9]}}}",
            said: "hub.yaml:2:41: upkeep.climate.smoke.temperature: these are not two numbers; write [0, 45]"),
        Mistake(
            file: "devices.csv", old: "a-1-B-smoke,native,a-1-B-smoke,a,1,B",
            new: "a-1-B-smoke,native,a-1-B-smoke,a,1,X",
            said: "devices.csv:5:36: no flat 'X' in block a; write one of A, B, C, D"),
        Mistake(
            file: "devices.csv", old: "bell,zigbee2mqtt,bell", new: "bell,zigbee2mqtt,hall",
            said: "devices.csv:135:18: device 'hall' in line 134 has the address 'hall' too; write"),
        Mistake(
            file: "devices.csv", old: "a-1-B-smoke,native,a-1-B-smoke,a,1,B,,smoke",
            new: "a-1-B-smoke,native,a-1-B-smoke,a,1,B,,flood",
            said: "devices.csv:5:39: unknown kind 'flood'; write one of smoke, heat"),
        Mistake(
            file: "residents.csv", old: "r-a-1-A,Resident,en,", new: "r-a-1-A,Resident,th,",
            said: "residents.csv:3:"),
        Mistake(
            file: "residents.csv", old: "siren:a-1-A-siren", new: "telegraph:5",
            said: "residents.csv:3:"),
        Mistake(
            file: "residents.csv", old: "siren:a-1-A-siren", new: "",
            said: "residents.csv:3:"),
        Mistake(
            file: "rules.yaml", old: "when: {count: 2, of: blocks", new: "when: {count: 7, of: blocks",
            said: "rules.yaml:"),
        Mistake(
            file: "rules.yaml", old: "flame], within: 60s", new: "flame], within: 90d",
            said: "rules.yaml:"),
        Mistake(
            file: "rules.yaml", old: "{signal: [co]}", new: "{signal: [gas]}",
            said: "rules.yaml:"),
        Mistake(
            file: "rules.yaml", old: "signal: [button]", new: "signal: [buton]",
            said: "rules.yaml:"),
        Mistake(
            file: "estate.yaml", old: "floors: 1-6", new: "floors: 6-1",
            said: "estate.yaml:7:13: blocks[1].floors: '6-1' is no range of floors; write the lowest floor first"),
    ]

    @Test(arguments: mistakes) func `finds a mistake, names its place, and says how to mend it`(_ mistake: Mistake)
        async throws
    {
        let folder = try HubFolder(port: 1883)
        try mistake.make(in: folder)
        let check = try await HubProcess.run(["check", "--config", folder.configuration])
        #expect(check.code == 2)
        #expect(check.output == [])
        let expected = "\(folder.configuration)/\(mistake.said)"
        #expect(check.errors.contains { $0.hasPrefix(expected) }, "\(check.errors)")
        for line in check.errors {
            #expect(line.contains(/^[^:]+\.(yaml|csv):\d+:\d+: .+; .+/), "\(line)")
        }
    }

    @Test func `finds what makes no sense in one file beside what cannot be read of another`() async throws {
        let folder = try HubFolder(port: 1883)
        let mistakes = [
            Mistake(file: "devices.csv", old: "a-1-B-smoke,a,1,B", new: "a-1-B-smoke,a,1,X", said: "no flat 'X'"),
            Mistake(
                file: "rules.yaml", old: "when: {count: 2, of: blocks", new: "when: {count: 7, of: blocks",
                said: "rule 'estate-wide'"),
        ]
        for mistake in mistakes { try mistake.make(in: folder) }
        let check = try await HubProcess.run(["check", "--config", folder.configuration])
        #expect(check.code == 2)
        for mistake in mistakes {
            #expect(check.errors.contains { $0.contains(mistake.file) && $0.contains(mistake.said) }, "\(check.errors)")
        }
    }

    @Test(arguments: ["native", "zigbee2mqtt"]) func `decodes what every known device sends`(_ ecosystem: String)
        async throws
    {
        let file = "\(HubFolder.root)/Tests/DevicesTests/Vectors/\(ecosystem).jsonl"
        let vectors = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let input = try vectors.map { vector in
            let asked = vector.filter { ["topic", "payload", "retain"].contains($0.key) }
            return String(decoding: try JSONSerialization.data(withJSONObject: asked), as: UTF8.self) + "\n"
        }
        let decode = try await HubProcess.run(["decode"], input: input.joined())
        #expect(decode.code == 0)
        try #require(decode.output.count == vectors.count)
        for (vector, line) in zip(vectors, decode.output) {
            let answer = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(answer["topic"] as? String == vector["topic"] as? String)
            #expect(Self.readings(answer["readings"]) == Self.readings(vector["expect"]), "\(line)")
            if vector["may_error"] as? Bool != true { #expect(answer["error"] is NSNull, "\(line)") }
        }
    }

    private static func readings(_ value: Any?) -> [String] {
        (value as? [[String: Any]] ?? []).map { reading in
            let unit = reading["unit"] as? String
            return "\(reading["kind"] ?? "") \(reading["value"] ?? "") \(unit ?? "")"
        }.sorted()
    }
}
