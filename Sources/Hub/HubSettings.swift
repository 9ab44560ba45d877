public import Devices
public import Logging
public import Notify
public import Registry
import Rules
public import Upkeep

/// What `hub.yaml` says: how this hub runs. Every key may be missing; its default stands here.
///
///     let settings = try HubSettings.load(path: "Config")
///     let registry = try EstateRegistry.load(settings)
public struct HubSettings: Sendable {
    /// The folder that holds `hub.yaml` and the other files of the estate.
    public var folder = ""
    /// `hub`: this hub's name, in the topic of its status and in its client id.
    public var hub = "hub-1"
    /// `state`: the folder of the databases and the alert log.
    public var state = "state"
    /// `log-level`: what the hub says of itself on standard error.
    public var logLevel = Logger.Level.info
    /// `console`: where the web page and the HTTP API listen.
    public var console = ConsoleAddress.off
    public var broker = Broker()
    /// `subscriptions`: topic filters beside those that the ecosystems need.
    public var subscriptions: [String] = []
    public var canary = Canary()
    /// `batch-max`: messages that are decoded and committed together.
    ///
    /// Too small, and a flood costs a sync of the disk too often; too large, and an alarm at its end waits for the
    /// rest. Allowed: `1...65535`; more than `broker.receive-maximum` is never reached.
    public var batchMax = 2500
    /// `payload-bytes-max`: a longer payload is recorded and dropped without being decoded.
    public var payloadBytesMax = 262_144
    /// `ecosystems`: where each speaks, and which to hear beside those of `devices.csv`.
    public var ecosystems = EcosystemTopics()
    public var supervision = Supervision()
    /// `checkpoint`: how often pure liveness is written down, and so how much of it a crash forgets.
    ///
    /// Too short, and heartbeats wear the disk; too long, and after a crash silence is noticed late by as much.
    public var checkpoint = Duration.seconds(30)
    /// `journal.retention`: how long what happened can be replayed.
    public var journalRetention = Duration.seconds(30 * 86_400)
    /// `journal.bytes-max`: how large the journal may become; the oldest entries go first.
    ///
    /// Too small, and what led to an incident is gone before anybody asks; too large, and a storm fills the disk. An
    /// entry is 300 to 500 bytes.
    public var journalBytesMax = 1 << 30
    public var channels = Channels()
    public var upkeep = UpkeepSettings()
    public var deliveries = Deliveries()
    public var escalation = Escalation()
    /// What is wrong with each step of `escalation.people`, should nobody be reached by it; empty for the usual steps.
    var emptySteps = EmptySteps()
    public var answers = Answers()
    public var personalData = PersonalData()
    public var deliveryCanary = DeliveryCanary()
    /// `audit.at`: when it is looked each day whom an alarm would reach, so long after midnight; `nil` for never.
    public var auditAt: Duration? = .seconds(10 * 3600)
    /// Where its contact stands.
    var canaryMistake = SettingPlace()

    public init() {}

    /// The base topic of each Zigbee2MQTT.
    public var zigbee2MQTTBaseTopics: [String] {
        get { ecosystems.prefixes(of: .zigbee2mqtt) }
        set { ecosystems.prefixes[.zigbee2mqtt] = newValue }
    }

    /// The message that the hub sends to itself through the broker.
    public struct Canary: Hashable, Sendable {
        public var interval = Duration.seconds(15)
        /// How late it may come before the link counts as dead and is made anew.
        ///
        /// Too short, and a flood looks like a dead link; too long, and alarms wait behind a dead one.
        public var grace = Duration.seconds(10)
    }

    /// When a device that says nothing becomes a trouble.
    public struct Supervision: Hashable, Sendable {
        /// `contracts`: what the estate's devices have promised, where that is not the usual of their class.
        public var contracts = Contracts()
        /// `mass-silence`: of a block's devices; as many silent within a minute are a trouble of its own.
        ///
        /// Too small, and a gateway that is restarted looks like a fire; too large, and a riser that has lost its power
        /// looks like single faults.
        public var massShare = 0.2
        /// `storm`: how much a device may say.
        public var storm = StormLimits()
    }

    /// Limits of the notifier.
    public struct Deliveries: Hashable, Sendable {
        /// `concurrent-max`: deliveries under way at once to one far end, at the most.
        public var concurrentMax = 256
        /// `give-up`: how long a delivery is tried.
        public var giveUp = Duration.seconds(3600)
        /// `self-test`: how often a channel is tested that has nothing to send, `1m...24h`.
        ///
        /// Too seldom, and a fire finds out that a token is no longer valid; too often, and gateways count it as a load.
        public var selfTest = Duration.seconds(900)
    }
}
