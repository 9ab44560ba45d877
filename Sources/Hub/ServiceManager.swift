import Foundation
import Glibc

/// Tells systemd that the hub is ready and alive (sd_notify(3)); does nothing where no systemd asks.
struct ServiceManager: Sendable {
    private let address: String

    /// - Parameter environment: `NOTIFY_SOCKET` names systemd's socket; a leading `@` is an abstract name.
    init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"),
            path.utf8.count < 108
        else { return nil }
        address = path
    }

    /// The pipeline turns. That it waits for a broker is no reason to start it anew.
    func isAlive() { send("READY=1\nWATCHDOG=1") }
    func stopping() { send("STOPPING=1") }

    private func send(_ state: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(address.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(state.utf8)
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                // A lost word is made good by the next; systemd acts only on a long silence.
                _ = sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), target, length)
            }
        }
    }
}
