import Registry
import Rules
import Store
import Synchronization

/// The words of what is being told, so that they are put together once for all who read the same: a block of hundreds
/// reads in a handful of ways.
final class PhraseMemory: Sendable {
    /// All that words depend on, but for the link itself.
    struct Key: Hashable, Sendable {
        var alert: Alert.ID
        var language: Language
        var position: ReaderPosition
        var minutesLate: Int
        var before: Told.Before?
        var linkBytes: Int?
        var takesReplies: Bool
    }

    struct Phrases: Sendable {
        var text: String
        var short: String
        var title: String
        var place: String
        /// The link that `short` ends with, if there was room for it.
        var link: String?

        /// The same for somebody whose link is as long, of characters that each take one place in an SMS.
        func with(link other: String?) -> Phrases {
            guard let link, let other, link != other, short.hasSuffix(link) else { return self }
            var phrases = self
            phrases.short = short.dropLast(link.count) + other
            phrases.link = other
            return phrases
        }
    }

    private let known = Mutex<[Key: Phrases]>([:])
    /// Beyond it all is forgotten, and put together again.
    private static let max = 4096

    func phrases(_ key: Key, link: String?, _ make: () -> Phrases) -> Phrases {
        if let phrases = known.withLock({ $0[key] }) { return phrases.with(link: link) }
        let phrases = make()
        known.withLock { known in
            if known.count >= Self.max { known = [:] }
            known[key] = phrases
        }
        return phrases
    }
}
