import Foundation
public import MQTT
public import Rules
import Synchronization
public import TestBroker

/// Another client of the broker, which hears what is published, across restarts of the broker too.
public final class Ear: Sendable {
    public let heard = Trail<Publication>()
    private let wakeup: Wakeup
    private let stops: Stop

    private final class Stop: Sendable {
        let isSet = Mutex(false)
    }

    /// Returns when the broker has taken the subscription.
    public convenience init(_ broker: TestBroker, _ filters: String...) async throws {
        try await self.init(broker.settings(clientID: "ear-\(UUID().uuidString)"), filters)
    }

    public init(_ settings: BrokerSettings, _ filters: [String]) async throws {
        wakeup = try Wakeup()
        stops = Stop()
        let subscribed = Trail<String>()
        Thread.detachNewThread { [heard, stops, wakeup, settings] in
            do {
                let session = try Session(settings, subscriptions: filters.map { Subscription($0) })
                while !stops.isSet.withLock({ $0 }) {
                    let batch = session.nextBatch(waitingAtMost: .seconds(1), wakeup: wakeup)
                    for event in batch.events {
                        if case .subscribed(let filter) = event { subscribed.append(filter) }
                    }
                    for message in batch.messages { heard.append(message) }
                    session.acknowledge()
                }
                session.end()
            } catch {
                print("an ear cannot hear: \(error)")
            }
        }
        try await subscribed.first(filters.count, "subscriptions")
    }

    deinit {
        stops.isSet.withLock { $0 = true }
        wakeup.signal()
    }

    /// The alerts so far, without those that were told before.
    public var alerts: [Alert] {
        var ids: Set<Alert.ID> = []
        return heard.all.compactMap(Self.alert).filter { ids.insert($0.id).inserted }
    }

    /// The first alert that fits.
    @discardableResult
    public func alert(
        _ what: String, from start: Int = 0, where fits: (Alert) -> Bool = { _ in true }
    ) async throws -> Alert {
        let publication = try await heard.first("an alert: \(what)", from: start) { publication in
            Self.alert(publication).map(fits) ?? false
        }
        guard let alert = Self.alert(publication) else { throw Missing(what) }
        return alert
    }

    private static func alert(_ publication: Publication) -> Alert? {
        guard publication.topic.hasSuffix("/alert") else { return nil }
        do {
            return try JSONDecoder().decode(Alert.self, from: Data(publication.payload))
        } catch {
            return nil
        }
    }

    /// The first message on a topic that begins so.
    @discardableResult
    public func message(on topic: String, from start: Int = 0) async throws -> String {
        let publication = try await heard.first("a message on \(topic)", from: start) { $0.topic.hasPrefix(topic) }
        return String(decoding: publication.payload, as: UTF8.self)
    }
}
