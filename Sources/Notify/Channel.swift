public import Registry
public import Rules

/// A way to reach contacts: webhooks, sirens, and whatever comes later.
///
/// `send` hands one notice to one contact and returns what became of it. It never throws, because every failure is one
/// of the three outcomes. It must return within seconds of its own accord, end early when its task is cancelled, and
/// not block the thread it is called on. It may be called for many contacts at once, and again with the same
/// ``Notice/id`` when a receipt was lost.
public protocol Channel: Sendable {
    func send(_ notice: Notice, to contact: Contact) async -> Outcome

    /// What answers for a contact, such as a webhook's host: one that is slow delays only its own contacts. Empty, as
    /// by default, if one thing answers for all, such as a modem.
    func farEnd(of contact: Contact) -> String

    /// What has gone wrong inside the channel, or was put right, since this was last asked; nothing by default. What an
    /// ``Outcome`` says is not repeated here: it is for what nobody would notice, as long as messages still go out.
    func troubles() -> [ChannelTrouble]

    /// Tests whether messages would be taken, without anybody's noticing; `nil`, as by default, if there is no such test,
    /// or if it says nothing. It ends as `send` does, and its reasons enter the alert log as well.
    ///
    /// - Parameter contact: one whose far end takes no messages; `nil` for the channel as a whole, now and then.
    func probe(_ contact: Contact?) async -> Outcome?
}

extension Channel {
    public func farEnd(of contact: Contact) -> String { "" }
    public func troubles() -> [ChannelTrouble] { [] }
    public func probe(_ contact: Contact?) async -> Outcome? { nil }
}

/// A change of what weakens a channel, such as one of its gateways that fails while another one takes its messages.
public struct ChannelTrouble: Hashable, Sendable {
    /// For the alert log: no names, numbers or URLs in it.
    public var text: LogRecord.Text
    public var details: [String: String]

    public init(_ text: LogRecord.Text, details: [String: String]) {
        self.text = text
        self.details = details
    }
}

/// What became of one attempt. Reasons enter the alert log: no names, numbers or URLs in them.
public enum Outcome: Hashable, Sendable {
    /// The far end has taken it; it is not sent again. The reference is the far end's own name for it, by which its later
    /// reports are recognised, if it gave one.
    case accepted(reference: String? = nil)
    /// The far end will never take it; the person's next contact is tried.
    case refused(String)
    /// It did not get through now and is tried again, not before the far end's own wish if it gave one.
    case failed(String, retryAfter: Duration? = nil)
}
