import Registry

/// How many of the same kind are told one by one: the first few at once, never fewer, then only how many there were.
///
/// With `singly` 5, `within` 10 min and `gathering` 30 s: five are told as they come; those after them within the ten
/// minutes are counted, and told as one number 30 s after the first of them, then at most once in ten minutes. Too few
/// singly, and a real one is a number; too many, and nobody reads any of them.
struct Spate {
    let singly: Int
    let within: Duration
    let gathering: Duration

    private var beganAt: Instant?
    private var told = 0
    private var untold = 0
    private var sumDueAt: Instant?

    init(singly: Int, within: Duration, gathering: Duration) {
        self.singly = singly
        self.within = within
        self.gathering = gathering
    }

    /// Takes one into account. - Returns: whether it is told by itself.
    mutating func tells(at moment: Instant) -> Bool {
        if beganAt.map({ moment >= $0 + within }) ?? true {
            beganAt = moment
            told = 0
        }
        if told < singly {
            told += 1
            return true
        }
        untold += 1
        if sumDueAt == nil { sumDueAt = moment + gathering }
        return false
    }

    /// How many were not told by themselves, when that is due; they are not counted again.
    mutating func sum(at moment: Instant) -> Int? {
        guard let due = sumDueAt, moment >= due else { return nil }
        defer { untold = 0 }
        guard untold > 0 else {
            sumDueAt = nil
            return nil
        }
        // Those that come now are told when this time is over.
        sumDueAt = moment + within
        return untold
    }
}
