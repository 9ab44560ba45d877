/// Whether a field that no table knows looks like a hazard: by its name, and by its value if that is a state.
///
/// To report too much here costs the operator a glance; to report too little could be to drop a fire.
enum HazardWords {
    /// - Parameter path: the names of the objects around the field and its own.
    static func isHazard(_ node: JSON.Node, in json: JSON, named path: String) -> Bool {
        let words = words(of: path.utf8)
        guard let last = words.last else { return false }
        let namesHazard = words.contains { hazards[$0.span] != nil }
        switch json.flag(of: node) {
        case .value: return namesHazard && asides[last.span] == nil
        case .unknown: return false
        case .notUnderstood: break
        }
        let isState = states[last.span] != nil
        guard node.kind == .text else { return namesHazard && isState && !json.isUnknown(node) }
        guard node.text.count <= 100, asides[last.span] == nil, isState || namesHazard else { return false }
        let text = HazardWords.words(of: json.bytes(of: node))
        if isRaised(text) { return true }
        // A state of something dangerous that is not one of those that are known to be harmless.
        return namesHazard && isState && !text.isEmpty && !text.contains { harmless[$0.span] != nil }
    }

    /// Whether a field's value says that something is up now: true, a number of a hazard that is not 0, or such words.
    ///
    /// - Parameter isState: the field is one whose every number but 0 says that something is up.
    static func isRaised(_ node: JSON.Node, in json: JSON, named path: String, isState: Bool = false) -> Bool {
        switch json.flag(of: node) {
        case .value(let flag): return flag
        case .unknown: return false
        case .notUnderstood: break
        }
        if json.number(of: node) != nil {
            return !json.isUnknown(node) && (isState || words(of: path.utf8).contains { hazards[$0.span] != nil })
        }
        guard node.kind == .text, node.text.count <= 100 else { return false }
        return isRaised(HazardWords.words(of: json.bytes(of: node)))
    }

    private static func isRaised(_ text: [[UInt8]]) -> Bool {
        text.contains { alarms[$0.span] != nil } && !text.contains { harmless[$0.span] != nil }
    }

    /// The words of a name in small letters: `smokeAlarm_1` has `smoke` and `alarm`, `COAlarm` has `co` and `alarm`.
    static func words(of name: some Collection<UInt8>) -> [[UInt8]] {
        let bytes = Array(name)
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            guard isUpper || isLower(byte) else {
                if !word.isEmpty { words.append(word) }
                word = []
                continue
            }
            if isUpper, index > 0, !word.isEmpty,
                isLower(bytes[index - 1]) || index + 1 < bytes.count && isLower(bytes[index + 1])
            {
                words.append(word)
                word = []
            }
            word.append(byte | 0x20)
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    /// Names of hazards.
    static let hazards = table([
        "smoke", "fire", "flame", "heat", "overheat", "gas", "lpg", "co", "monoxide", "leak", "leakage", "flood",
        "water", "moisture", "wet", "sos", "panic", "emergency", "alarm", "alert",
    ])
    /// Last words of names whose values are states rather than settings or measures.
    private static let states = table([
        "alarm", "alert", "status", "state", "event", "message", "reason", "action", "type", "fire", "leak", "leakage",
        "flood", "sos", "panic", "emergency",
    ])
    /// Last words of names that stand beside a hazard.
    private static let asides = table([
        "battery", "ok", "enabled", "enable", "mute", "muted", "silence", "silenced", "test", "connected", "count",
        "counter", "times", "duration", "threshold", "sensitivity", "interval", "volume", "melody", "version", "model",
        "supported", "unit",
    ])
    /// Words of texts that say that something is up.
    private static let alarms = table([
        "alarm", "alert", "detected", "triggered", "fire", "leak", "leakage", "emergency", "panic", "sos", "danger",
    ])
    /// Words of texts that say that nothing is.
    private static let harmless = table([
        "no", "not", "none", "normal", "ok", "clear", "cleared", "closed", "off", "idle", "dry", "standby", "inactive",
        "false", "unknown", "safe",
    ])

    private static func table(_ words: [String]) -> KeyTable<Void> { KeyTable(words.map { ($0, ()) }) }
}
