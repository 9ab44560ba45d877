import Devices
public import Hummingbird
import Registry

/// The devices that speak and are not in the registry.
public struct UnknownDevicesAnswer: ResponseCodable, Sendable {
    /// The newest alarm first, then those heard last.
    public var devices: [UnknownDeviceAnswer]
    /// How many had to go for another since the hub's start, and how many messages came of devices that were not let in.
    public var thrownOut: Int
    public var turnedAway: Int
    /// The ecosystems whose topics the hub does not listen to; `nil` from a hub that does not say.
    public var unheard: [String]?

    init(_ quarantine: Quarantine, _ models: DeviceModels, unheard: [Device.Ecosystem]) {
        devices = quarantine.devices.map { UnknownDeviceAnswer($0, models) }
        thrownOut = quarantine.thrownOut
        turnedAway = quarantine.turnedAway
        self.unheard = unheard.map(\.rawValue)
    }
}

/// A device that speaks and is not in the registry. Strangers chose its texts.
public struct UnknownDeviceAnswer: ResponseCodable, Sendable {
    public var ecosystem: String
    public var address: String
    /// RFC 3339, as are the other moments.
    public var firstHeardAt: String
    public var heardAt: String
    public var messages: Int
    /// Of these, how many could not be understood.
    public var malformed: Int
    /// The kinds of readings that it has given.
    public var kinds: [String]
    /// A field that may be an alarm and that no table explains.
    public var unmapped: String?
    /// When it last said a hazard; absent if it never has.
    public var alarmedAt: String?
    /// That alarm was the state at connect, of unknown age.
    public var alarmWasRetained: Bool
    /// What it seems to be, as `devices.csv` calls it; absent if nobody can tell.
    public var kind: String?
    public var seems: String
    public var model: String?
    /// Where its topic says that it is, as a path.
    public var place: String?
    /// The gateway, server or bridge that it came by, as its topic has it.
    public var route: String?
    /// The gateway that it speaks through, by its address; absent where its messages do not tell.
    public var gateway: String?
    public var topic: String
    /// The beginning of its last payload.
    public var excerpt: String

    init(_ device: QuarantinedDevice, _ models: DeviceModels) {
        let guess = DeviceGuess(device, models)
        ecosystem = device.ecosystem.rawValue
        address = device.address
        firstHeardAt = device.firstHeardAt.description
        heardAt = device.heardAt.description
        messages = device.messages
        malformed = device.malformed
        kinds = device.kinds.map(\.rawValue)
        unmapped = device.unmapped
        alarmedAt = device.alarmedAt?.description
        alarmWasRetained = device.alarmWasRetained
        kind = guess.kind?.rawValue
        seems = guess.reason
        model = device.model
        place = device.place?.description
        route = device.route
        gateway = device.gateway
        topic = device.topic
        excerpt = device.excerpt
    }
}
