import Crypto
import Foundation
import Registry
import Rules

/// Something on the web that takes messages by HTTP POST: what it is sent, and what its answers mean.
public protocol MessageService: Sendable {
    /// What stands behind the colon of a contact, by an example: `12345`.
    static var exampleAddress: String { get }

    /// Whether a text can be an address there.
    static func isAddress(_ text: String) -> Bool

    func request(_ notice: Notice, to address: String) throws -> ServiceRequest

    /// What an answer means; one that is none is a failure without it.
    func outcome(_ answer: ServiceAnswer) -> Outcome

    /// What it is asked to see whether it would take messages, which nobody notices; `nil`, as by default, if there is
    /// no such thing.
    var selfTest: ServiceRequest? { get }

    /// What the answer to that means.
    func isWell(_ answer: ServiceAnswer) -> Outcome
}

extension MessageService {
    public var selfTest: ServiceRequest? { nil }

    public func isWell(_ answer: ServiceAnswer) -> Outcome { answer.usual }
}

/// What is posted.
public struct ServiceRequest: Sendable {
    var url: String
    var headers: [(name: String, value: String)]
    /// Without one, it is asked for by GET.
    var body: [UInt8]?

    init(url: String, headers: [(name: String, value: String)] = [], body: [UInt8]) {
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// By GET. - Parameter token: for `Authorization: Bearer`.
    init(asking url: String, token: String?) {
        self.url = url
        headers = token.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    /// - Parameter token: for `Authorization: Bearer`.
    init(url: String, token: String?, headers: [(name: String, value: String)] = [], json: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let login = token.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
        self.init(
            url: url, headers: [("Content-Type", "application/json; charset=utf-8")] + login + headers,
            body: Array(try encoder.encode(json)))
    }
}

/// What came back.
public struct ServiceAnswer: Sendable {
    var status: Int
    /// Of the header `Retry-After`.
    var retryAfter: Duration?
    var body: [UInt8]

    /// `nil` if the body is no such JSON.
    func json<Value: Decodable>(_ type: Value.Type = Value.self) -> Value? {
        try? JSONDecoder().decode(type, from: Data(body))
    }

    /// What the status alone usually means, but that 401 and 403 are the estate's trouble, not the person's: its token
    /// is wrong or may not do this.
    var usual: Outcome {
        switch status {
        case 401, 403: .failed("HTTP \(status): the service does not let the hub in")
        default: Outcome(.status(status, retryAfter: retryAfter))
        }
    }

    /// What says that it has taken the message, and nothing that can be understood.
    static let nonsense = Outcome.failed("the service's answer makes no sense")
}

extension Notice {
    /// The delivery's id in the form of a UUID (RFC 9562, version 8), for services that recognise a repetition by one.
    /// The alert's time is in it, so that no later incident has it again.
    var uuid: String {
        var bytes = Array(SHA256.hash(data: Array("\(alert.at.milliseconds) \(id)".utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let groups = [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]]
        return groups.map { $0.joined() }.joined(separator: "-")
    }
}
