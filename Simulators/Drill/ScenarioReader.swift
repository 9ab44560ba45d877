public import Registry

extension Scenario {
    /// Reads a scenario file. Its name is the scenario's name.
    ///
    /// - Parameter cast: what the scenario may name; `nil` to leave that unchecked.
    /// - Throws: every mistake with its place, and what to write instead.
    public static func read(_ path: String, cast: Cast?) throws(ConfigErrors) -> Scenario {
        let file: ConfigFile
        do { file = try ConfigFile.read(path) } catch { throw ConfigErrors([error]) }
        return try Scenario(file, cast: cast)
    }

    /// As ``read(_:cast:)``, from the text of the file.
    public init(_ file: ConfigFile, cast: Cast?) throws(ConfigErrors) {
        var reader = ScenarioReader(cast: cast)
        let scenario = reader.read(file)
        try reader.mistakes.throwIfAny()
        guard let scenario else {
            throw ConfigErrors([file.mistake("this is no scenario", mend: "write it as the sample drills are written")])
        }
        self = scenario
    }
}

/// Reads one scenario file, and goes on after the first mistake.
struct ScenarioReader {
    let cast: Cast?
    var mistakes = Mistakes()
    private var length = Self.lengthMax

    /// A day: what a drill can be watched for.
    static let lengthMax = Duration.seconds(86_400)
    /// A repeat of 1 s for a day is a slip, not a drill.
    static let messagesMax = 20_000

    init(cast: Cast?) { self.cast = cast }

    mutating func read(_ file: ConfigFile) -> Scenario? {
        let root = mistakes.reading { () throws(ConfigError) in try YAMLDocument(file).root.mapping() }
        guard let root else { return nil }
        let required = ["name", "description", "end", "steps", "expect"]
        root.checkKeys(required + ["never"], required: required, &mistakes)
        let name = readName(root["name"], file)
        let description = value { () throws(ConfigError) in try root["description"]?.localizedText() }
        let end = value { () throws(ConfigError) in try root["end"]?.span(in: .seconds(1)...Self.lengthMax) }
        length = end ?? Self.lengthMax
        let messages = list(root["steps"]).flatMap { readStep($0) }
        if messages.count > Self.messagesMax {
            mistakes.note(
                file.mistake(
                    "the steps make \(messages.count) messages", mend: "repeat less: at most \(Self.messagesMax) go"))
        }
        let expectations = list(root["expect"]).compactMap { readExpectation($0) }
        let never = list(root["never"]).compactMap { readProhibition($0) }
        guard let name, let description, let end else { return nil }
        return Scenario(
            name: name, description: description, messages: messages.stablySorted(by: \.at),
            expectations: expectations.stablySorted(by: \.after), never: never, length: end)
    }

    private mutating func readName(_ node: YAMLNode?, _ file: ConfigFile) -> String? {
        let stem = String(file.name.split(separator: "/").last?.split(separator: ".").first ?? "")
        return value { () throws(ConfigError) in
            guard let node else { return nil }
            let name = try node.text()
            // The name becomes a level of topics.
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameCharacter) else {
                throw node.mistake("'\(name)' is no name", mend: "write small letters, digits and hyphens only")
            }
            guard name == stem else {
                throw node.mistake("'\(name)' is not the file's name", mend: "write '\(stem)', or rename the file")
            }
            return name
        }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
    }

    // MARK: Steps

    private mutating func readStep(_ node: YAMLNode) -> [PlannedMessage] {
        guard let step = mapping(node) else { return [] }
        step.checkKeys(
            ["at", "device", "say", "type", "value", "retained", "real", "repeat"],
            required: ["at", "device", "say"], &mistakes)
        let at = moment(step["at"])
        let device = device(step["device"])
        let says = value { () throws(ConfigError) in try step["say"]?.choice(Utterance.self) }
        let type = value { () throws(ConfigError) in try step["type"]?.choice(Device.Kind.self) }
        let measured = value { () throws(ConfigError) in try step["value"]?.decimal(in: -100...100_000) }
        let isRetained = value { () throws(ConfigError) in try step["retained"]?.flag() } ?? false
        let isReal = value { () throws(ConfigError) in try step["real"]?.flag() } ?? false
        if isReal, isRetained, let retained = step["retained"] {
            mistakes.note(
                retained.mistake(
                    "a real message that the broker keeps would alarm again and again",
                    mend: "leave out 'retained' or 'real'"))
        }
        let moments = readRepeat(step["repeat"], from: at ?? .zero)
        guard let at, let device, let says else { return [] }
        checkSpeech(step, device, says, type)
        return ([at] + moments).map {
            PlannedMessage(
                at: $0, device: device, says: says, type: type, value: measured, isReal: isReal,
                isRetained: isRetained)
        }
    }

    /// The moments of a repeated step, its first one left out.
    private mutating func readRepeat(_ node: YAMLNode?, from start: Duration) -> [Duration] {
        guard let node, let mapping = mapping(node) else { return [] }
        mapping.checkKeys(["every", "until"], required: ["every", "until"], &mistakes)
        let every = value { () throws(ConfigError) in
            try mapping["every"]?.span(in: .milliseconds(100)...Self.lengthMax)
        }
        guard let every, let until = moment(mapping["until"]) else { return [] }
        // One more than allowed is enough to say so.
        return (1...Self.messagesMax).lazy.map { start + every * $0 }.prefix { $0 <= until }.map { $0 }
    }

    private mutating func checkSpeech(
        _ step: YAMLMapping, _ id: Device.ID, _ says: Utterance, _ type: Device.Kind?
    ) {
        guard let device = cast?.registry.device(id), let node = step["type"] ?? step["say"] else { return }
        guard [.alarm, .clear, .test].contains(says), DeviceVoice.detected(by: device, as: type) == nil else { return }
        let what = (type ?? device.kind).rawValue
        mistakes.note(
            node.mistake(
                "a \(device.ecosystem.rawValue) device has no '\(says.rawValue)' of the kind \(what)",
                mend: "write 'type: smoke' or another hazard, or let another device speak"))
    }

    // MARK: What must come, and what must not

    private mutating func readExpectation(_ node: YAMLNode) -> ExpectedAlert? {
        guard let mapping = mapping(node) else { return nil }
        mapping.checkKeys(
            Self.patternKeys + ["after", "within", "count"], required: ["block", "after"], &mistakes)
        let pattern = readPattern(mapping)
        let after = moment(mapping["after"])
        let within = value { () throws(ConfigError) in
            try mapping["within"]?.span(in: .milliseconds(1)...Self.lengthMax)
        }
        let count = value { () throws(ConfigError) in try mapping["count"]?.integer(in: 1...10_000) }
        return after.map { ExpectedAlert(pattern, after: $0, within: within ?? .seconds(5), count: count ?? 1) }
    }

    private mutating func readProhibition(_ node: YAMLNode) -> ForbiddenAlert? {
        guard let mapping = mapping(node) else { return nil }
        mapping.checkKeys(Self.patternKeys + ["after"], &mistakes)
        let pattern = readPattern(mapping)
        return ForbiddenAlert(pattern, after: moment(mapping["after"]) ?? .zero)
    }

    private static let patternKeys = [
        "on", "stage", "block", "hazard", "rule", "because", "audience", "exercise", "repetition",
    ]

    private mutating func readPattern(_ mapping: YAMLMapping) -> AlertPattern {
        AlertPattern(
            on: value { () throws(ConfigError) in try mapping["on"]?.choice() } ?? .alert,
            stage: value { () throws(ConfigError) in try mapping["stage"]?.choice() },
            block: block(mapping["block"]),
            hazard: value { () throws(ConfigError) in try mapping["hazard"]?.choice() } ?? .fire,
            rule: value { () throws(ConfigError) in try mapping["rule"]?.text() },
            because: list(mapping["because"]).compactMap { device($0) },
            audience: list(mapping["audience"]).compactMap { node in
                value { () throws(ConfigError) in try node.choice(AlertPattern.Group.self) }
            },
            isExercise: value { () throws(ConfigError) in try mapping["exercise"]?.flag() } ?? true,
            repetition: value { () throws(ConfigError) in try mapping["repetition"]?.integer(in: 0...10_000) })
    }

    // MARK: Values

    private mutating func value<Value>(_ read: () throws(ConfigError) -> Value?) -> Value? {
        mistakes.reading(read) ?? nil
    }

    private mutating func mapping(_ node: YAMLNode) -> YAMLMapping? {
        value { () throws(ConfigError) in try node.mapping() }
    }

    private mutating func list(_ node: YAMLNode?) -> [YAMLNode] {
        value { () throws(ConfigError) in try node?.list() } ?? []
    }

    /// A moment of the drill, which has to lie before its end.
    private mutating func moment(_ node: YAMLNode?) -> Duration? {
        let length = length
        return value { () throws(ConfigError) in try node?.span(in: .zero...length) }
    }

    private mutating func device(_ node: YAMLNode?) -> Device.ID? {
        let cast = cast
        return value { () throws(ConfigError) in
            guard let node else { return nil }
            let id = try node.text()
            guard let cast, cast.registry.device(id) == nil else { return id }
            throw node.mistake(
                "no device '\(id)' in devices.csv", mend: Spelling.mend(id, known: cast.registry.devices.map(\.id)))
        }
    }

    private mutating func block(_ node: YAMLNode?) -> String? {
        let known = (cast?.estate.blocks.map(\.id) ?? []) + ["*"]
        let isChecked = cast != nil
        return value { () throws(ConfigError) in
            guard let node else { return nil }
            let id = try node.text()
            guard isChecked, !known.contains(id) else { return id }
            throw node.mistake("no block '\(id)' in estate.yaml", mend: Spelling.mend(id, known: known))
        }
    }
}

extension Array {
    /// Elements that compare equal keep their order.
    fileprivate func stablySorted(by key: (Element) -> Duration) -> [Element] {
        enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(\.element)
    }
}
