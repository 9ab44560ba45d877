import Foundation
import Synchronization

/// An HTTP server on a free loopback port, which answers as a test tells it to.
final class WebhookReceiver: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        /// By name in small letters.
        var headers: [String: String]
        var body: [UInt8]

        var json: [String: Any] {
            get throws { try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:] }
        }
    }

    enum Answer: Sendable {
        case status(Int, header: String? = nil, body: String = "")
        /// What is no HTTP at all, and the end.
        case gibberish
        /// Keeps the connection open and says nothing.
        case hang
        /// Closes the connection without an answer.
        case close
    }

    struct CannotListen: Error {}

    let port: UInt16
    /// Every request, when it has been read and before it is answered.
    let requests: AsyncStream<Request>
    private let listener: Int32
    private let arrived: AsyncStream<Request>.Continuation
    private let answer: @Sendable (Request, Int) -> Answer
    private let state = Mutex((connections: Set<Int32>(), count: 0, accepted: 0, isStopped: false))

    /// - Parameter answer: to the request, and its number from 1.
    init(answer: @escaping @Sendable (Request, Int) -> Answer) throws {
        self.answer = answer
        (requests, arrived) = AsyncStream.makeStream()
        (listener, port) = try Self.listen()
        let thread = Thread { [self] in acceptAll() }
        thread.start()
    }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// How many connections were opened.
    var connectionCount: Int { state.withLock { $0.accepted } }

    /// How many requests have come; of those in ``requests`` none is missing here.
    var requestCount: Int { state.withLock { $0.count } }

    /// Ends the server and every connection.
    func stop() {
        state.withLock { state in
            // A second time, the numbers may stand for somebody else's.
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        arrived.finish()
    }

    /// A port at which nobody listens.
    static func unusedPort() throws -> UInt16 {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }

    /// Several of them, all different.
    static func unusedPorts(_ count: Int) throws -> [UInt16] {
        let sockets = try (0..<count).map { _ in try listen() }
        for socket in sockets { close(socket.descriptor) }
        return sockets.map(\.port)
    }

    private static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw CannotListen() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && Foundation.listen(descriptor, 128) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isListening else { throw CannotListen() }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private func acceptAll() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            state.withLock {
                $0.connections.insert(connection)
                $0.accepted += 1
                if $0.isStopped { shutdown(connection, Int32(SHUT_RDWR)) }
            }
            Thread { [self] in serve(connection) }.start()
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        serving: while let request = read(from: connection, &buffer) {
            let number = state.withLock { state in
                state.count += 1
                return state.count
            }
            arrived.yield(request)
            switch answer(request, number) {
            case .status(let status, let header, let body):
                let extra = header.map { "\($0)\r\n" } ?? ""
                let length = "Content-Length: \(body.utf8.count)\r\n\r\n"
                write("HTTP/1.1 \(status) Status\r\n\(extra)\(length)\(body)", to: connection)
            case .gibberish:
                write("\u{7}\u{0}what is this?\r\n\r\n", to: connection)
                break serving
            case .hang:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                break serving
            case .close:
                break serving
            }
        }
        state.withLock { _ = $0.connections.remove(connection) }
        close(connection)
    }

    private func write(_ text: String, to connection: Int32) {
        let bytes = Array(text.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private func read(from connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        func fill() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return false }
            buffer += chunk.prefix(count)
            return true
        }
        var end = buffer.firstRange(of: Array("\r\n\r\n".utf8))
        while end == nil {
            guard fill() else { return nil }
            end = buffer.firstRange(of: Array("\r\n\r\n".utf8))
        }
        guard let end else { return nil }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        buffer.removeFirst(end.upperBound)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        while buffer.count < length { guard fill() else { return nil } }
        let body = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        let words = lines.first?.split(separator: " ").map(String.init) ?? []
        return Request(
            method: words.first ?? "", path: words.count > 1 ? words[1] : "", headers: headers, body: body)
    }
}
