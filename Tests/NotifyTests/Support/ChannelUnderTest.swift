import Notify
import Registry

/// How a far end behaves towards a channel.
enum Manner: String, CaseIterable, Sendable {
    case accepts
    /// It takes the first message only when the second has come.
    case isSlow
    case refusesForGood
    case refusesForNow
    /// It takes the message and never says anything.
    case saysNothing
    /// It closes the connection in the middle, or dies of the message.
    case breaksOff
    /// Nobody is there.
    case isGone
    /// What it answers makes no sense.
    case talksGibberish
}

/// A channel with its far end, as ``Every channel`` tries it.
protocol ChannelUnderTest: Sendable {
    /// - Parameter timeout: of one attempt.
    static func beginning(_ manner: Manner, timeout: Duration) async throws -> Self

    var channel: any Channel { get }
    var contact: Contact { get }

    /// The next messages that the far end gets, each by what it recognises a repetition by; returns when they are there.
    func arrivals(_ count: Int) async throws -> [String]
    func stop() async
}
