import Synchronization

extension HubService {
    /// Sends a delivery canary now, and returns when it has arrived or its time is over.
    ///
    /// - Throws: ``StartError`` if none can be sent.
    public func sendCanary() async throws -> CanaryCourse {
        guard let telling = telling.withLock({ $0 }) else { throw StartError("the hub does not tell anybody yet") }
        guard let canary = telling.canary else {
            throw StartError("nobody gets a canary; set delivery-canary.to in hub.yaml, such as webhook:duty")
        }
        guard let course = await canary.run() else { throw StartError("another canary is under way; ask again") }
        return course
    }
}
