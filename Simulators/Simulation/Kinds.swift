import Registry

/// How often what happens in an estate's life, and how long it lasts. Made, not measured: chosen so that the rates of
/// lone alarms, lost clears and stuck flags are near those of the year that DESIGN.md's ladder was found by.
struct Habits: Sendable {
    /// Alarms from cooking in each flat a year; half of them within the two hours of dinner.
    var cooking = 0.7
    /// A shower with the door open, dust of a renovation.
    var steam = 0.1
    var dust = 0.05
    /// A flat's chance of an alarm on each festival day, from incense.
    var incense = 0.005
    /// Of cooking, steam and dust: the flat's other smoke detector alarms as well, as the smoke spreads.
    var reachesSecond = 0.04
    /// The flat's door is opened to let the smoke out, and the corridor's detector alarms.
    var reachesCorridor = 0.003
    /// Of all clears: never heard.
    var lostClears = 0.1
    /// Detectors of each hundred whose flag sticks, a year; mended after one to five days.
    var stuckFlags = 1.0
    /// Each detector is pressed once a year.
    var tests = 1.0
    /// For each block a year.
    var gatewayOutages = 6.0
    var brokerOutages = 4.0
    /// Of all messages; what is sent with QoS 1 over a sound link comes, and where it does not is ``FireKind/radioLoss``.
    var radioLoss = 0.0
    /// Many more than there are in one estate, so that few years tell much of them.
    var fires = 28
}

/// How a fire goes; each is another task for the ladder.
enum FireKind: String, CaseIterable, Sendable {
    case smouldering, kitchen, corridor
    /// Up the outer wall from floor to floor, and over to the next block.
    case facade = "façade"
    case deadDetector = "dead detector"
    case radioLoss = "radio loss"
    case stuckBefore = "stuck before"
}

/// Hong Kong's hours: cooking peaks at dinner.
struct DayTime {
    static func cooking(_ random: inout SplitMix64) -> Double {
        switch random.fraction() {
        case ..<0.5: random.between(18 * 3600...20 * 3600)
        case ..<0.65: random.between(11.5 * 3600...13.5 * 3600)
        case ..<0.75: random.between(6.5 * 3600...8.5 * 3600)
        default: random.between(0...86_400)
        }
    }

    /// Seconds that kitchen smoke hangs about.
    static func nuisanceLength(_ random: inout SplitMix64) -> Double {
        switch random.fraction() {
        case ..<0.6: random.between(15...120)
        case ..<0.9: random.between(120...360)
        default: random.between(360...900)
        }
    }
}
