import Registry

/// What happened last, for whoever has to find out why. Costs nothing while it is off.
struct Trace {
    let isOn: Bool
    private(set) var lines: [String] = []
    private static let linesMax = 40

    init(isOn: Bool) { self.isOn = isOn }

    mutating func note(_ moment: Instant, _ line: () -> String) {
        guard isOn else { return }
        if lines.count >= Self.linesMax { lines.removeFirst() }
        lines.append("\(moment) \(line())")
    }
}
