import Notify
import Registry
import Rules

/// What `hub.yaml` says of one way to reach people, under its key in `channels`. One file each.
protocol ChannelSettings: Sendable {
    /// Under `channels`, and in mistakes: `sms`.
    static var key: String { get }

    /// Reads the keys under it; what is wrong there is noted.
    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes)

    /// What contacts begin with: its key, but for a kind that has several, each under a name of its own.
    var names: [String] { get }

    /// Whether something that is sent to an address goes out; `false` if that is switched off.
    ///
    /// - Throws: if the address means nothing here.
    func reaches(_ address: String, over channel: String, _ registry: EstateRegistry) throws(AddressMistake) -> Bool

    /// Whether a message to an address that is right goes over the internet, as far as that can be seen here.
    func needsInternet(_ address: String, over channel: String) -> Bool

    /// What it tells beside people, which is nobody's contact.
    func stations(in estate: Estate) -> [Station]

    /// What keeps it from working in this estate and on this machine.
    func weaknesses(in registry: EstateRegistry) -> [ConfigError]

    /// How it is tried again, if not as `deliveries` says.
    func retry(_ usual: RetryPolicy) -> RetryPolicy

    /// The channels that are switched on, by the names that contacts begin with.
    ///
    /// - Throws: if one cannot be made on this machine.
    func channels(_ parts: ChannelParts) throws -> [String: any Channel]
}

extension ChannelSettings {
    var names: [String] { [Self.key] }

    func needsInternet(_ address: String, over channel: String) -> Bool { true }

    func stations(in estate: Estate) -> [Station] { [] }

    func weaknesses(in registry: EstateRegistry) -> [ConfigError] { [] }

    func retry(_ usual: RetryPolicy) -> RetryPolicy { usual }
}

/// What channels are made of.
struct ChannelParts: Sendable {
    var settings: HubSettings
    var directory: Directory
    var catalogue: MessageCatalogue
    /// How a siren that announces itself to Home Assistant wants to be told, by its address; `nil` if it has not yet.
    var announcedSiren: @Sendable (String) -> SirenChannel.Announced?
    /// The hub's clock.
    var now: @Sendable () -> Instant
    /// Hands one message to the broker at QoS 1, not retained; returns when the broker has taken it.
    var publish: @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void
    /// As ``publish``, and retained if the broker is to keep it: a state.
    var publishState: DisplayChannel.Publish
    /// The alerts of an incident that the notifier has taken.
    var alerts: @Sendable (_ incident: String) throws -> [Alert]
}
