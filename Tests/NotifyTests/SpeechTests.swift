import Foundation
import Registry
import Rules
import Synchronization
import Testing

@testable import Notify

@Suite(.timeLimit(.minutes(1))) struct `A spoken alert` {
    private static let espeak = "/usr/bin/espeak-ng"
    private let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")

    private func speaker(_ folder: String, program: String = espeak, limit: Duration = .seconds(50)) -> Speaker {
        Speaker(program: program, folder: folder, limit: limit)
    }

    private func seconds(_ file: [UInt8]) throws -> Double { Double(try WaveFile(file).samples.count) / 44_100 }

    @Test(arguments: [("yue", "火警。立即離開。"), ("cmn", "火警。立即离开。"), ("en", "Fire. Leave now.")])
    func `is words in each language, twice`(_ voice: String, _ text: String) async throws {
        let folder = try TemporaryFolder()
        let name = try await speaker(folder.path).file(saying: [(voice, text)])
        let sound = try speaker(folder.path).bytes(of: name)
        // Characters that a voice does not know are named one by one: «Chinese letter», far longer than this.
        let length = try seconds(sound)
        #expect((2.0...9.0).contains(length), "\(length) s")
        let samples = try WaveFile(sound).samples
        // 0.7 s of silence between the two: 30,870 bytes.
        let once = (samples.count - 30_870) / 2
        #expect(samples.contains { $0 != 0 } && samples.prefix(once).elementsEqual(samples.suffix(once)))
    }

    @Test func `is made once, and nothing else is left beside it`() async throws {
        let folder = try TemporaryFolder()
        let first = try await speaker(folder.path).file(saying: [("en", "Fire."), ("yue", "火警。")])
        // It would fail if it had to be made again.
        let again = try await speaker(folder.path, program: "/bin/false").file(
            saying: [("en", "Fire."), ("yue", "火警。")])
        #expect(first == again)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [first])
        await #expect(throws: Speaker.Mistake.self) {
            try await speaker(folder.path, program: "/bin/false").file(saying: [("en", "Smoke.")])
        }
    }

    @Test func `is given up when the program does not end`() async throws {
        let folder = try TemporaryFolder()
        let script = folder.path + "/hangs"
        try "#!/bin/sh\nexec sleep 1000\n".write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        await #expect(throws: Speaker.Mistake.self) {
            try await speaker(folder.path, program: script, limit: .milliseconds(50)).file(saying: [("en", "Fire.")])
        }
    }

    @Test func `joins sounds with a pause, and refuses what is none`() throws {
        let format: [UInt8] = [1, 0, 1, 0, 0x22, 0x56, 0, 0, 0x44, 0xAC, 0, 0, 2, 0, 16, 0]
        let header = Array("RIFF".utf8) + [46, 0, 0, 0] + Array("WAVEfmt ".utf8) + [16, 0, 0, 0] + format
        let file = header + Array("data".utf8) + [2, 0, 0, 0, 7, 8]
        let joined = try WaveFile.joined([WaveFile(file), WaveFile(file)], pause: .milliseconds(1))
        #expect(joined.samples == [7, 8] + [UInt8](repeating: 0, count: 44) + [7, 8])
        #expect(try WaveFile(joined.bytes) == joined)
        for broken in [[], Array(file.prefix(20)), Array("RIFF0000WAVEdata".utf8) + [0, 0, 0, 0]] {
            #expect(throws: WaveFile.Mistake.self) { try WaveFile(broken) }
        }
        #expect(throws: WaveFile.Mistake.self) { try WaveFile.joined([], pause: .zero) }
    }

    // MARK: Players

    private struct Published: Sendable {
        var topic: String
        var payload: [UInt8]
    }

    private func played(
        _ way: SpeechChannel.Player.Way, in folder: String, publish: @escaping @Sendable (Published) throws -> Void
    ) async throws -> Outcome {
        let channel = try channel(way, in: folder, publish: publish)
        let notice = Notice(
            id: "a-fire-7/3/speech/lobby", alert: alert, recipient: "speech/lobby", language: .english, text: "",
            place: "")
        return await channel.send(
            notice, to: Contact(resident: "", position: 0, channel: "speech", address: "lobby"))
    }

    private func channel(
        _ way: SpeechChannel.Player.Way, in folder: String, place: String = "a",
        publish: @escaping @Sendable (Published) throws -> Void
    ) throws -> SpeechChannel {
        try SpeechChannel(
            speaker(folder), players: ["lobby": .init(place: Harbour.place(place), way: way)], estate: Harbour.estate,
            catalogue: Harbour.catalogue()
        ) { topic, payload in try publish(Published(topic: topic, payload: payload)) }
    }

    @Test(arguments: [true, false]) func `goes to a player over HTTP`(_ isPut: Bool) async throws {
        let folder = try TemporaryFolder()
        let receiver = try WebhookReceiver { _, _ in .status(200) }
        defer { receiver.stop() }
        let way = SpeechChannel.Player.Way.http(url: receiver.url("/play"), isPut: isPut)
        let outcome = try await played(way, in: folder.path) { _ in }
        #expect(outcome == .accepted())
        let request = try #require(await receiver.requests.next(1).first)
        #expect(request.method == (isPut ? "PUT" : "POST") && request.headers["content-type"] == "audio/wav")
        #expect(try seconds(request.body) > 10)
    }

    @Test func `goes to a player over MQTT as sound, or as a command with its address`() async throws {
        let folder = try TemporaryFolder()
        let published = Mutex<[Published]>([])
        for files in [nil, "http://10.0.0.2/speech"] {
            let way = SpeechChannel.Player.Way.mqtt(topic: "players/lobby", files: files)
            let outcome = try await played(way, in: folder.path) { one in published.withLock { $0.append(one) } }
            #expect(outcome == .accepted())
        }
        let (sound, command) = published.withLock { ($0[0], $0[1]) }
        let length = try seconds(sound.payload)
        #expect(sound.topic == "players/lobby" && length > 10)
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
        #expect(
            String(decoding: command.payload, as: UTF8.self) == """
                {"command":"play","exercise":false,"id":"a-fire-7/3/speech/lobby","incident":"a-fire-7",\
                "url":"http://10.0.0.2/speech/\(file)"}
                """)
        struct BrokerGone: Error {}
        let way = SpeechChannel.Player.Way.mqtt(topic: "players/lobby", files: nil)
        let outcome = try await played(way, in: folder.path) { _ in throw BrokerGone() }
        #expect(outcome == .failed("the broker did not take it"))
    }

    @Test func `says what to do where the player stands, in three voices`() throws {
        func texts(_ place: String) throws -> [(voice: String, text: String)] {
            try channel(.mqtt(topic: "t", files: nil), in: "/", place: place) { _ in }
                .texts(alert, at: Harbour.place(place))
        }
        #expect(try texts("a").map(\.voice) == ["yue", "cmn", "en"])
        #expect(try texts("a/9/corridor")[2].text.contains("If there is smoke in the staircase, go back"))
        #expect(try texts("a/2")[2].text.contains("Do not go up."))
        let (below, above) = (try texts("a/2"), try texts("a/9"))
        #expect(below[0].text != above[0].text)
    }
}
