import Glibc
import Synchronization

/// A mosquitto of our own, run as a child.
///
/// A thread that lives as long as the child starts it and waits for its end. Where `setpriv` is installed the child
/// ends with that thread, and so with us even when we are killed.
package final class BrokerProcess: Sendable {
    package let processID: pid_t
    private let child: Child

    /// Starts mosquitto with `folder`'s `mosquitto.conf`, and returns when it accepts connections on `port`.
    ///
    /// Throws ``MQTTError``: `.notInstalled`, or `.brokerFailed` with what mosquitto said.
    package init(folder: String, port: Int, whenEnded: (@Sendable (String) -> Void)? = nil) throws(MQTTError) {
        let broker = "mqtt://127.0.0.1:\(port)"
        guard let mosquitto = Self.executable("mosquitto") else {
            throw MQTTError(broker: broker, reason: .notInstalled)
        }
        var command = [mosquitto, "-c", "\(folder)/mosquitto.conf"]
        if let setpriv = Self.executable("setpriv") { command = [setpriv, "--pdeathsig", "TERM", "--"] + command }
        let child = try Child(log: "\(folder)/mosquitto.log")
        try startThread(named: "mosquitto", broker: broker) { [command] in
            let end = child.run(command)
            whenEnded?(end)
        }
        self.child = child
        processID = child.waitForStart()
        try waitUntilItAccepts(port, broker)
    }

    /// Asks it to save its state and end, and waits for that.
    package func stop() { child.end(with: SIGTERM) }

    /// Ends it as a power cut would.
    package func kill() { child.end(with: SIGKILL) }

    private func waitUntilItAccepts(_ port: Int, _ broker: String) throws(MQTTError) {
        let giveUp = ContinuousClock.now + .seconds(30)
        while !Self.accepts(port) {
            if let end = child.endText(within: .milliseconds(5)) {
                throw MQTTError(broker: broker, reason: .brokerFailed(end))
            }
            if ContinuousClock.now > giveUp {
                kill()
                throw MQTTError(broker: broker, reason: .brokerFailed("it does not accept connections"))
            }
        }
    }

    private static func accepts(_ port: Int) -> Bool {
        withLoopbackSocket(port: port) { socket, address, size in connect(socket, address, size) == 0 } ?? false
    }

    /// Searches `PATH`, and where distributions put daemons.
    private static func executable(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/usr/bin"]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}

/// A port of 127.0.0.1 that was free a moment ago; `nil` when there is none.
package func freeLoopbackPort() -> Int? {
    let port = withLoopbackSocket(port: 0) { socket, address, size in
        guard bind(socket, address, size) == 0 else { return 0 }
        var bound = sockaddr_in()
        var boundSize = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &boundSize) == 0 ? Int(UInt16(bigEndian: pointer.pointee.sin_port)) : 0
            }
        }
    }
    return port == 0 ? nil : port
}

private func withLoopbackSocket<Result>(
    port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
