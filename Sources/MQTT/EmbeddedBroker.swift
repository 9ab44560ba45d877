import Glibc

/// The machine's own mosquitto as our child, on a free port of 127.0.0.1: for trying out and for drills.
///
/// It keeps sessions and retained messages in its folder from run to run. Ends with ``stop()``, and with our process.
public final class EmbeddedBroker: Sendable {
    public let port: Int
    private let process: BrokerProcess
    private let folder: String

    /// Starts it with everything it writes inside `folder`, and returns when it accepts connections. A mosquitto that
    /// an earlier run left behind with the same folder is ended first.
    ///
    /// `whenEnded` gets how it ended, after ``stop()`` too. Throws ``MQTTError`` with `.notInstalled` or
    /// `.brokerFailed`. Blocks; not for a thread of Swift's concurrency pool.
    public init(folder: String, whenEnded: (@Sendable (String) -> Void)? = nil) throws(MQTTError) {
        mkdir(folder, 0o700)
        guard let absolute = realpath(folder, nil) else {
            throw MQTTError(
                broker: "", reason: .brokerFailed("no folder '\(folder)': \(systemText(errno))"))
        }
        defer { free(absolute) }
        let folder = String(cString: absolute)
        Self.endLeftover(in: folder)
        (process, port) = try Self.start(in: folder, whenEnded)
        self.folder = folder
        try writeFile(Self.processFile(in: folder), "\(process.processID)\n")
    }

    deinit { process.stop() }

    /// Lets it save its state and end.
    public func stop() {
        process.stop()
        unlink(Self.processFile(in: folder))
    }

    /// Between finding a free port and mosquitto's taking it, somebody else may: then another is tried.
    private static func start(
        in folder: String, _ whenEnded: (@Sendable (String) -> Void)?
    ) throws(MQTTError) -> (BrokerProcess, Int) {
        var attempts = 0
        while true {
            guard let port = freeLoopbackPort() else {
                throw MQTTError(broker: "", reason: .resource("no free port on 127.0.0.1"))
            }
            try writeFile("\(folder)/mosquitto.conf", configuration(port: port, folder: folder))
            do throws(MQTTError) {
                return (try BrokerProcess(folder: folder, port: port, whenEnded: whenEnded), port)
            } catch {
                attempts += 1
                guard attempts < 5, case .brokerFailed(let why) = error.reason, why.contains("Address already in use")
                else { throw error }
            }
        }
    }

    private static func configuration(port: Int, folder: String) -> String {
        """
        # Written by smokehub at each start of its embedded broker; changes are lost.
        listener \(port) 127.0.0.1
        allow_anonymous true
        persistence true
        persistence_location \(folder)/
        autosave_interval 60
        # What a hub that speaks MQTT 3.1.1 may have unacknowledged; under MQTT 5 its receive maximum counts as well.
        max_inflight_messages 10000
        # No bound: nothing may be thrown away.
        max_queued_messages 0
        max_keepalive 65535
        set_tcp_nodelay true
        log_dest stdout
        log_type error
        log_type warning
        log_type notice
        \(currentUser.map { "user \($0)" } ?? "")

        """
    }

    private static func processFile(in folder: String) -> String { "\(folder)/mosquitto.pid" }

    /// The process file alone proves nothing, for process ids are used again: the command must be ours as well.
    private static func endLeftover(in folder: String) {
        guard let text = readFile(processFile(in: folder)), let process = pid_t(text.filter(\.isNumber)), process > 1
        else { return }
        func isOurs() -> Bool {
            guard let command = readFile("/proc/\(process)/cmdline") else { return false }
            let words = command.split(separator: "\0")
            return words.first?.hasSuffix("mosquitto") == true && words.contains("\(folder)/mosquitto.conf")
        }
        guard isOurs() else { return }
        Glibc.kill(process, SIGTERM)
        let giveUp = ContinuousClock.now + .seconds(10)
        while isOurs() {
            if ContinuousClock.now > giveUp { Glibc.kill(process, SIGKILL) }
            // No child of ours, so there is nothing to wait on.
            poll(nil, 0, 10)
        }
    }
}

/// The name of the user we run as. Started by root, mosquitto would otherwise become `mosquitto`, who may not write
/// into our folder.
package var currentUser: String? {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
}
