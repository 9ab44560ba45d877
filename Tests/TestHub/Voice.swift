import Foundation
public import MQTT
public import Registry
public import TestBroker

/// The devices' side of the broker.
public final class Voice: Sendable {
    private let publisher: Publisher

    public convenience init(_ broker: TestBroker) throws {
        try self.init(broker.settings(clientID: "voice-\(UUID().uuidString)"))
    }

    public init(_ settings: BrokerSettings) throws {
        var limits = Publisher.Limits()
        limits.patience = .seconds(30)
        publisher = try Publisher(settings, limits: limits)
    }

    deinit { publisher.stop() }

    /// Returns when the broker has it.
    public func say(_ topic: String, _ payload: String, retain: Bool = false) async throws {
        try await say(topic, Array(payload.utf8), retain: retain)
    }

    public func say(_ topic: String, _ payload: [UInt8], retain: Bool = false) async throws {
        try await publisher.publish(OutgoingMessage(topic: topic, payload: payload, retain: retain))
    }

    /// Does not wait for the broker.
    public func call(_ topic: String, _ payload: String, completion: @escaping @Sendable (Bool) -> Void = { _ in }) {
        publisher.publish(OutgoingMessage(topic: topic, payload: Array(payload.utf8))) { result in
            if case .success = result { completion(true) } else { completion(false) }
        }
    }

    /// What a native device of ``HubFolder``'s estate says about what it detects.
    public func report(
        _ device: String, _ state: String, sequence: Int? = nil, at stamp: Instant? = nil, retain: Bool = false
    ) async throws {
        try await say(
            Self.topic(of: device), Self.event(of: device, state, sequence: sequence, at: stamp), retain: retain)
    }

    /// The topic of a device by its id, which names its place: `a-3-B-smoke`, `a-3-corridor-smoke`, `a-lobby-button`.
    public static func topic(of device: String, _ channel: String = "event") -> String {
        let parts = device.split(separator: "-").map(String.init)
        var place = "block/\(parts[0])"
        if parts.count == 4 {
            place += "/floor/\(parts[1])/" + (parts[2].count == 1 ? "flat" : "area") + "/\(parts[2])"
        } else {
            place += "/area/lobby"
        }
        return "estate/demo/\(place)/device/\(device)/\(channel)"
    }

    public static func event(
        of device: String, _ state: String, sequence: Int? = nil, at stamp: Instant? = nil
    ) -> String {
        let kind = device.split(separator: "-").last.map(String.init) ?? "smoke"
        var members = [#""type":"\#(kind)""#, #""state":"\#(state)""#]
        if let sequence { members.append(#""seq":\#(sequence)"#) }
        if let stamp { members.append(#""ts":"\#(stamp)""#) }
        return "{" + members.joined(separator: ",") + "}"
    }
}
