public import Registry
import Rules
import Synchronization

/// Shows each alert's short text on the displays of a place, over MQTT; see ``DisplayCommand``.
///
/// A text stays until the next alert of its incident. The all-clear stays for ``Settings/allClear``; then what another
/// incident still has to say is shown again, else the display is cleared. Of several incidents the gravest is shown: a
/// real one before an exercise, one that goes on before one that is clearing, and a fire before water.
public final class DisplayChannel: ReceivingChannel {
    public static let name = "display"

    /// Hands one message to the broker at QoS 1; returns when the broker has taken it, and throws if it has not.
    public typealias Publish = @Sendable (_ topic: String, _ payload: [UInt8], _ retain: Bool) async throws -> Void

    private let displays: [String: Display]
    private let settings: Settings
    private let estate: Estate
    private let catalogue: MessageCatalogue
    private let publish: Publish
    private let pause: @Sendable (Duration) async throws -> Void
    private let shown = Mutex<[String: [Message]]>([:])
    private let ends: AsyncStream<End>
    private let ending: AsyncStream<End>.Continuation

    public struct Settings: Hashable, Sendable {
        /// How long an all-clear is shown.
        public var allClear = Duration.seconds(300)
        /// Tasmota's `Prefix1`, with what its FullTopic has before it.
        public var tasmotaCommand = "cmnd"

        public init() {}
    }

    public struct Display: Hashable, Sendable {
        public var place: Place
        public var kind: Kind
        /// AWTRIX: its prefix; Tasmota: its `Topic`; openHASP: the plate's name; else the topic itself.
        public var topic: String
        /// What is shown one after another, in this order.
        public var languages: [Language]

        public init(place: Place, kind: Kind, topic: String, languages: [Language]) {
            self.place = place
            self.kind = kind
            self.topic = topic
            self.languages = languages
        }
    }

    public enum Kind: Hashable, Sendable {
        case awtrix
        /// - columns: the characters of one line.
        case tasmota(columns: Int)
        /// An object that the plate's own pages have, `p12b1`; and the page that is shown when all is over.
        case openHASP(page: Int, object: Int, home: Int)
        case json
        case text
    }

    /// The end of an all-clear that is shown.
    private struct End: Sendable {
        var display: String
        var alert: Alert.ID
    }

    /// - Parameters:
    ///   - displays: by the names that contacts have as their addresses.
    ///   - pause: waits for a time, and throws when its task is cancelled.
    public init(
        _ settings: Settings = Settings(), displays: [String: Display], estate: Estate, catalogue: MessageCatalogue,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        publish: @escaping Publish
    ) {
        self.settings = settings
        self.displays = displays
        self.estate = estate
        self.catalogue = catalogue
        self.pause = pause
        self.publish = publish
        (ends, ending) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let display = displays[contact.address] else { return .refused("hub.yaml has no display of this name") }
        let message = message(notice.alert, on: display)
        // A repetition of an older alert would take back what a newer one says.
        guard let gravest = note(message, on: contact.address) else { return .accepted() }
        do {
            try await show(gravest, on: display)
        } catch {
            return .failed("the broker did not take it")
        }
        if message.isAllClear { ending.yield(End(display: contact.address, alert: notice.alert.id)) }
        return .accepted()
    }

    /// Ends the all-clears whose time has passed.
    public func listen(_ take: @escaping @Sendable ([Incoming]) async throws -> Void) async {
        await withDiscardingTaskGroup { group in
            for await end in ends { group.addTask { await self.finish(end) } }
        }
    }

    private func finish(_ end: End) async {
        guard let display = displays[end.display] else { return }
        do {
            try await pause(settings.allClear)
        } catch {
            return
        }
        let rest = shown.withLock { shown -> (isEnd: Bool, next: Message?) in
            let left = (shown[end.display] ?? []).filter { $0.alert != end.alert }
            return (left.count < shown[end.display]?.count ?? 0, left.min(by: Message.isGraver))
        }
        // A newer alert of the incident is shown.
        guard rest.isEnd else { return }
        do {
            try await show(rest.next, on: display)
            shown.withLock { $0[end.display]?.removeAll { $0.alert == end.alert } }
        } catch {
            ending.yield(end)
        }
    }

    private func show(_ message: Message?, on display: Display) async throws {
        for command in DisplayCommand.commands(message, on: display, settings) {
            try await publish(command.topic, Array(command.payload.utf8), command.retain)
        }
    }

    /// - Returns: what is to be shown; `nil` if a newer alert of the incident is there already.
    private func note(_ message: Message, on display: String) -> Message? {
        shown.withLock { shown in
            var messages = shown[display] ?? []
            if let index = messages.firstIndex(where: { $0.incident == message.incident }) {
                guard messages[index].at <= message.at else { return nil }
                messages.remove(at: index)
            }
            messages.append(message)
            shown[display] = messages
            return messages.min(by: Message.isGraver)
        }
    }

    private func message(_ alert: Alert, on display: Display) -> Message {
        Message(
            alert,
            texts: display.languages.map { language in
                let notice = catalogue.stationNotice(alert, in: language, at: display.place, estate: estate)
                return (language, notice.short.replacing(" #\(alert.shortID)", with: ""))
            })
    }
}
