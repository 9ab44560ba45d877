public final class Publisher: Sendable { static let inFlightMax = 100 }
