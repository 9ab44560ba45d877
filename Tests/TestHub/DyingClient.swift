import Glibc
public import TestBroker

/// A client of the broker that dies without a word, so that the broker says its last will, retained.
public final class DyingClient: Sendable {
    private let child: ChildProcess

    public init(_ broker: TestBroker, topic: String, will: String) throws {
        child = try ChildProcess([
            "mosquitto_sub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-t", topic, "-q", "1", "--will-topic", topic,
            "--will-payload", will, "--will-qos", "1", "--will-retain",
        ])
    }

    /// Returns when it is connected, and has heard on its own topic what contains a word.
    public func untilHears(_ word: String) async throws {
        try await child.output.first("\(word), heard by a client") { $0.contains(word) }
    }

    public func kill() async throws {
        child.send(SIGKILL)
        try await child.end.first("the end after SIGKILL") { _ in true }
    }
}
