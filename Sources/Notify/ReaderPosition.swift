import Registry

/// From where somebody reads a message, and so which instruction they need.
public enum ReaderPosition: String, Hashable, Sendable, CaseIterable {
    /// The flat or area that alarms.
    case inside
    case sameFloor = "same-floor"
    case above, below
    case sameBlock = "same-block"
    case otherBlock = "other-block"
    /// Whoever is sent to look, to guide and to mend.
    case staff
    /// All for whom there is no other text.
    case `default`

    init(_ nearness: Nearness, _ role: Resident.Role) {
        self =
            switch nearness {
            // Whoever is elsewhere is told what happens there, not to leave.
            case _ where !role.isThere: .otherBlock
            case .inside: .inside
            case _ where role != .resident: .staff
            case .sameFloor: .sameFloor
            case .above: .above
            case .below: .below
            case .sameBlock: .sameBlock
            case .otherBlock: .otherBlock
            case .anywhere: .default
            }
    }
}
