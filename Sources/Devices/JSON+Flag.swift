extension JSON {
    /// What a field that should be true or false says.
    enum Flag: Equatable {
        case value(Bool)
        /// `null`, `""` or another way to say that nothing is known.
        case unknown
        case notUnderstood
    }

    /// Reads `true`, `1`, `"ON"`, `"True"` and the like.
    func flag(of node: Node) -> Flag {
        switch node.kind {
        case .yes: return .value(true)
        case .no: return .value(false)
        case .null: return .unknown
        case .number, .text:
            if node.text.isEmpty || find(text: node, in: Self.unknownTexts) != nil { return .unknown }
            if let flag = find(text: node, in: Self.flagTexts) { return .value(flag) }
            return switch number(of: node) {
            case 1: .value(true)
            case 0: .value(false)
            default: .notUnderstood
            }
        case .array, .object: return .notUnderstood
        }
    }

    private static let flagTexts = KeyTable([
        ("true", true), ("True", true), ("TRUE", true), ("on", true), ("On", true), ("ON", true),
        ("false", false), ("False", false), ("FALSE", false), ("off", false), ("Off", false), ("OFF", false),
    ])
    private static let unknownTexts = KeyTable([
        ("nan", ()), ("NaN", ()), ("null", ()), ("None", ()), ("unknown", ()), ("unavailable", ()),
    ])
}
