import Registry

/// The message that the hub sends to itself through the broker. The link is alive when it comes back: TCP and
/// keep-alives go on even when a broker delivers nothing (eclipse-mosquitto/mosquitto#3188).
struct Canary {
    let topic: String
    private let interval: Duration
    private let grace: Duration
    private var sent: (number: Int64, at: Instant)?
    private var lastSentAt: Instant?
    private var number: Int64

    init(settings: HubSettings.Canary, topic: String, firstNumber: Int64 = 0) {
        interval = settings.interval
        grace = settings.grace
        number = firstNumber
        self.topic = topic
    }

    /// When there is something to do next.
    var nextDue: Instant {
        if let sent { return sent.at + grace }
        return lastSentAt.map { $0 + interval } ?? Instant(milliseconds: 0)
    }

    mutating func send(at moment: Instant) -> [UInt8] {
        number = max(number + 1, moment.milliseconds)
        sent = (number, moment)
        lastSentAt = moment
        return Array(String(number).utf8)
    }

    /// - Returns: how long it took; `nil` if it is not the one that is waited for.
    mutating func take(_ payload: [UInt8], at moment: Instant) -> Duration? {
        guard let sent, payload == Array(String(sent.number).utf8) else { return nil }
        self.sent = nil
        return moment - sent.at
    }

    /// The link is gone, so what was sent will not come.
    mutating func forget() { sent = nil }

    func isMissing(at moment: Instant) -> Bool { sent.map { $0.at + grace <= moment } ?? false }

    func isDue(at moment: Instant) -> Bool { sent == nil && (lastSentAt.map { $0 + interval <= moment } ?? true) }
}
