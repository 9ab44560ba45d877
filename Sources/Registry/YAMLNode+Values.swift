extension YAMLNode {
    /// A whole number. - Throws: if it is none, or lies outside the range.
    public func integer(in range: ClosedRange<Int> = Int.min...Int.max) throws(ConfigError) -> Int {
        let text = try text()
        guard let number = Int(text) else { throw mistake("'\(text)' is no whole number", mend: Self.wanted(range)) }
        guard range.contains(number) else { throw mistake("\(number) is out of range", mend: Self.wanted(range)) }
        return number
    }

    /// A number with or without decimals. - Throws: if it is none, or lies outside the range.
    public func decimal(in range: ClosedRange<Double>) throws(ConfigError) -> Double {
        let text = try text()
        let mend = "write a number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = Double(text) else { throw mistake("'\(text)' is no number", mend: mend) }
        guard range.contains(number) else { throw mistake("\(text) is out of range", mend: mend) }
        return number
    }

    /// - Throws: unless it is `true` or `false`.
    public func flag() throws(ConfigError) -> Bool {
        switch try text() {
        case "true": true
        case "false": false
        case let other: throw mistake("'\(other)' is neither true nor false", mend: "write true or false")
        }
    }

    /// A time span such as `250ms`, `90s`, `5m`, `24h` or `30d`.
    ///
    /// - Throws: if it is none, has no unit, or lies outside the range.
    public func duration(in range: ClosedRange<Duration>? = nil) throws(ConfigError) -> Duration {
        let text = try text()
        let example = range.map {
            "write a duration from \(Self.written($0.lowerBound)) to \(Self.written($0.upperBound))"
        }
        let mend = example ?? "write a duration such as 250ms, 90s, 5m, 24h or 30d"
        let units: [String: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        let milliseconds = try measure(text, units: units, what: "duration", mend: mend)
        let duration = Duration.milliseconds(milliseconds)
        if let range, !range.contains(duration) { throw mistake("\(text) is out of range", mend: mend) }
        return duration
    }

    /// A size in bytes such as `512B`, `256KiB`, `4MiB` or `1GiB`.
    ///
    /// - Throws: if it is none, has no unit, or lies outside the range.
    public func bytes(in range: ClosedRange<Int> = 0...Int.max) throws(ConfigError) -> Int {
        let text = try text()
        let mend = "write a size such as 512B, 256KiB, 4MiB or 1GiB"
        let units: [String: Int64] = ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
        let bytes = Int(try measure(text, units: units, what: "size", mend: mend))
        guard range.contains(bytes) else {
            throw mistake(
                "\(text) is out of range",
                mend: "write a size from \(range.lowerBound)B to \(range.upperBound)B, with its unit")
        }
        return bytes
    }

    /// One of an enum's names. - Throws: if it is none of them.
    public func choice<Choice>(
        _ type: Choice.Type = Choice.self
    ) throws(ConfigError) -> Choice where Choice: RawRepresentable<String> & CaseIterable {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            throw mistake("unknown '\(text)'", mend: Spelling.mend(text, known: Choice.allCases.map(\.rawValue)))
        }
        return choice
    }

    /// A list of texts: `[a, b]`. - Throws: if it is no list, or holds other than single values.
    public func texts() throws(ConfigError) -> [String] {
        var texts: [String] = []
        for node in try list() { texts.append(try node.text()) }
        return texts
    }

    /// One text for each language: `{en: Block A, zh-Hant: A座}`.
    ///
    /// - Throws: if it is no mapping of language tags, is empty, or a text is.
    public func localizedText() throws(ConfigError) -> LocalizedText {
        let mapping = try mapping()
        var texts: [(Language, String)] = []
        for entry in mapping.entries {
            guard let language = Language(checking: entry.key) else {
                throw entry.keyNode.mistake("'\(entry.key)' is no language tag", mend: Language.mend)
            }
            let text = try entry.value.text()
            guard !text.isEmpty else { throw entry.value.mistake("the text is empty", mend: "write the text") }
            texts.append((language, text))
        }
        guard !texts.isEmpty else {
            throw mistake("no text in any language", mend: "write one for each language, such as {en: Block A}")
        }
        return LocalizedText(texts)
    }

    private func measure(
        _ text: String, units: [String: Int64], what: String, mend: String
    ) throws(ConfigError) -> Int64 {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = String(text.dropFirst(digits.count))
        guard let number = Int64(digits) else { throw mistake("'\(text)' is no \(what)", mend: mend) }
        guard !unit.isEmpty else { throw mistake("'\(text)' has no unit", mend: mend) }
        guard let factor = units[unit] else { throw mistake("'\(text)' is no \(what)", mend: mend) }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw mistake("'\(text)' is too large", mend: mend) }
        return product
    }

    private static func wanted(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): "write a whole number"
        case (let low, .max): "write a whole number of at least \(low)"
        case (let low, let high): "write a whole number from \(low) to \(high)"
        }
    }

    /// As the file would have it: `90s`, `5m`.
    static func written(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where milliseconds != 0 && milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(unit)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
