/// A field that may be an alarm and whose meaning no table tells: `alarm_1`.
public struct UnmappedField: Hashable, Sendable, CustomStringConvertible {
    /// As the device calls it, with the names of the objects around it: `status.smokeAlarm`.
    public var name: String
    /// What it says, at most ``bytesMax`` bytes of it: `true`, `0x7028D2`; empty where the value tells nothing.
    public var value: String
    /// Whether it looks like an alarm now: `true`, `1`, `alarm`.
    public var isRaised: Bool

    /// A longer name or value is cut.
    public static let bytesMax = 100

    public init(_ name: String, _ value: String, isRaised: Bool) {
        self.name = Self.cut(name)
        self.value = Self.cut(value)
        self.isRaised = isRaised
    }

    /// `alarm_1=true`
    public var description: String { value.isEmpty ? name : "\(name)=\(value)" }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > bytesMax else { return text }
        return String(text.prefix(bytesMax / 2)) + "…"
    }
}

extension UnmappedField {
    /// - Parameter isState: the field is one whose every number but 0 says that something is up.
    init(_ name: String, _ node: JSON.Node, in json: JSON, isState: Bool = false) {
        self.init(
            name, json.short(node),
            isRaised: HazardWords.isRaised(node, in: json, named: name, isState: isState))
    }
}

extension JSON {
    /// The value as plain text, cut after ``UnmappedField/bytesMax`` bytes.
    func short(_ node: Node) -> String {
        let isLong = node.text.count > UnmappedField.bytesMax
        let start = isLong ? bytes[node.text].prefix(UnmappedField.bytesMax / 2) : bytes(of: node)[...]
        return String(decoding: start, as: UTF8.self) + (isLong ? "…" : "")
    }
}
