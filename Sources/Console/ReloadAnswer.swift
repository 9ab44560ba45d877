public import Hub
public import Hummingbird

/// What a reload has changed in the registry.
public struct ReloadAnswer: ResponseCodable, Sendable {
    public var devices: Int
    public var added: Int
    public var gone: Int

    /// Asks the hub for it.
    ///
    /// - Throws: 409 with every mistake in the files, or another reason why not.
    init(_ hub: HubService) async throws {
        do {
            let report = try await hub.reload()
            (devices, added, gone) = (report.devices, report.added, report.gone)
        } catch {
            throw HTTPError(.conflict, message: "\(error)")
        }
    }
}
