import Registry

extension YAMLNode {
    /// A time span in one or several units: `12s`, `1m30s`, `2h`, `250ms`.
    ///
    /// - Throws: if it is none, or lies outside the range.
    func span(in range: ClosedRange<Duration>) throws(ConfigError) -> Duration {
        let text = try text()
        let mend = "write a time such as 12s or 1m30s, from \(range.lowerBound.asSpan) to \(range.upperBound.asSpan)"
        guard let span = Duration(span: text) else { throw mistake("'\(text)' is no time", mend: mend) }
        guard range.contains(span) else { throw mistake("\(text) is out of range", mend: mend) }
        return span
    }
}

extension Duration {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// The largest unit first, each at most once; `nil` for anything else.
    init?(span text: String) {
        var total: Int64 = 0
        var rest = text[...]
        var units = Self.units[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !$0.isWholeNumber }
            rest = rest.dropFirst(name.count)
            // Nine digits of hours, in milliseconds, are far from overflowing.
            guard digits.count <= 9, let number = Int64(digits), let unit = units.firstIndex(where: { $0.name == name })
            else { return nil }
            total += number * units[unit].milliseconds
            units = units[(unit + 1)...]
        }
        guard !text.isEmpty else { return nil }
        self = .milliseconds(total)
    }

    /// `1m30s`, `250ms`, `0s`
    var asSpan: String {
        var rest = wholeMilliseconds
        var text = ""
        for unit in Self.units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
