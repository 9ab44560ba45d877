import Registry

/// The message that the hub sends to itself through the broker. The link is alive when it comes back: TCP and
/// keep-alives go on even when a broker delivers nothing (eclipse-mosquitto/mosquitto#3188).
struct Canary {
    let topic: String
    private let interval: Duration
    private let grace: Duration
    private var sent: (number: Int64, at: Instant)?
    private var lastSentAt: Instant?
    /// Of the one that was sent last: the moment, so that it also tells how long it took.
    private var number: Int64 = 0
    /// Those up to here have come back, or belong to a connection that is gone.
    private var settled: Int64 = 0

    init(settings: HubSettings.Canary, topic: String) {
        interval = settings.interval
        grace = settings.grace
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
        return payload
    }

    /// - Returns: how long it took; `nil` if it is none of those that are waited for.
    mutating func take(_ payload: [UInt8], at moment: Instant) -> Duration? {
        guard let number = Int64(String(decoding: payload, as: UTF8.self)), number > settled, number <= self.number
        else { return nil }
        settled = number
        if sent?.number == number { sent = nil }
        return moment - Instant(milliseconds: number)
    }

    /// The one that is waited for.
    var payload: [UInt8] { Array(String(number).utf8) }

    /// A new connection: the first is sent when the broker has taken the subscription, or after an interval.
    mutating func begin(at moment: Instant) {
        forget()
        lastSentAt = moment
    }

    /// The link is gone, so what was sent will not come.
    mutating func forget() {
        sent = nil
        settled = number
    }

    func isMissing(at moment: Instant) -> Bool { sent.map { $0.at + grace <= moment } ?? false }

    /// Whether it is missing, and for as long nothing else has come either.
    func isMissing(at moment: Instant, since heardAt: Instant) -> Bool {
        isMissing(at: moment) && heardAt + grace <= moment
    }

    func isDue(at moment: Instant) -> Bool { sent == nil && (lastSentAt.map { $0 + interval <= moment } ?? true) }
}
