import Registry

/// The simulator's only source of chance: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
/// Generators, OOPSLA 2014). The same seed gives the same numbers in every process and on every machine.
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A generator of its own for one part, so that what one part draws changes nothing in another.
    mutating func fork() -> SplitMix64 { SplitMix64(next()) }

    /// `0..<1`, in steps of 2^-53.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

    /// `0..<bound`; 0 for a bound of 0.
    mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }

    mutating func pick<Element>(_ list: [Element]) -> Element? { list.isEmpty ? nil : list[below(list.count)] }

    mutating func between(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
    }

    mutating func seconds(_ range: ClosedRange<Double>) -> Duration {
        .milliseconds(Int64(between(range) * 1000))
    }

    /// Waiting for something that happens so often on average: exponentially distributed.
    mutating func wait(mean: Duration) -> Duration {
        .milliseconds(Int64(Double(mean.wholeMilliseconds) * -Self.logarithm(1 - fraction())))
    }

    /// The natural logarithm in `0 < x <= 1`, by arithmetic alone, so that every machine's is the same.
    private static func logarithm(_ x: Double) -> Double {
        // ln(m · 2^e) = ln m + e · ln 2, with the series of artanh for m in 1..<2.
        let exponent = Double(x.exponent)
        let ratio = (x.significand - 1) / (x.significand + 1)
        let square = ratio * ratio
        var term = ratio
        var sum = 0.0
        for power in stride(from: 1.0, through: 31, by: 2) {
            sum += term / power
            term *= square
        }
        return 2 * sum + exponent * 0.693_147_180_559_945_3
    }
}
