import Notify
import Registry
import Rules
import Store

extension HubService {
    /// Something to be served.
    public struct CAPDocument: Sendable {
        public var mediaType: String
        public var xml: String
    }

    /// How many messages the feed has.
    private static let feedMax = 50

    private var capWriter: CAPWriter? {
        let configuration = configuration
        return configuration.settings.channels.cap.writer(
            estate: configuration.registry.estate, catalogue: configuration.catalogue)
    }

    /// The last alerts as a feed; `nil` if that is switched off, or the hub does not run.
    ///
    /// - Throws: if they cannot be read.
    public func capFeed() throws -> CAPDocument? {
        guard let writer = capWriter, let outbox else { return nil }
        let messages = try outbox.latestAlerts(Self.feedMax).filter { !$0.isCanary }.compactMap { alert in
            try writer.message(alert, among: outbox.expandedAlerts(ofIncident: alert.incident)).map { (alert.id, $0) }
        }
        let estate = estate
        let sender = configuration.settings.channels.cap.sender(in: estate)
        let feed = CAPFeed(title: "SmokeHub, \(estate.name[.english])", sender: sender, messages: messages)
        return CAPDocument(mediaType: CAPFeed.mediaType, xml: feed.xml)
    }

    /// One message of the feed, or an older one; `nil` if there is none of that name.
    ///
    /// - Parameter name: the id of its alert with a dot for the stroke: `a-fire-7.3`.
    /// - Throws: if it cannot be read.
    public func capMessage(named name: String) throws -> CAPDocument? {
        guard let writer = capWriter, let outbox, let alert = try outbox.alert(CAPWriter.alert(named: name)),
            let message = try writer.message(alert, among: outbox.expandedAlerts(ofIncident: alert.incident))
        else { return nil }
        return CAPDocument(mediaType: CAPMessage.mediaType, xml: message.xml)
    }
}
