import Registry

/// What may go wrong in one seed, and how often. Each seed draws its own, so that some are calm but for one thing:
/// a fault that is everywhere hides what another alone would find.
struct Faults: Sendable {
    var radio = Radio()
    /// Mean times between.
    var crash: Duration?
    var diskFault: Duration?
    var brokerOutage: Duration?
    var channelFault: Duration?
    /// Of all devices.
    var driftingClocks = 0.0
    var unsetClocks = 0.0
    var noCounter = 0.0
    var noStamp = 0.0
    var stuckFlags = 0.0
    var lostClears = 0.0
    var losesSession = false
    var batchMax = 2500

    static func draw(_ random: inout SplitMix64) -> Faults {
        var faults = Faults()
        func some(_ range: ClosedRange<Double>, _ probability: Double = 0.5) -> Double {
            random.chance(probability) ? random.between(range) : 0
        }
        func mean(_ range: ClosedRange<Double>) -> Duration? {
            random.chance(0.5) ? random.seconds(range) : nil
        }
        faults.radio.loss = some(0.01...0.3)
        faults.radio.duplication = some(0.01...0.3)
        faults.radio.straggling = some(0.01...0.2)
        faults.crash = mean(120...2400)
        faults.diskFault = mean(300...2400)
        faults.brokerOutage = mean(300...2400)
        faults.channelFault = mean(300...2400)
        faults.driftingClocks = some(0.1...1)
        faults.unsetClocks = some(0.05...0.5)
        faults.noCounter = some(0.1...1)
        faults.noStamp = some(0.1...1)
        faults.stuckFlags = some(0.02...0.2)
        faults.lostClears = some(0.05...0.5)
        faults.losesSession = random.chance(0.1)
        faults.batchMax = random.chance(0.3) ? 1 + random.below(8) : 2500
        return faults
    }
}
