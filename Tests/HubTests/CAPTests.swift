import Console
import Foundation
import Hub
import Logging
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The alerts of a hub as CAP messages` {
    @Test func `are posted to the endpoints, and served in a feed with each message`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let city = try WebhookReceiver(.answers(200))
        let folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  cap:", "    sender: hub@test.example",
                "    endpoints: {city: {url: 'http://127.0.0.1:\(city.port)/cap'}}",
            ])
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        let control = ControlService(try #require(hub.service), logger: Logger(label: "control"))
        let serving = Task { try await control.run() }
        try await hub.untilReady()
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let request = try await city.requests.first("the message") { _ in true }
        #expect(request.hasPrefix("POST /cap HTTP/1.1"))
        #expect(request.contains("<identifier>demo.a-fire-1.1."))
        let socket = try await UnixSocket.listening(folder.state + "/hub.sock")
        let feed = try socket.get("/cap/feed.atom")
        #expect(feed.hasPrefix("HTTP/1.1 200") && feed.contains("application/atom+xml"))
        #expect(feed.contains(#"href="a-fire-1.1.xml""#))
        let message = try socket.get("/cap/a-fire-1.1.xml")
        #expect(message.hasPrefix("HTTP/1.1 200") && message.contains("application/cap+xml"))
        let posted = request.components(separatedBy: "\r\n\r\n").last ?? ""
        #expect(posted.hasSuffix("</alert>\n") && message.hasSuffix(posted))
        #expect(try socket.get("/cap/a-fire-9.1.xml").hasPrefix("HTTP/1.1 404"))
        #expect(try socket.get("/cap/a-fire-1.1").hasPrefix("HTTP/1.1 404"))
        serving.cancel()
        try await hub.stop()
    }
}

/// What speaks HTTP with a server on a Unix socket.
private struct UnixSocket {
    struct Unreachable: Error {}

    let path: String

    /// Returns when somebody listens there.
    static func listening(_ path: String) async throws -> UnixSocket {
        let socket = UnixSocket(path: path)
        while true {
            do {
                close(try socket.connected())
                return socket
            } catch {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    /// - Returns: the whole answer.
    func get(_ target: String) throws -> String {
        let descriptor = try connected()
        defer { close(descriptor) }
        let request = Array("GET \(target) HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Unreachable()
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += chunk.prefix(count)
        }
    }

    private func connected() throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw Unreachable()
        }
        return descriptor
    }
}
