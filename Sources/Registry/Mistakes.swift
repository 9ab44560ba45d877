/// Gathers the mistakes of a whole run, so that a reader goes on after the first.
///
///     var mistakes = Mistakes()
///     let grace = mistakes.reading { () throws(ConfigError) in try mapping["grace"]?.duration() } ?? nil
///     try mistakes.throwIfAny()
public struct Mistakes: Sendable {
    /// In the order in which they were noted.
    public private(set) var errors: [ConfigError] = []

    public init() {}

    public mutating func note(_ error: ConfigError) { errors.append(error) }

    public mutating func note(contentsOf more: some Sequence<ConfigError>) { errors.append(contentsOf: more) }

    /// What `read` gives; `nil`, with the mistake noted, if it throws.
    public mutating func reading<Value>(_ read: () throws(ConfigError) -> Value) -> Value? {
        do {
            return try read()
        } catch {
            note(error)
            return nil
        }
    }

    /// What the run was for.
    ///
    /// - Throws: all mistakes of the run, and also if nothing could be made of the file, which is one of them.
    public func result<Value>(_ value: Value?) throws(ConfigErrors) -> Value {
        try throwIfAny()
        guard let value else { throw ConfigErrors([]) }
        return value
    }

    /// - Throws: all mistakes of the run; those of one file stand together, from its top to its end.
    public func throwIfAny() throws(ConfigErrors) {
        guard !errors.isEmpty else { return }
        var order: [String: Int] = [:]
        for error in errors where order[error.file] == nil { order[error.file] = order.count }
        let sorted = errors.enumerated().sorted { one, other in
            (order[one.element.file] ?? 0, one.element.line, one.element.column, one.offset)
                < (order[other.element.file] ?? 0, other.element.line, other.element.column, other.offset)
        }
        throw ConfigErrors(sorted.map(\.element))
    }
}
