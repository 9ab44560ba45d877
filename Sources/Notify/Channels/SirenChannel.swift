public import Registry

/// Sounds sirens over MQTT, each in its ecosystem's own command; see ``SirenCommand``.
///
/// A contact's address is the siren's device id. A siren sounds for `duration` and stops by itself; `clearing` and
/// `closed` stop it earlier, as does somebody who silences its incident. The commands of an exercise go under `drill/<drill id>/` before the siren's own topic, so
/// that only simulated sirens hear them, unless the settings want the real ones to sound.
public struct SirenChannel: Channel {
    /// The name by which contacts refer to it. The notifier treats it apart: sirens sound beside personal contacts.
    public static let name = "siren"

    private let directory: Directory
    private let settings: Settings
    private let publish: @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void

    public struct Settings: Hashable, Sendable {
        /// How long a siren sounds for `confirmed` and `spreading`, in whole seconds; its device may end it earlier.
        public var evacuation = Duration.seconds(180)
        /// How long it calls attention while something is investigated.
        public var attention = Duration.seconds(30)
        /// Zigbee2MQTT's base topics; a siren is told under each, as nothing says under which it is.
        public var zigbee2mqttBases = ["zigbee2mqtt"]
        /// The mode and level with which a Zigbee siren sounds, by Zigbee2MQTT's names. Not every siren knows all.
        public var zigbee2mqttMode = "emergency"
        public var zigbee2mqttLevel = "very_high"
        /// Exercises sound the real sirens too.
        public var drillsSoundSirens = false

        public init() {}
    }

    /// - Parameter publish: hands one message to the broker at QoS 1, not retained; returns when the broker has taken
    ///   it, throws if it has not, and ends when cancelled.
    public init(
        _ settings: Settings = Settings(), directory: Directory,
        publish: @escaping @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void
    ) {
        self.settings = settings
        self.directory = directory
        self.publish = publish
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let siren = directory.siren(contact.address) else {
            return .refused("devices.csv has no siren '\(contact.address)'")
        }
        let command = SirenCommand(notice.alert, to: siren, estate: directory.estate.id, settings)
        guard !command.topics.isEmpty else {
            return .refused("sirens of the ecosystem \(siren.ecosystem.rawValue) cannot be told to sound")
        }
        do {
            for topic in command.topics { try await publish(topic, command.payload) }
            return .accepted()
        } catch {
            return .failed("the broker did not take it: \(error)")
        }
    }
}
