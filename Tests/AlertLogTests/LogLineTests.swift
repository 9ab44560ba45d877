import Crypto
import FoundationEssentials
import Registry
import Rules
import Testing

@testable import AlertLog

@Suite struct `A line` {
    private let source = LogSource(database: "hub", sequence: 123)

    private func written(_ record: LogRecord) -> String {
        let bytes = LogLine.written(record, from: source, sequence: 7, after: LogSeal.genesis).bytes
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `has its keys in the order of the design, and null for what is not known`() {
        let zeros = String(repeating: "0", count: 64)
        let record = LogRecord(
            at: moment(), event: .hub, level: .info, estate: "demo", text: .init("Started.", "已啟動。"))
        let body =
            #"{"seq":7,"at":"2026-11-22T15:45:37.123Z","event":"hub","level":"info","estate":"demo","block":null,"#
            + #""floor":null,"flat":null,"device":null,"incident":null,"stage":null,"exercise":null,"#
            + #""text":{"en":"Started.","zh-Hant":"已啟動。"},"details":{"source":"hub:123"},"prev":"\#(zeros)""#
        let hash = SHA256.hash(data: Data((body + "}").utf8)).map { byte in
            String(UInt16(byte) + 256, radix: 16).dropFirst()
        }.joined()
        #expect(written(record) == body + #","hash":"\#(hash)"}"# + "\n")
    }

    @Test func `is read back as it was written, whatever its texts hold`() throws {
        let text = LogRecord.Text("quote \" backslash \\ tab \t newline \n null \0 escape \u{1B} 😀 /", "演習：「火警」")
        let record = LogRecord.sample(
            place: Place(block: "a", floor: "12", area: "stair-1"), exercise: "d-1", text: text,
            details: ["z": "\u{7F}\u{2028}", "a": ""])
        let bytes = Array(written(record).utf8.dropLast())
        let line = try #require(LogLine(bytes))
        #expect(!bytes.contains(UInt8(ascii: "\n")))
        #expect(LogSeal.isIntact(bytes) == true)
        #expect(line.text == text)
        #expect(line.place == record.place)
        #expect(line.at == record.at)
        #expect(line.exercise == "d-1")
        #expect(line.source == source)
        #expect(line.details == ["z": "\u{7F}\u{2028}", "a": "", "area": "stair-1", "source": "hub:123"])
    }

    @Test func `says its seq and moment at its beginning`() throws {
        let beginning = try #require(LogLine.beginning(of: Array(written(.sample(0)).utf8)))
        #expect(beginning.sequence == 7)
        #expect(beginning.at == moment())
    }

    @Test(arguments: ["", "{", "null", "[1]", #"{"seq":1}"#, #"{"seq":"x","at":1}"#, "\u{0}"])
    func `is not read from anything else`(_ text: String) {
        #expect(LogLine(Array(text.utf8)) == nil)
        #expect(LogLine.beginning(of: Array(text.utf8)) == nil)
        #expect(LogSeal.isIntact(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["hub", "hub:", ":1", "hub:x", "hub:1:2", ""])
    func `names no source that is none`(_ text: String) {
        #expect(LogSource(text) == nil)
    }
}
