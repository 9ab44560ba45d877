import Registry

/// What lies between a device and the broker: each probability is of one message.
struct Radio: Sendable {
    var loss = 0.0
    var duplication = 0.0
    /// A second copy may come so much later.
    var duplicateDelay: ClosedRange<Double> = 0.1...5
    /// A message that another overtakes.
    var straggling = 0.0
    var straggleDelay: ClosedRange<Double> = 2...40
    /// Always, in seconds.
    var delay: ClosedRange<Double> = 0.02...0.6

    /// After how long copies of a message arrive: none if it is lost.
    func journeys(_ random: inout SplitMix64) -> [Duration] {
        guard !random.chance(loss) else { return [] }
        var first = random.seconds(delay)
        if straggling > 0, random.chance(straggling) { first += random.seconds(straggleDelay) }
        guard duplication > 0, random.chance(duplication) else { return [first] }
        return [first, first + random.seconds(duplicateDelay)]
    }
}
