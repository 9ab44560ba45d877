import Hummingbird
import Notify
import Registry

/// Whether a channel, or one of its far ends, takes messages.
public struct ChannelAnswer: ResponseCodable, Sendable {
    public var channel: String
    /// One of the contacts that are reached at that far end; absent for the channel as a whole.
    public var contact: String?
    /// `ok`, `down`, or `untested` where it has sent nothing since the start and has no self-test.
    public var state: String
    /// Since when it is down, RFC 3339.
    public var downSince: String?
    public var why: String?
    /// When it last took a message or passed a self-test, RFC 3339.
    public var workedAt: String?

    init(_ known: ChannelState) {
        channel = known.channel
        contact = known.contact
        state = known.downSince != nil ? "down" : known.workedAt != nil ? "ok" : "untested"
        downSince = known.downSince?.description
        why = known.why
        workedAt = known.workedAt?.description
    }
}
