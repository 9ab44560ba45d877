import Devices
import Drill
import Foundation
import Hub
import MQTT

/// What a broker keeps.
enum RetainedMessages {
    struct Missing: Error, CustomStringConvertible {
        var topic: String
        var description: String {
            "the broker keeps nothing on \(topic); is Zigbee2MQTT connected to it, and is its base topic right?"
        }
    }

    private static let patience = Duration.seconds(10)
    /// More announcements than 20,000 devices make.
    private static let countMax = 500_000
    /// A list of some thousand devices, with all that they expose.
    private static let payloadBytesMax = 64 << 20

    /// What is kept on one topic.
    ///
    /// - Throws: ``Missing`` if nothing comes within ten seconds, or what keeps the broker from answering.
    static func one(on topic: String, from broker: HubSettings.Broker) async throws -> [UInt8] {
        guard let message = try await read([topic], mark: nil, from: broker).first else { throw Missing(topic: topic) }
        return message.payload
    }

    /// Everything that is kept on some topics.
    ///
    /// A broker does not say where the retained messages end. But it sends them before anything that is published after
    /// the subscription, so one message to oneself marks their end.
    ///
    /// - Throws: what keeps the broker from answering.
    static func all(matching filters: [String], from broker: HubSettings.Broker) async throws -> [Message] {
        try await read(filters, mark: "smokehub/import/\(UUID().uuidString)", from: broker)
    }

    /// - Parameter mark: a topic that nobody else uses; without one, the first message is the last.
    private static func read(
        _ filters: [String], mark: String?, from broker: HubSettings.Broker
    ) async throws -> [Message] {
        var connection = BrokerSettings.drill(broker)
        connection.payloadBytesMax = payloadBytesMax
        connection.packetBytesMax = UInt32(payloadBytesMax + (1 << 20))
        let link = try BrokerLink(connection, clock: SystemDrillClock())
        let messages = try await link.messages(matching: filters + [mark].compactMap { $0 })
        if let mark { try await link.publish([], to: mark, qos: 1, retain: false) }
        let timeout = Task {
            try await Task.sleep(for: patience)
            if let mark {
                Line.error("The broker does not pass on \(mark); allow it in its ACL. This may not be all it keeps.")
            }
            await link.close()
        }
        var kept: [Message] = []
        for await message in messages {
            guard message.topic != mark else { break }
            guard message.retained, kept.count < countMax else { continue }
            kept.append(Message(topic: message.topic, payload: message.payload, retained: true))
            if mark == nil { break }
        }
        timeout.cancel()
        await link.close()
        return kept
    }
}
