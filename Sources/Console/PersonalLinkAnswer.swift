public import Hummingbird

/// Where one person chooses how they are told.
public struct PersonalLinkAnswer: ResponseCodable, Sendable {
    public var resident: String
    /// Whoever has it can change what they have chosen.
    public var link: String
}
