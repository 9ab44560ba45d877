public import Registry

/// A PUBLISH as it was received.
public struct Message: Hashable, Sendable {
    public var topic: String
    public var payload: [UInt8]
    /// Set only on the delivery that a subscription causes: the state at connect, of unknown age.
    public var retained: Bool

    public init(topic: String, payload: [UInt8], retained: Bool = false) {
        self.topic = topic
        self.payload = payload
        self.retained = retained
    }
}

/// What one message says of one device.
public struct Report: Hashable, Sendable {
    public var ecosystem: Device.Ecosystem
    /// The device's identity inside its ecosystem, as in `devices.csv`.
    public var address: String
    public var readings: [Reading]
    /// Set by the device; `nil` if it has no clock.
    public var deviceTime: Instant?
    /// The device's own counter of its messages; `nil` if it has none.
    public var sequence: UInt64?
    /// The gateway that the device speaks through, by its address in the same ecosystem; the device's own address if
    /// it is that gateway; `nil` for one that speaks for itself.
    public var gateway: String?
    /// The device is a gateway to others, and its availability is theirs.
    public var isGateway: Bool
    /// Where the topic itself says that the device is; only native topics do.
    public var place: Place?
    /// Fields that look like a hazard and have a value, but whose meaning only an operator can tell: `alarm_1`. They
    /// give no reading; to drop them silently could be to drop a fire.
    public var unmapped: [UnmappedField]
    /// The model whose row of the tables has told what the fields mean; `nil` where the ecosystem alone tells it.
    public var model: String?
    /// What earlier messages said decides the readings, too, whether or not the hub keeps those: another that is still
    /// raised withholds a clear, or a missed birth makes an alias doubtful.
    public var restsOnEarlier: Bool

    public init(
        ecosystem: Device.Ecosystem, address: String, readings: [Reading], deviceTime: Instant? = nil,
        sequence: UInt64? = nil, gateway: String? = nil, isGateway: Bool? = nil,
        place: Place? = nil, unmapped: [UnmappedField] = [], model: String? = nil,
        restsOnEarlier: Bool = false
    ) {
        self.ecosystem = ecosystem
        self.address = address
        self.readings = readings
        self.deviceTime = deviceTime
        self.sequence = sequence
        self.gateway = gateway
        self.isGateway = isGateway ?? (gateway == address)
        self.place = place
        self.unmapped = unmapped
        self.model = model
        self.restsOnEarlier = restsOnEarlier
    }
}

extension Report {
    /// Whether any of the readings means danger, or a call for help.
    public var raisesHazard: Bool { readings.contains { $0.kind.isHazard && $0.value == .flag(true) } }

    /// The same, of a device that speaks through a gateway, or is it.
    func through(_ gateway: String) -> Report {
        var report = self
        report.gateway = gateway
        report.isGateway = gateway == address
        return report
    }
}

/// Why a message could not be understood. The hub counts it against the device and goes on.
public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what was expected: `state "maybe": expected one of alarm, clear, test, fault, ok`.
    public var description: String
    /// The device that the topic names, where it does.
    public var address: String?
    /// Whose decoder could not understand it; set by ``DecoderTable``.
    public var ecosystem: Device.Ecosystem?
    /// It is understood, and refused: it would take over what is another's.
    public var refusal: Refusal?

    /// An announcement of somebody's device by somebody else.
    public struct Refusal: Hashable, Sendable {
        /// The device's address.
        public var identity: String
        public var topic: String
        /// Where it is announced already, or the only node that may announce it.
        public var holder: String
    }

    public init(_ description: String, address: String? = nil) {
        self.description = description
        self.address = address
    }
}
