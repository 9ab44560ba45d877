import Devices
import Foundation
import Registry
import Testing

@Suite struct `A hostile message` {
    private static let topics = [
        "estate/demo/block/a/floor/12/flat/C/device/d/event", "estate/demo/block/a/floor/12/flat/C/device/d/status",
        "zigbee2mqtt/d", "zigbee2mqtt/d/smoke", "zigbee2mqtt/d/availability", "zigbee2mqtt/bridge/state",
    ]
    private let table = Result { try DecoderTable.all() }

    @Test(arguments: topics, ["[", "{\"a\":", "[{\"smoke\":"])
    func `nested 10,000 deep is malformed`(_ topic: String, _ opening: String) throws {
        let payload = Array(String(repeating: opening, count: 10_000).utf8)
        let table = try table.get()
        do {
            let report = try table.report(Message(topic: topic, payload: payload))
            #expect(report?.readings.isEmpty == true && topic.hasSuffix("d/smoke"))
        } catch {
            #expect(error.address != nil)
        }
    }

    @Test(arguments: topics)
    func `of 300 KiB is understood or malformed`(_ topic: String) throws {
        let table = try table.get()
        let filling = String(repeating: "x", count: 300 * 1024)
        for payload in [
            filling, "\"\(filling)", #"{"type":"smoke","state":"alarm","smoke":true,"x":"\#(filling)"}"#,
            #"{"\#(filling)":1}"#, String(repeating: "9", count: 300 * 1024),
            "{\"smoke\":\(String(repeating: "9", count: 300 * 1024))}",
            "[\(String(repeating: "1,", count: 150 * 1024))1]",
        ] {
            let report = Result { () throws(Malformed) in try table.report(Message(topic: topic, payload: payload)) }
            if case .failure(let malformed) = report { #expect(malformed.description.utf8.count < 500) }
            if payload.hasPrefix("{\"type"), topic.hasSuffix("event") || topic.hasSuffix("mqtt/d") {
                #expect(try report.get()?.readings == [.flag(.smoke, true)])
            }
        }
    }

    @Test func `of a topic that is long, deep or empty is not understood`() throws {
        let table = try table.get()
        for topic in [
            "", "/", String(repeating: "/", count: 65_535), String(repeating: "x", count: 65_535),
            "zigbee2mqtt/" + String(repeating: "a/", count: 30_000) + "set", "estate/demo/block",
            "estate//block//event",
        ] {
            _ = Result { () throws(Malformed) in try table.report(Message(topic: topic, payload: "{}")) }
        }
    }

    /// 20,000 vectors with bytes changed, cut out, doubled and mixed: none crashes or hangs, none gives two readings
    /// of one kind, and each has exactly one answer line that is JSON.
    @Test func `that is almost right never crashes the decoders`() throws {
        let vectors = try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt") + Ecosystems.vectors
        var table = try table.get()
        for vector in vectors { try vector.teach(&table) }
        var decode = DecodeLine(table)
        let messages = try vectors.map { try $0.message }
        let lines = try vectors.map { try $0.line }
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix64(state: seed)
        for round in 0..<20_000 {
            let index = Int.random(in: 0..<messages.count, using: &random)
            var message = messages[index]
            mutate(&message.payload, with: messages, using: &random)
            if case .success(let report?) = Result(catching: { () throws(Malformed) in try table.report(message) }) {
                let kinds = Set(report.readings.map(\.kind))
                #expect(kinds.count == report.readings.count, "seed \(seed), round \(round)")
            }
            guard round % 10 == 0 else { continue }
            var line = Array(lines[index].utf8)
            mutate(&line, with: messages, using: &random)
            let answer = decode.answer(String(decoding: line, as: UTF8.self))
            #expect(
                (try? JSONSerialization.jsonObject(with: Data(answer.utf8))) != nil && !answer.contains("\n"),
                "seed \(seed), round \(round): \(answer)")
        }
    }

    private func mutate(_ bytes: inout [UInt8], with others: [Message], using random: inout SplitMix64) {
        let marks = Array("{}[]\",:\\-.0e9tfn /u".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xE4, 0xF0, 0xFF]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let position = Int.random(in: 0...bytes.count, using: &random)
            let length = Int.random(in: 0...min(8, bytes.count - position), using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.removeSubrange(position..<position + length)
            case 1: bytes.removeSubrange(position...)
            case 2: bytes.insert(contentsOf: bytes[position..<position + length], at: position)
            case 3: bytes.insert(marks.randomElement(using: &random) ?? 0, at: position)
            case 4:
                let other = others.randomElement(using: &random)?.payload ?? []
                bytes.replaceSubrange(position..<position + length, with: other.prefix(length * 4))
            default:
                if position < bytes.count { bytes[position] = UInt8.random(in: 0...255, using: &random) }
            }
        }
    }
}

@Suite struct `A line of the decode command` {
    private func answer(_ line: String) throws -> String {
        var decode = DecodeLine(try DecoderTable.all())
        return decode.answer(line)
    }

    @Test(arguments: [
        (
            #"{"topic":"zigbee2mqtt/hall","payload":"{\"smoke\":true,\"battery\":76.5,\"linkquality\":26}"}"#,
            #"{"topic":"zigbee2mqtt/hall","device":"hall","readings":[{"kind":"smoke","value":true,"unit":null},"#
                + #"{"kind":"battery","value":76.5,"unit":null},{"kind":"signal","value":26,"unit":"lqi"}],"error":null}"#
        ),
        (
            #"{"topic":"zigbee2mqtt/hall","payload":{"base64":"eyJmYXVsdCI6InggXCJcbuWVpiJ9"},"retain":true}"#,
            #"{"topic":"zigbee2mqtt/hall","device":"hall","readings":[{"kind":"fault","value":true,"unit":null,"#
                + #""detail":"x \"\n啦"}],"error":null}"#
        ),
        (
            #"{"topic":"zigbee2mqtt/hall","payload":"{\"alarm_1\":true}"}"#,
            #"{"topic":"zigbee2mqtt/hall","device":"hall","readings":[],"unmapped":[{"field":"alarm_1","value":"true","raised":true}],"error":null}"#
        ),
        (
            #"{"topic":"zigbee2mqtt/hall/availability","payload":"online"}"#,
            #"{"topic":"zigbee2mqtt/hall/availability","device":"hall","#
                + #""readings":[{"kind":"availability","value":"online","unit":null}],"error":null}"#
        ),
        (
            #"{"topic":"tele/x/SENSOR","payload":""}"#,
            #"{"topic":"tele/x/SENSOR","device":null,"readings":[],"error":null}"#
        ),
        (
            #"{"topic":"drill/7/$control","payload":"{}"}"#,
            #"{"topic":"drill/7/$control","device":null,"readings":[],"error":null}"#
        ),
        (
            #"{"topic":"zigbee2mqtt/hall","payload":"{\"smoke\":"}"#,
            #"{"topic":"zigbee2mqtt/hall","device":"hall","readings":[],"#
                + #""error":"byte 9: the payload ends here; expected a value"}"#
        ),
    ])
    func `is answered by a line`(_ line: String, _ expected: String) throws {
        #expect(try answer(line) == expected)
    }

    @Test(arguments: [
        ("", "byte 0"), ("zigbee2mqtt/hall", "byte 0"), ("[]", "expected a line"), ("{}", "topic: expected"),
        (#"{"topic":1,"payload":""}"#, "topic: expected"), (#"{"topic":"a"}"#, "payload: expected a line"),
        (#"{"topic":"a","payload":1}"#, "payload: expected a text"),
        (#"{"topic":"a","payload":{"base64":"!"}}"#, "payload: not base64"),
        (#"{"topic":"a","payload":{"base64":"AAAAA"}}"#, "payload: not base64"),
        (#"{"topic":"a","payload":{"hex":"00"}}"#, "payload: expected a text"),
        (#"{"topic":"a","payload":"","retain":"no"}"#, "retain: expected true or false"),
        (String(repeating: "[", count: 10_000), "byte 32: nested"),
    ])
    func `that is no message says what is expected`(_ line: String, _ error: String) throws {
        let answer = try answer(line)
        #expect(answer.contains(#""device":null,"readings":[],"error":"\#(error)"#), "\(answer)")
    }

    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
        ("Zm9vYmFy", "foobar"), ("Zm9vYg", "foob"), ("fn5+Pz8/", "~~~???"), ("Zg=", nil), ("Z", nil), ("====", nil),
        ("Z===", nil), ("Zm9v\n", nil), ("Zm=v", nil), ("Zm9-", nil),
    ])
    func `carries bytes as base64`(_ text: String, _ expected: String?) {
        #expect(Base64.decode(text) == expected.map { Array($0.utf8) })
    }
}
