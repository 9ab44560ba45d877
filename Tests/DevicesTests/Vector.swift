import Devices
import Foundation
import Registry
import Testing

/// One row of a vector file: a message, and what it must be understood as.
struct Vector: Decodable, CustomTestStringConvertible {
    var topic: String
    var payload: Payload
    var retain: Bool
    var expect: [Expected]
    var source: String
    var device: String?
    var mayError: Bool?
    var note: String?
    /// Beyond what the vectors of other ecosystems say: the beginning or a part of the error's text.
    var error: String?
    var sequence: UInt64?
    var time: String?
    var place: String?
    var unmapped: [String]?
    /// What must have been heard before.
    var given: [Given]?
    /// The name of the file; not in it.
    var ecosystem = ""

    enum CodingKeys: String, CodingKey {
        case topic, payload, retain, expect, source, device, note, error, sequence, time, place, unmapped, given
        case mayError = "may_error"
    }

    struct Given: Decodable {
        var topic: String
        var payload: Payload
        var retain: Bool?

        var message: Message {
            get throws { Message(topic: topic, payload: try payload.bytes, retained: retain ?? false) }
        }

        var line: String { get throws { try Vector.line(topic, payload, retain ?? false) } }
    }

    enum Payload: Decodable {
        case text(String)
        case base64(String)

        private enum CodingKeys: CodingKey { case base64 }

        var bytes: [UInt8] {
            get throws {
                switch self {
                case .text(let text): Array(text.utf8)
                case .base64(let text): Array(try #require(Data(base64Encoded: text)))
                }
            }
        }

        init(from decoder: any Swift.Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self = .text(text)
            } else {
                self = .base64(try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .base64))
            }
        }
    }

    struct Expected: Decodable, Hashable {
        var kind: String
        var value: Value
        var unit: String?
    }

    enum Value: Decodable, Hashable {
        case flag(Bool)
        case number(Double)
        case text(String)

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    var testDescription: String { note ?? source }

    var message: Message {
        get throws { Message(topic: topic, payload: try payload.bytes, retained: retain) }
    }

    /// The line that `smokehub decode` is given.
    var line: String { get throws { try Self.line(topic, payload, retain) } }

    private static func line(_ topic: String, _ payload: Payload, _ retain: Bool) throws -> String {
        var fields: [String: Any] = ["topic": topic, "retain": retain]
        switch payload {
        case .text(let text): fields["payload"] = text
        case .base64(let text): fields["payload"] = ["base64": text]
        }
        return String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
    }

    /// Teaches a table what was said before.
    func teach(_ table: inout DecoderTable) throws {
        for given in given ?? [] { _ = try table.learn(given.message) }
    }

    static func all(in ecosystem: String) throws -> [Vector] {
        try lines(in: ecosystem).map { line in
            var vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
            vector.ecosystem = ecosystem
            return vector
        }
    }

    static func lines(in ecosystem: String) throws -> [String] {
        let url = try #require(
            Bundle.module.url(forResource: ecosystem, withExtension: "jsonl", subdirectory: "Vectors"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}

extension Vector.Expected {
    init(_ reading: Reading) {
        kind = reading.kind.rawValue
        unit = reading.unit
        value =
            switch reading.value {
            case .flag(let flag): .flag(flag)
            case .number(let number): .number(number)
            case .text(let text): .text(text)
            }
    }
}

/// A small generator whose seed a failing test can print (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
