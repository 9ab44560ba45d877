public import Registry
import Synchronization

/// The browsers that take messages, by the names that contacts have as their addresses: those of a file, and those that
/// people subscribe and end by themselves while the hub runs.
public final class PushBook: Sendable, CustomReflectable {
    private let contents: Mutex<Contents>

    private struct Contents: Sendable {
        var subscriptions: [String: PushSubscription]
        var whenGone: @Sendable (Contact) -> Void = { _ in }
    }

    public init(_ subscriptions: [String: PushSubscription] = [:]) {
        contents = Mutex(Contents(subscriptions: subscriptions))
    }

    /// Nothing of them.
    public var customMirror: Mirror { Mirror(self, children: []) }

    public func add(_ subscription: PushSubscription, named name: String) {
        contents.withLock { $0.subscriptions[name] = subscription }
    }

    public func remove(_ name: String) {
        contents.withLock { $0.subscriptions[name] = nil }
    }

    func subscription(_ name: String) -> PushSubscription? { contents.withLock { $0.subscriptions[name] } }

    /// - Parameter body: is told of each browser whose push service says that it is gone for good.
    public func whenGone(_ body: @escaping @Sendable (Contact) -> Void) {
        contents.withLock { $0.whenGone = body }
    }

    func noteGone(_ contact: Contact) { contents.withLock { $0.whenGone }(contact) }
}
