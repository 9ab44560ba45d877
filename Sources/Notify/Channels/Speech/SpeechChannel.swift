import Foundation
public import Registry
import Rules

/// Public address: speaks each alert in Cantonese, Mandarin and English, twice, on the players of a place.
///
/// An HTTP player gets the sound itself, as `audio/wav`. An MQTT player gets the sound as the message's payload, or, where
/// the folder of the sounds is served to the players, this command:
///
///     {"command":"play","exercise":false,"id":"a-fire-7/3/speech/lobby","incident":"a-fire-7","url":"http://…/3f….wav"}
public struct SpeechChannel: Channel {
    public static let name = "speech"

    private let client: HTTPClient
    private let speaker: Speaker
    private let players: [String: Player]
    private let estate: Estate
    private let catalogue: MessageCatalogue
    private let publish: @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void

    /// What plays sounds.
    public struct Player: Hashable, Sendable {
        public var place: Place
        public var way: Way
        /// For the whole exchange; with the speaking, shorter than the notifier's `sendTimeout`.
        public var timeout: Duration

        public init(place: Place, way: Way, timeout: Duration = .seconds(8)) {
            self.place = place
            self.way = way
            self.timeout = timeout
        }

        public enum Way: Hashable, Sendable {
            case http(url: String, isPut: Bool)
            /// - files: where the players find the folder of the sounds; `nil` if they get the sound itself.
            case mqtt(topic: String, files: String?)
        }
    }

    /// - Parameters:
    ///   - players: by the names that contacts have as their addresses.
    ///   - publish: hands one message to the broker; returns when the broker has taken it.
    public init(
        _ speaker: Speaker, players: [String: Player], estate: Estate, catalogue: MessageCatalogue,
        publish: @escaping @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void
    ) throws(LibcurlUnavailable) {
        client = try HTTPClient()
        self.speaker = speaker
        self.players = players
        self.estate = estate
        self.catalogue = catalogue
        self.publish = publish
    }

    public func farEnd(of contact: Contact) -> String {
        guard case .http(let url, _) = players[contact.address]?.way else { return "" }
        return WebAddress.host(of: url) ?? ""
    }

    /// Only of a player that takes nothing: see ``HTTPClient/probe(_:timeout:)``.
    public func probe(_ contact: Contact?) async -> Outcome? {
        guard let player = contact.flatMap({ players[$0.address] }), case .http(let url, _) = player.way else {
            return nil
        }
        return await client.probe(url, timeout: player.timeout)
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let player = players[contact.address] else { return .refused("hub.yaml has no player of this name") }
        let name: String
        let sound: [UInt8]
        do {
            name = try await speaker.file(saying: texts(notice.alert, at: player.place))
            sound = try speaker.bytes(of: name)
        } catch {
            return .failed("it could not be spoken: \((error as? Speaker.Mistake)?.description ?? "no sound came")")
        }
        switch player.way {
        case .http(let url, let isPut):
            let response = await client.send(
                HTTPClient.Request(
                    method: isPut ? .put : .post, url: url,
                    headers: [("Content-Type", "audio/wav"), ("Idempotency-Key", notice.id)], body: sound,
                    connectTimeout: min(.seconds(3), player.timeout), timeout: player.timeout))
            return Outcome(response)
        case .mqtt(let topic, let files):
            do {
                let command = try files.map { try PlayCommand(notice, url: "\($0)/\(name)").json() }
                try await publish(topic, command ?? sound)
                return .accepted()
            } catch {
                return .failed("the broker did not take it")
            }
        }
    }

    /// What happens and what to do, in each voice's language, as it is to be read at the player's place.
    func texts(_ alert: Alert, at place: Place) -> [(voice: String, text: String)] {
        Speaker.voices.map { voice, language in
            let passage = catalogue.passage(
                alert, in: catalogue.language(for: language), at: place, estate: estate)
            let end = language == .english ? ". " : "。"
            return (voice, [passage.title, passage.instruction].compactMap(\.self).joined(separator: end))
        }
    }
}

/// What an MQTT player is told; documented at ``SpeechChannel``.
private struct PlayCommand: Encodable {
    var command = "play"
    var exercise: Bool
    var id: String
    var incident: String
    var url: String

    init(_ notice: Notice, url: String) {
        exercise = notice.alert.exercise != nil
        id = notice.id
        incident = notice.alert.incident
        self.url = url
    }

    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
