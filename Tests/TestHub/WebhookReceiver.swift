import Foundation
import Glibc
import Synchronization

/// A web server that answers every request in one way, or never.
public final class WebhookReceiver: Sendable {
    public let requests = Trail<String>()
    public let port: Int
    private let listener: Int32

    public enum Manner: Sendable {
        case answers(Int)
        /// Takes the request and says nothing.
        case hangs
    }

    public init(_ manner: Manner) throws {
        listener = try Loopback.listen()
        port = Loopback.port(of: listener)
        Thread.detachNewThread { [listener, requests] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                Thread.detachNewThread { Self.serve(client, manner, requests) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ client: Int32, _ manner: Manner, _ requests: Trail<String>) {
        defer { close(client) }
        while let request = request(from: client) {
            requests.append(request)
            switch manner {
            case .answers(let code):
                let answer = "HTTP/1.1 \(code) Answer\r\nContent-Length: 0\r\n\r\n"
                guard Loopback.write(Array(answer.utf8)[...], to: client) else { return }
            case .hangs:
                // Until the other side has had enough.
                var byte: UInt8 = 0
                _ = read(client, &byte, 1)
                return
            }
        }
    }

    private static func request(from client: Int32) -> String? {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard let byte = Loopback.exactly(1, from: client) else { return nil }
            head += byte
        }
        let text = String(decoding: head, as: UTF8.self)
        let length = text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) }
        guard let body = Loopback.exactly(length ?? 0, from: client) else { return nil }
        return text + String(decoding: body, as: UTF8.self)
    }
}
