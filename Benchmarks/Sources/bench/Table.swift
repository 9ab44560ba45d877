import Foundation

/// What is printed: a line for each figure, with its target and what others reached.
struct Table {
    private var rows: [[String]] = []

    mutating func section(_ title: String) { rows.append([title]) }

    /// - Parameter holds: whether the figure is within its target; `nil` if it has none.
    mutating func add(
        _ what: String, _ figure: String, target: String = "", holds: Bool? = nil, elsewhere: String = ""
    ) {
        let verdict = holds.map { $0 ? "yes" : "NO" } ?? ""
        rows.append([what, figure, target, verdict, elsewhere])
    }

    mutating func note(_ what: String, _ text: String) { rows.append([what, text, "", "", ""]) }

    var text: String {
        let header = ["", "figure", "target", "met", "others (measured earlier, elsewhere)"]
        let columns = (0..<4).map { column in
            (rows.filter { $0.count > 1 } + [header]).map { $0[column].count }.max() ?? 0
        }
        func line(_ row: [String]) -> String {
            guard row.count > 1 else { return "\n" + row[0].uppercased() }
            let padded = zip(row, columns).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            let text = (padded + [row[4]]).joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        return ([line(header)] + rows.map(line)).joined(separator: "\n")
    }
}

func text(_ value: Double, _ digits: Int = 0) -> String { String(format: "%.\(digits)f", value) }

/// `1,123,456/s`.
func rate(_ messages: Int, _ seconds: Double) -> String {
    var groups: [String] = []
    var number = Int(Double(messages) / seconds)
    while number >= 1000 {
        groups.append(String(format: "%03d", number % 1000))
        number /= 1000
    }
    return ([String(number)] + groups.reversed()).joined(separator: ",") + "/s"
}

/// The middle and the ends of what was measured, in milliseconds.
struct Distribution {
    private let sorted: [Double]

    init(_ durations: [Duration]) { sorted = durations.map { $0 / .milliseconds(1) }.sorted() }

    /// The nearest rank.
    func percentile(_ percent: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(max(Int((percent / 100 * Double(sorted.count)).rounded(.up)) - 1, 0), sorted.count - 1)]
    }

    var shortest: Double { sorted.first ?? .nan }
    var longest: Double { sorted.last ?? .nan }
}
