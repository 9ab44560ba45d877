import Foundation
import Glibc

/// Posts JSON over one connection to a server on this machine, and waits for each answer.
final class LoopbackPoster {
    private let descriptor: Int32
    private let port: Int

    init(port: Int) throws {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Failure("nobody listens at 127.0.0.1:\(port)") }
    }

    deinit { close(descriptor) }

    func post(_ body: Data, to path: String) throws {
        let head = """
            POST \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n\
            Content-Length: \(body.count)\r\n\r\n
            """
        var rest = Array(head.utf8) + body
        while !rest.isEmpty {
            let count = write(descriptor, rest, rest.count)
            guard count > 0 else { throw Failure("the connection to 127.0.0.1:\(port) broke") }
            rest.removeFirst(count)
        }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &answer, answer.count)
        let text = String(decoding: answer.prefix(max(0, count)), as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200") else { throw Failure("127.0.0.1:\(port) answers \(text.prefix(200))") }
    }
}
