public import Registry

/// Sounds sirens over MQTT, each in its ecosystem's own command; see ``SirenCommand``.
///
/// A contact's address is the siren's device id. A siren sounds for `duration` and stops by itself; `clearing` and
/// `closed` stop it earlier, as does somebody who silences its incident. The commands of an exercise go under
/// `drill/<drill id>/` before the siren's own topic, so that only simulated sirens hear them, unless the settings want the
/// real ones to sound.
public struct SirenChannel: Channel {
    /// The name by which contacts refer to it. The notifier treats it apart: sirens sound beside personal contacts.
    public static let name = "siren"

    private let directory: Directory
    private let settings: Settings
    private let announced: @Sendable (_ address: String) -> Announced?
    private let publish: @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void

    public struct Settings: Hashable, Sendable {
        /// How long a siren sounds for `confirmed` and `spreading`, in whole seconds; its device may end it earlier.
        public var evacuation = Duration.seconds(180)
        /// How long it calls attention while something is investigated.
        public var attention = Duration.seconds(30)
        /// Zigbee2MQTT's base topics: the devices of the first are addressed by their friendly name alone, those of the
        /// others by `<base>/<friendly name>`.
        public var zigbee2mqttBases = ["zigbee2mqtt"]
        /// Tasmota's `Prefix1`, with what its FullTopic has before it.
        public var tasmotaCommand = "cmnd"
        /// What stands before the ids of Shelly's first generation; a siren is told under each, as nothing says under
        /// which it is.
        public var shellyGen1Prefixes = ["shellies"]
        /// The mode and level with which a Zigbee siren sounds, by Zigbee2MQTT's names. Not every siren knows all.
        public var zigbee2mqttMode = "emergency"
        public var zigbee2mqttLevel = "very_high"
        /// Exercises sound the real sirens too.
        public var drillsSoundSirens = false

        public init() {}
    }

    /// How a siren that announces itself to Home Assistant wants to be told.
    public struct Announced: Hashable, Sendable {
        public var topic: String
        public var form: Form
        /// What stands for on and off.
        public var on: String
        public var off: String

        public enum Form: Hashable, Sendable {
            /// A JSON object, with what else it takes.
            case object(duration: Bool, volume: Bool, tones: [String])
            case bare
            /// By a template that is not understood.
            case unknown
        }

        public init(topic: String, form: Form, on: String = "ON", off: String = "OFF") {
            self.topic = topic
            self.form = form
            self.on = on
            self.off = off
        }
    }

    /// Those whose sirens can be told to sound.
    public static let ecosystems: [Device.Ecosystem] = [
        .native, .zigbee2mqtt, .tasmota, .shellyGen1, .shellyGen2, .homeAssistant,
    ]

    /// Whether there is a command for a siren; one behind a Tasmota bridge has none.
    public static func canTell(_ siren: Device) -> Bool {
        ecosystems.contains(siren.ecosystem) && !(siren.ecosystem == .tasmota && siren.address.contains("/"))
            && !(siren.ecosystem == .tasmota && siren.address.hasPrefix("0x"))
    }

    /// - Parameters:
    ///   - announced: how a siren of the ecosystem `homeassistant_discovery` wants to be told, by its address; `nil` if
    ///     it has not announced itself yet.
    ///   - publish: hands one message to the broker at QoS 1, not retained; returns when the broker has taken it, throws
    ///     if it has not, and ends when cancelled.
    public init(
        _ settings: Settings = Settings(), directory: Directory,
        announced: @escaping @Sendable (_ address: String) -> Announced? = { _ in nil },
        publish: @escaping @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void
    ) {
        self.settings = settings
        self.directory = directory
        self.announced = announced
        self.publish = publish
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let siren = directory.siren(contact.address) else {
            return .refused("devices.csv has no siren '\(contact.address)'")
        }
        guard Self.canTell(siren) else {
            return .refused("sirens of the ecosystem \(siren.ecosystem.rawValue) cannot be told to sound")
        }
        let announced = siren.ecosystem == .homeAssistant ? announced(siren.address) : nil
        if siren.ecosystem == .homeAssistant {
            // It may announce itself any moment, so this is tried again.
            guard let announced else { return .failed("the siren has not announced a command_topic") }
            if announced.form == .unknown { return .refused("the siren's command_template is not understood") }
        }
        let command = SirenCommand(notice.alert, to: siren, announced, estate: directory.estate.id, settings)
        do {
            for topic in command.topics { try await publish(topic, command.payload) }
            return .accepted()
        } catch {
            return .failed("the broker did not take it: \(error)")
        }
    }
}
