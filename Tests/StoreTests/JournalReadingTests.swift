import Foundation
import GRDB
import Registry
import Rules
import Testing

@testable import Store

struct `A journal entry` {
    private let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return encoder
    }()
    private let decoder = JSONDecoder()

    private func message(_ topic: String, _ payload: [UInt8], at: Int64 = 1_763_800_000_123) -> JournalEntry {
        JournalEntry(
            .message(
                JournalEntry.Heard(
                    topic: topic, payload: Data(payload), retained: payload.count.isMultiple(of: 2), backlog: false,
                    eventAt: Instant(milliseconds: at - 7), late: true,
                    overtaken: payload.count.isMultiple(of: 3))), at: Instant(milliseconds: at))
    }

    @Test func `is read from what is written of it without a decoder, whatever its payload`() throws {
        for count in 0..<70 {
            // All digits of base64, the escaped slash among them, and every padding.
            let entry = message("estate/demo/block/a/device/a-1-smoke/event", (0..<count).map { UInt8($0 * 37 % 256) })
            let json = try encoder.encode(entry)
            #expect(JournalEntry(asWritten: json.span) == entry)
        }
        for entry in [
            message("t", Array(repeating: 255, count: 9)), message("大廈/甲座/警報", [1]), message("", []),
            message("t", [1], at: 0), message("t", [1], at: 3), JournalEntry(.time, at: Instant(milliseconds: -12)),
        ] {
            #expect(JournalEntry(asWritten: try encoder.encode(entry).span) == entry)
        }
    }

    @Test func `that is spelt otherwise is left to the decoder`() throws {
        let others = [
            message(#"a"b\c"#, [1]), message("tab\t", [1]), message("t", [1], at: -1_234_567_890_123_456_789),
            JournalEntry(.started, at: Instant(milliseconds: 1)), JournalEntry(.outage, at: Instant(milliseconds: 1)),
            JournalEntry(.exerciseEnded(id: "d"), at: Instant(milliseconds: 1)),
            JournalEntry(.backlog(from: Instant(milliseconds: 1)), at: Instant(milliseconds: 1)),
            JournalEntry(
                .command(OperatorCommand(.reset, incident: "a-fire-1", by: "K")), at: Instant(milliseconds: 1)),
        ]
        for entry in others {
            let json = try encoder.encode(entry)
            #expect(JournalEntry(asWritten: json.span) == nil)
            #expect(try JournalEntry(json: json, decoder) == entry)
        }
        // As an older or another program may write it.
        let entry = message("estate/demo", [0, 159, 31])
        let plain = JSONEncoder()
        plain.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        #expect(try JournalEntry(json: plain.encode(entry), decoder) == entry)
    }

    @Test func `is never read as anything else than the decoder reads`() throws {
        let entry = message("estate/demo/甲", Array("a state of ûÿ".utf8))
        let json = Array(try encoder.encode(entry))
        let replacements = Array("\"\\/{}:,0129-+=AZaz tu\n".utf8) + [0, 31, 128, 0xC3, 255]
        func check(_ bytes: [UInt8]) {
            guard let read = JournalEntry(asWritten: bytes.span) else { return }
            let decoded = try? decoder.decode(JournalEntry.self, from: Data(bytes))
            #expect(read == decoded, "\(String(decoding: bytes, as: UTF8.self))")
        }
        for position in json.indices {
            for byte in replacements {
                var bytes = json
                bytes[position] = byte
                check(bytes)
                bytes.insert(json[position], at: position)
                check(bytes)
            }
            var shorter = json
            shorter.remove(at: position)
            check(shorter)
            check(Array(json[..<position]))
        }
        check(json + [32])
    }

    @Test func `that cannot be read is reported`() throws {
        let path = NSTemporaryDirectory() + "smokehub-journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let database = try HubDatabase(path: path + "/hub.sqlite")
        var commit = HubDatabase.Commit(time: Instant(milliseconds: 5))
        commit.entries = (1...5).map { message("t/\($0)", [1], at: $0) }
        try database.commit(commit)
        #expect(try database.journal(after: 1, limit: 2).map(\.sequence) == [2, 3])
        #expect(try database.journal(after: 0, limit: 9).map(\.entry) == commit.entries)
        let damager = try DatabaseQueue(path: path + "/hub.sqlite")
        try damager.write { try $0.execute(sql: "UPDATE journal SET body = substr(body, 1, 40) WHERE sequence = 4") }
        #expect(try database.journal(after: 0, limit: 3).count == 3)
        let error = #expect(throws: StoreError.self) { try database.journal(after: 0, limit: 9) }
        #expect(error?.reason == .unusable)
        #expect(error?.description.hasPrefix("reading hub.sqlite: ") == true)
    }
}
