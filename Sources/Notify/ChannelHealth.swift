public import Registry

/// Which channels and far ends take messages, by what became of what they were handed and of self-tests.
///
/// A far end is down when all has failed for a while, and up again with the first thing that it takes. While it is down
/// it is tested at growing intervals, for ever; while nothing is known against it, now and then, so that a wrong token
/// is known before the fire.
package struct ChannelHealth: Sendable {
    /// How often a channel is tested of which nothing is known against it.
    let selfTest: Duration
    private var farEnds: [Name: FarEnd] = [:]
    /// Far ends of which something is known against them.
    private var suspects: Set<Name> = []

    /// So many failures in a row, over so much time, and it is down. Too few or too short, and one lost packet wakes the
    /// guards; too many or too long, and nobody knows when it matters.
    static let failuresMax = 3
    static let failingMax = Duration.seconds(5)
    /// After so much time two failures are enough: where each takes its time-out.
    static let failingLong = Duration.seconds(10)
    /// The pause before a suspect is tested; doubled each time, up to the longest.
    static let pauseFirst = Duration.seconds(2)
    static let pauseLongest = Duration.seconds(60)
    /// Those who keep watch hear of the same far end at most so often.
    static let tellAgain = Duration.seconds(3600)

    package struct Name: Hashable, Comparable, Sendable {
        package var channel: String
        /// As ``Channel/farEnd(of:)`` names it; it may say where somebody lives, so it enters no record.
        var farEnd: String

        package static func < (left: Name, right: Name) -> Bool {
            (left.channel, left.farEnd) < (right.channel, right.farEnd)
        }
    }

    private struct FarEnd: Sendable {
        /// One that is reached there; `nil` for the channel as a whole.
        var contact: Contact?
        /// In a row.
        var failures = 0
        var failingSince: Instant?
        var downSince: Instant?
        var why = ""
        var workedAt: Instant?
        var testDue: Instant?
        var pause = ChannelHealth.pauseFirst
        var isUnderTest = false
        var toldAt: Instant?

        func isDue(at now: Instant) -> Bool { !isUnderTest && testDue.map { $0 <= now } ?? false }
    }

    /// A far end has gone down or come up.
    struct Change: Hashable, Sendable {
        var channel: String
        /// Whose far end it is, by its id; `nil` if all contacts of the channel have the same.
        var contact: Contact.ID?
        var what: What

        enum What: Hashable, Sendable {
            /// - Parameter isTold: those who keep watch have not heard of it lately.
            case down(why: String, isTold: Bool)
            case up(after: Duration)
        }
    }

    init(selfTest: Duration) { self.selfTest = selfTest }

    /// Every channel is tested for the first time at once.
    mutating func watch(_ channels: [String]) {
        for channel in channels {
            farEnds[Name(channel: channel, farEnd: "")] = FarEnd(testDue: Instant(milliseconds: 0))
        }
    }

    // MARK: What is known

    /// Something is known against some far end: only then it is worth asking about one.
    var isInDoubt: Bool { !suspects.isEmpty }

    func isDown(_ name: Name) -> Bool { suspects.contains(name) && farEnds[name]?.downSince != nil }

    /// What is known of each, in order.
    var states: [ChannelState] {
        farEnds.sorted { $0.key < $1.key }.filter { $0.key.farEnd.isEmpty || suspects.contains($0.key) }
            .map { name, farEnd in
                ChannelState(
                    channel: name.channel, contact: farEnd.contact?.id, downSince: farEnd.downSince,
                    why: farEnd.downSince == nil ? nil : farEnd.why, workedAt: farEnd.workedAt)
            }
    }

    // MARK: Messages

    /// Takes what became of a message.
    mutating func note(_ outcome: Outcome, of name: Name, to contact: Contact, at now: Instant) -> Change? {
        switch outcome {
        case .accepted:
            noteWorking(name.channel, at: now)
            return worked(name, isTest: false, at: now)
        case .failed(let why, _): return failed(name, why, contact, at: now)
        // It lies in the contact or the message, and may not even have left the hub.
        case .refused: return nil
        }
    }

    /// A channel takes messages: what is enough to note of it while nothing is known against any.
    mutating func noteWorking(_ channel: String, at now: Instant) {
        farEnds[Name(channel: channel, farEnd: "")]?.workedAt = now
    }

    private mutating func worked(_ name: Name, isTest: Bool, at now: Instant) -> Change? {
        guard var farEnd = farEnds[name] else { return nil }
        defer { farEnds[name] = farEnd }
        farEnd.workedAt = now
        farEnd.failures = 0
        farEnd.failingSince = nil
        suspects.remove(name)
        // What takes tests and no messages is not believed more often than that.
        if !isTest { farEnd.pause = Self.pauseFirst }
        farEnd.testDue = name.farEnd.isEmpty ? now + selfTest : nil
        guard let since = farEnd.downSince else { return nil }
        farEnd.downSince = nil
        return Change(channel: name.channel, contact: farEnd.contact?.id, what: .up(after: now - since))
    }

    private mutating func failed(_ name: Name, _ why: String, _ contact: Contact?, at now: Instant) -> Change? {
        var farEnd = farEnds[name] ?? FarEnd()
        defer { farEnds[name] = farEnd }
        if !name.farEnd.isEmpty { farEnd.contact = farEnd.contact ?? contact }
        farEnd.failures += 1
        farEnd.why = why
        let since = farEnd.failingSince ?? now
        farEnd.failingSince = since
        if suspects.insert(name).inserted { farEnd.testDue = now + farEnd.pause }
        let isLong = now - since >= Self.failingLong && farEnd.failures > 1
        guard isLong || now - since >= Self.failingMax && farEnd.failures >= Self.failuresMax,
            farEnd.downSince == nil
        else { return nil }
        farEnd.downSince = since
        let isTold = farEnd.toldAt.map { now - $0 >= Self.tellAgain } ?? true
        if isTold { farEnd.toldAt = now }
        return Change(channel: name.channel, contact: farEnd.contact?.id, what: .down(why: why, isTold: isTold))
    }

    // MARK: Tests

    package struct Test: Hashable, Sendable {
        package var name: Name
        /// As ``Channel/probe(_:)`` takes it.
        var contact: Contact?
    }

    /// What is to be tested now; each is then under test until ``note(_:of:at:)``.
    mutating func tests(at now: Instant) -> [Test] {
        guard let next = nextTest, next <= now else { return [] }
        return farEnds.filter { $0.value.isDue(at: now) }.keys.sorted().map { name in
            farEnds[name]?.isUnderTest = true
            return Test(name: name, contact: farEnds[name]?.contact)
        }
    }

    /// When something is to be tested next.
    var nextTest: Instant? {
        farEnds.values.filter { !$0.isUnderTest }.compactMap(\.testDue).min()
    }

    /// Takes what became of a test.
    ///
    /// - Parameter outcome: `nil` if there is no test for it.
    mutating func note(
        _ outcome: Outcome?, ofTest name: Name, at now: Instant, using random: inout some RandomNumberGenerator
    ) -> Change? {
        guard var farEnd = farEnds[name] else { return nil }
        farEnd.isUnderTest = false
        // Between half and all of it, so that many hubs and channels do not come back at once.
        farEnd.testDue =
            now + (suspects.contains(name) ? farEnd.pause : selfTest) * Double.random(in: 0.5...1, using: &random)
        if suspects.contains(name) { farEnd.pause = min(farEnd.pause * 2, Self.pauseLongest) }
        farEnds[name] = farEnd
        switch outcome {
        case .accepted?: return worked(name, isTest: true, at: now)
        case .failed(let why, _)?, .refused(let why)?: return failed(name, why, farEnd.contact, at: now)
        case nil: return nil
        }
    }
}

/// What is known of a channel, or of one of its far ends.
public struct ChannelState: Hashable, Sendable {
    public var channel: String
    /// One of those who are reached there, by its id; `nil` for the channel as a whole.
    public var contact: Contact.ID?
    public var downSince: Instant?
    /// Why it is down.
    public var why: String?
    /// When it last took a message or passed a self-test; `nil` if it has done neither since the start.
    public var workedAt: Instant?
}
