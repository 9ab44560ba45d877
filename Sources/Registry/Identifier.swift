/// The shape of an id that stands in a topic, an incident's id or a contact's id.
public enum Identifier {
    /// `nil` if it serves as one level of an MQTT topic and as one word of a line.
    ///
    /// `*` alone is kept for "every block".
    public static func mistake(in id: String) -> (problem: String, mend: String)? {
        if id.isEmpty { return ("the id is empty", "write a short name such as a-12-C-smoke") }
        let isBad = id.unicodeScalars.contains { scalar in
            scalar.properties.isWhitespace || scalar.value < 0x20 || scalar.value == 0x7F
                || "/+#".unicodeScalars.contains(scalar)
        }
        guard isBad || id == "*" else { return nil }
        return ("'\(id)' cannot be an id", "use letters, digits, '-', '_' and '.', without spaces, '/', '+' or '#'")
    }
}
