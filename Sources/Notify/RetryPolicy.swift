/// When a delivery that failed for now is tried again, and when no more.
public struct RetryPolicy: Hashable, Sendable {
    /// Before the second attempt. Too short, and a gateway that restarts is flooded; too long, and one lost packet
    /// costs a resident their head start.
    public var first: Duration = .seconds(1)
    /// Pauses double up to this.
    public var longest: Duration = .seconds(60)
    /// How long after the alert a delivery is still worth sending.
    public var deadline: Duration = .seconds(30 * 60)
    /// However long the deadline, no delivery is attempted more often.
    public var attemptsMax = 1000
    /// After so many failures the person's next contact is tried as well, while this one goes on.
    public var attemptsBeforeNextContact = 3
    /// Likewise if the far end asks to be left alone for longer.
    public var longestBeforeNextContact: Duration = .seconds(45)

    public init() {}

    /// The pause after a number of failed attempts, from 1; between half and all of `first` doubled each time, so
    /// that a thousand deliveries that failed together do not come back together.
    func pause(after attempts: Int, using random: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(max(attempts - 1, 0), 20)
        let whole = min(first * (1 << doublings), longest)
        return whole * Double.random(in: 0.5...1, using: &random)
    }
}
