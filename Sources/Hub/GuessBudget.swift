public import Registry
import Synchronization

/// How many links that are nobody's one address may follow: 120 at once, and 2 a second. Beyond it no link of that
/// address is looked up for a while.
///
/// Too few, and a mobile network, whose customers share an address, is shut out by old links; too many, and guessing
/// costs nothing. Of 5,000 open links of 60 bits, a hundred thousand addresses would find one in about 36 years.
public final class GuessBudget: Sendable {
    private let addresses = Mutex<[String: Bucket]>([:])

    private struct Bucket: Sendable {
        var left: Double
        var at: Instant
    }

    static let atOnce = 120.0
    static let perSecond = 2.0
    /// More addresses than that are not remembered: the table begins anew.
    static let addressesMax = 10_000

    public init() {}

    /// Whether an address may follow a link.
    public func admits(_ address: String, at moment: Instant) -> Bool {
        addresses.withLock { Self.left($0[address], at: moment) >= 1 }
    }

    /// A link that an address followed is nobody's.
    public func noteMiss(of address: String, at moment: Instant) {
        addresses.withLock { addresses in
            let left = Self.left(addresses[address], at: moment) - 1
            if addresses.count >= Self.addressesMax, addresses[address] == nil {
                addresses = addresses.filter { Self.left($0.value, at: moment) < Self.atOnce }
                if addresses.count >= Self.addressesMax { addresses = [:] }
            }
            addresses[address] = Bucket(left: max(0, left), at: moment)
        }
    }

    private static func left(_ bucket: Bucket?, at moment: Instant) -> Double {
        guard let bucket else { return atOnce }
        let seconds = Double((moment - bucket.at).wholeMilliseconds) / 1000
        return min(atOnce, bucket.left + max(0, seconds) * perSecond)
    }
}
