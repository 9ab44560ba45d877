public import Registry

/// The devices that speak and are not in the registry: counted and kept until somebody adopts them or they are silent
/// for 30 days. Nothing that they say is acted upon but that the guards hear of an alarm.
///
///     let news = quarantine.hear(report, message, place: place, at: moment)
///     if news.alarm { … }
///
/// At most ``devicesMax`` are kept, the last ``reservedForAlarms`` places for those that have alarmed. Whoever can
/// publish can make up addresses, so when it is full:
///
/// - A newcomer takes the place of one of the ecosystem that has the most of them: a flood in one never pushes out
///   another's. There one that has never alarmed goes before one that has, then one that was heard in few spans of ten
///   minutes before one that keeps coming back, then the one that came last.
/// - In the ecosystem with the most itself, a flood does not push out whoever was there before it: only what has come in
///   one span and was not heard for an hour since makes way for a newcomer, or for one that alarms any that never has.
///   Nobody looks for those more than once a second, so that a flood costs no time either.
///
/// What is thrown out or not let in is counted; a real device speaks again.
public struct Quarantine: Sendable {
    private var entries: [QuarantinedDevice.Key: QuarantinedDevice] = [:]
    /// How many of each ecosystem there are.
    private var crowds: [Device.Ecosystem: Int] = [:]
    private var changed: Set<QuarantinedDevice.Key> = []
    private var gone: Set<QuarantinedDevice.Key> = []
    private var roomMadeAt: (forAlarms: Instant?, forOthers: Instant?)

    /// Since the start: how many had to go for another.
    public private(set) var thrownOut = 0
    /// Since the start: how many messages came of devices that were not let in.
    public private(set) var turnedAway = 0

    public static let devicesMax = 2000
    public static let reservedForAlarms = 500
    private static let roomPerSecond = 16
    /// One that was heard in a single span gives way after so long a silence.
    static let passing = Duration.seconds(3600)
    /// Nobody is kept that has been silent for so long.
    static let forgotten = Duration.seconds(30 * 86_400)

    /// As it was, with what the registry has by now left out.
    public init(_ restored: [QuarantinedDevice] = [], isKnown: (Device.Ecosystem, String) -> Bool = { _, _ in false }) {
        for device in restored {
            if isKnown(device.ecosystem, device.address) || entries.count >= Self.devicesMax {
                gone.insert(device.key)
            } else if entries[device.key] == nil {
                insert(device)
            }
        }
        changed.removeAll()
    }

    public var count: Int { entries.count }

    /// The newest alarm first, then those heard last.
    public var devices: [QuarantinedDevice] {
        entries.values.sorted { one, other in
            let alarms = (one.alarmedAt?.milliseconds ?? .min, other.alarmedAt?.milliseconds ?? .min)
            if alarms.0 != alarms.1 { return alarms.0 > alarms.1 }
            return one.heardAt != other.heardAt ? one.heardAt > other.heardAt : one.key < other.key
        }
    }

    public subscript(_ key: QuarantinedDevice.Key) -> QuarantinedDevice? { entries[key] }

    /// What a message changed.
    public struct News: Hashable, Sendable {
        /// It alarms.
        public var alarm = false
        /// It alarms for the first time in an hour, or was never kept: to be made durable at once.
        public var alarmIsNew = false
        /// It is kept.
        public var isKept = false
        /// It was not kept before.
        public var isNew = false
    }

    /// - Parameters:
    ///   - place: where its topic says that it is, if the estate has that place.
    ///   - moment: when it was received.
    public mutating func hear(_ report: Report, _ message: Message, place: Place?, at moment: Instant) -> News {
        let alarms = report.readings.contains { $0.kind.isHazard && $0.value == .flag(true) }
        var news = News(alarm: alarms)
        let key = QuarantinedDevice.Key(report.ecosystem, report.address)
        news.isNew = entries[key] == nil
        guard
            change(
                key, alarms: alarms, at: moment,
                { device in
                    let isKnown = device.alarmedAt.map { moment < $0 + .seconds(3600) } ?? false
                    news.alarmIsNew = alarms && (!isKnown || (device.alarmWasRetained && !message.retained))
                    device.hear(message, at: moment)
                    let said = Set(device.kinds + report.readings.map(\.kind))
                    device.kinds = Reading.Kind.allCases.filter(said.contains)
                    device.place = place ?? device.place
                    device.gateway =
                        report.gateway?.cut(toBytes: QuarantinedDevice.gatewayBytesMax) ?? device.gateway
                    if let field = report.unmapped.first(where: \.isRaised) ?? report.unmapped.first {
                        device.unmapped = field.description.cut(toBytes: QuarantinedDevice.unmappedBytesMax)
                    }
                    if alarms {
                        device.alarmedAt = moment
                        device.alarmWasRetained = message.retained
                    }
                    if news.isNew || news.alarmIsNew, device.model == nil {
                        device.model = ModelName.read(message.payload)
                    }
                })
        else {
            return News(alarm: alarms)
        }
        news.isKept = true
        return news
    }

    /// A message that names an address and cannot be understood.
    public mutating func hear(_ malformed: Malformed, _ message: Message, at moment: Instant) {
        guard let ecosystem = malformed.ecosystem, let address = malformed.address, !address.isEmpty else { return }
        _ = change(QuarantinedDevice.Key(ecosystem, address), alarms: false, at: moment) { device in
            device.hear(message, at: moment)
            device.malformed += 1
        }
    }

    /// What is to be written down, at most `limit` of each: those to keep, and those to forget.
    public mutating func takeChanges(_ limit: Int) -> (kept: [QuarantinedDevice], gone: [QuarantinedDevice.Key]) {
        let keys = Array(changed.prefix(limit))
        changed.subtract(keys)
        let left = Array(gone.prefix(limit))
        gone.subtract(left)
        return (keys.compactMap { entries[$0] }, left)
    }

    /// What has changed of one device, to be written down before its turn.
    public mutating func takeChange(_ key: QuarantinedDevice.Key) -> QuarantinedDevice? {
        changed.remove(key)
        return entries[key]
    }

    /// Forgets whoever has been silent for 30 days.
    public mutating func forget(at moment: Instant) {
        for device in entries.values where moment >= device.heardAt + Self.forgotten { remove(device.key) }
    }

    private mutating func change(
        _ key: QuarantinedDevice.Key, alarms: Bool, at moment: Instant, _ body: (inout QuarantinedDevice) -> Void
    ) -> Bool {
        if entries[key] == nil {
            guard makeRoom(for: key.ecosystem, alarms: alarms, at: moment) else {
                turnedAway += 1
                return false
            }
            insert(QuarantinedDevice(key, at: moment))
        }
        guard var device = entries[key] else { return false }
        body(&device)
        entries[key] = device
        changed.insert(key)
        return true
    }

    private mutating func insert(_ device: QuarantinedDevice) {
        entries[device.key] = device
        crowds[device.ecosystem, default: 0] += 1
        changed.insert(device.key)
        gone.remove(device.key)
    }

    private mutating func remove(_ key: QuarantinedDevice.Key) {
        guard entries.removeValue(forKey: key) != nil else { return }
        crowds[key.ecosystem, default: 1] -= 1
        changed.remove(key)
        gone.insert(key)
    }

    /// - Returns: whether there is a place for one more.
    private mutating func makeRoom(for newcomer: Device.Ecosystem, alarms: Bool, at moment: Instant) -> Bool {
        let placesMax = alarms ? Self.devicesMax : Self.devicesMax - Self.reservedForAlarms
        guard entries.count >= placesMax else { return true }
        let crowded = crowds.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
        if let crowded, crowded.value > crowds[newcomer, default: 0] + 1 {
            return throwOut(1, of: crowded.key, at: moment) { _ in true }
        }
        // A flood of its own kind: no more than a look a second.
        let last = alarms ? roomMadeAt.forAlarms : roomMadeAt.forOthers
        if let last, (last..<last + .seconds(1)).contains(moment) { return false }
        if alarms { roomMadeAt.forAlarms = moment } else { roomMadeAt.forOthers = moment }
        return throwOut(Self.roomPerSecond, of: newcomer, at: moment) { device in
            alarms ? device.alarmedAt == nil : Self.isPassing(device, at: moment)
        }
    }

    /// - Returns: whether anybody was thrown out.
    private mutating func throwOut(
        _ limit: Int, of ecosystem: Device.Ecosystem, at moment: Instant, where mayGo: (QuarantinedDevice) -> Bool
    ) -> Bool {
        let weakest = entries.values.filter { $0.ecosystem == ecosystem && mayGo($0) }
            .sorted { isWeaker($0, $1, at: moment) }.prefix(limit)
        for device in weakest { remove(device.key) }
        thrownOut += weakest.count
        return !weakest.isEmpty
    }

    private static func isPassing(_ device: QuarantinedDevice, at moment: Instant) -> Bool {
        device.alarmedAt == nil && device.spans == 1 && moment >= device.heardAt + Self.passing
    }

    private func isWeaker(_ one: QuarantinedDevice, _ other: QuarantinedDevice, at moment: Instant) -> Bool {
        if (one.alarmedAt == nil) != (other.alarmedAt == nil) { return one.alarmedAt == nil }
        let passing = (Self.isPassing(one, at: moment), Self.isPassing(other, at: moment))
        if passing.0 != passing.1 { return passing.0 }
        if one.spans != other.spans { return one.spans < other.spans }
        return one.firstHeardAt != other.firstHeardAt ? one.firstHeardAt > other.firstHeardAt : other.key < one.key
    }
}
