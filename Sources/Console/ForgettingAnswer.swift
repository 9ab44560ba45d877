public import Hub
public import Hummingbird

/// Whose data are to be deleted, and who asks for it.
public struct ForgettingRequest: Codable, Sendable {
    public var people: [ForgettingOrder]
    public var by: String

    public init(_ people: [ForgettingOrder], by: String) {
        self.people = people
        self.by = by
    }
}

/// What was deleted.
public struct ForgettingAnswer: ResponseCodable, Sendable {
    public var people: [ForgottenPerson]

    /// Asks the hub for it.
    ///
    /// - Throws: 409 with the reason why not.
    init(_ hub: HubService, _ request: ForgettingRequest) async throws {
        do {
            people = try await hub.forget(request.people, by: String(request.by.prefix(100)))
        } catch {
            throw HTTPError(.conflict, message: "\(error)")
        }
    }
}
