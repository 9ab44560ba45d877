/// Whether what is printed is coloured.
public enum ColourChoice: String, Hashable, Sendable, CaseIterable {
    case auto, always, never

    /// `auto` colours on a terminal, unless it is a dumb one or `NO_COLOR` is set and not empty (no-color.org).
    public func colours(onTerminal: Bool, environment: [String: String]) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: onTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        }
    }
}
