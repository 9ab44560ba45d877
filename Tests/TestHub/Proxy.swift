import Foundation
import Glibc
import Synchronization

/// Between a client and the broker: lets everything through, or, when told to, all but the messages to the client.
public final class Proxy: Sendable {
    public let port: Int
    private let listener: Int32
    private let gate = Gate()

    private final class Gate: Sendable {
        /// The connections that were made before this one swallow messages; they are counted from 1.
        let swallowsBefore = Mutex(0)
        let connections = Mutex(0)
    }

    /// Messages on the connections that there are now do not arrive; on later ones they do.
    public func swallowMessages() {
        let connections = gate.connections.withLock { $0 }
        gate.swallowsBefore.withLock { $0 = connections + 1 }
    }

    public init(to broker: Int) throws {
        listener = try Loopback.listen()
        port = Loopback.port(of: listener)
        Thread.detachNewThread { [listener, gate] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                guard let server = Loopback.connect(broker) else {
                    close(client)
                    continue
                }
                Self.join(client, server, gate)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func join(_ client: Int32, _ server: Int32, _ gate: Gate) {
        let number = gate.connections.withLock { connections in
            connections += 1
            return connections
        }
        let open = Mutex(2)
        let ended = { @Sendable in
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
            guard
                open.withLock({ open in
                    open -= 1; return open == 0
                })
            else { return }
            close(client)
            close(server)
        }
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = read(client, &buffer, buffer.count), count > 0 {
                guard Loopback.write(buffer[..<count], to: server) else { break }
            }
            ended()
        }
        Thread.detachNewThread {
            while let packet = Loopback.packet(from: server) {
                // The upper half of a packet's first byte is its type; 3 is PUBLISH (MQTT 5, 2.1.2).
                if packet[0] >> 4 == 3, number < gate.swallowsBefore.withLock({ $0 }) { continue }
                guard Loopback.write(packet[...], to: client) else { break }
            }
            ended()
        }
    }
}

/// Blocking sockets on 127.0.0.1.
/// A port of the loopback interface at which nobody listens now.
public func freePort() throws -> Int {
    let listener = try Loopback.listen()
    defer { close(listener) }
    return Loopback.port(of: listener)
}

enum Loopback {
    static func listen() throws -> Int32 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let bound = withAddress(port: 0) { bind(listener, $0, $1) }
        guard listener >= 0, bound == 0, Glibc.listen(listener, 64) == 0 else { throw Missing("no port") }
        return listener
    }

    static func connect(_ port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if withAddress(port: port, { Glibc.connect(descriptor, $0, $1) }) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    static func port(of listener: Int32) -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &size) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func withAddress(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    static func exactly(_ count: Int, from descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let more = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress?.advanced(by: have), count - have, 0)
            }
            guard more > 0 else { return nil }
            have += more
        }
        return bytes
    }

    /// One MQTT packet: type, remaining length in seven-bit groups, and the rest.
    static func packet(from descriptor: Int32) -> [UInt8]? {
        guard var packet = exactly(1, from: descriptor) else { return nil }
        var length = 0
        for shift in stride(from: 0, to: 28, by: 7) {
            guard let byte = exactly(1, from: descriptor)?[0] else { return nil }
            packet.append(byte)
            length |= Int(byte & 0x7f) << shift
            if byte & 0x80 == 0 { break }
        }
        guard let rest = exactly(length, from: descriptor) else { return nil }
        return packet + rest
    }
}
