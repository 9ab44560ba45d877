public import Rules

extension Alert {
    /// What an alert says to whom, in eight bytes that hold for one process.
    ///
    /// While `hub.sqlite` takes nothing alerts are told before they are durable; if the process then dies, the engine may
    /// decide otherwise from what comes again, and give the same id to another alert.
    public struct Meaning: Hashable, Sendable {
        private let digest: Int

        fileprivate init(_ alert: Alert) {
            var hasher = Hasher()
            hasher.combine(alert.stage)
            hasher.combine(alert.rule)
            hasher.combine(alert.repetition)
            hasher.combine(alert.audience)
            hasher.combine(alert.places)
            hasher.combine(alert.sounders)
            hasher.combine(alert.contradiction)
            hasher.combine(alert.bellNeverHeard)
            hasher.combine(alert.announcement)
            digest = hasher.finalize()
        }
    }

    public var meaning: Meaning { Meaning(self) }
}
