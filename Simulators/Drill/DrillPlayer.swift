import Registry

/// Plays scenarios to a running hub, through the broker and under the drill topics, and judges what comes of it.
///
///     let player = DrillPlayer(cast: cast, link: link, clock: clock)
///     let verdict = try await player.play(scenario, speed: 10) { event in … }
///
/// While a drill is played the hub's clock for it runs `speed` times as fast as life, from the moment of `begin`.
public struct DrillPlayer: Sendable {
    let cast: Cast
    let link: any DrillLink
    let clock: any DrillClock

    public init(cast: Cast, link: any DrillLink, clock: any DrillClock) {
        self.cast = cast
        self.link = link
        self.clock = clock
    }

    /// What happens while a drill is played, as it happens.
    public enum Event: Sendable {
        /// With nothing played yet.
        case began(DrillRecord)
        case played(PlayedMessage)
        case saw(SeenAlert)
        case unreadable(SeenAlert.Unreadable)
    }

    /// How long after its planned end the hub ends a drill whose player has vanished.
    static let margin = Duration.seconds(60)

    /// Plays a scenario to its end, and closes the link.
    ///
    /// - Parameters:
    ///   - speed: how many times faster than life, `1...1000`.
    ///   - allowsRealAlarms: must be true for scenarios whose alarms are partly real.
    ///   - report: called in turn for each event, from several tasks.
    /// - Throws: ``DrillError``, or what the link throws; the hub is told that the drill is over first.
    public func play(
        _ scenario: Scenario, speed: Int, allowsRealAlarms: Bool = false,
        report: @escaping @Sendable (Event) -> Void
    ) async throws -> Verdict {
        guard allowsRealAlarms || !scenario.hasRealAlarms else {
            throw DrillError.realAlarms(scenario: scenario.name)
        }
        let stream = try await openStream()
        var generator = SystemRandomNumberGenerator()
        let began = clock.now
        let origin = clock.elapsed
        let id = DrillID.make(scenario: scenario.name, at: began, using: &generator)
        var record = DrillRecord(id: id, scenario: scenario, speed: speed, began: began)
        let watched = Verdict.watchedTime(of: record)
        async let heard = listen(to: stream, drill: id, origin: origin, watched: watched, report: report)
        do {
            record.played = try await perform(record, origin: origin, watched: watched, report: report)
            try await end(record)
        } catch {
            // The first error is the one to tell; if this fails too, the hub ends the drill itself at `until`.
            do { try await end(record) } catch {}
            await link.close()
            throw error
        }
        await link.close()
        (record.seen, record.unreadable) = await heard
        return Verdict(record)
    }

    private func openStream() async throws -> AsyncStream<DrillMessage> {
        let hub = "smokehub/\(cast.estate.id)/block/+"
        do {
            return try await link.messages(matching: ["\(hub)/alert", "\(hub)/incident"])
        } catch {
            await link.close()
            throw error
        }
    }

    /// Begins, plays every message at its moment, and waits until nothing more is to be watched.
    private func perform(
        _ record: DrillRecord, origin: Duration, watched: Duration, report: @Sendable (Event) -> Void
    ) async throws -> [PlayedMessage] {
        let until = record.began + watched + Self.margin
        let begin = DrillControl(
            command: .begin, scenario: record.scenario.name, speed: record.speed, at: record.began.description,
            until: until.description)
        report(.began(record))
        try await control(begin, of: record.id)
        var voice = DeviceVoice(cast: cast)
        var played: [PlayedMessage] = []
        for message in record.scenario.messages {
            try await clock.sleep(until: origin + record.realTime(of: message.at))
            // A real message is on the real clock, all others on the drill's.
            let said = try voice.speak(message, stamp: message.isReal ? clock.now : record.began + message.at)
            let topic = message.isReal ? said.topic : "drill/\(record.id)/\(said.topic)"
            let step = PlayedMessage(planned: message, topic: topic, publishedAt: clock.elapsed - origin)
            report(.played(step))
            try await link.publish(said.payload, to: topic, qos: said.qos, retain: message.isRetained)
            played.append(step)
        }
        try await clock.sleep(until: origin + watched)
        return played
    }

    /// Tells the hub that the drill is over, and takes what was retained off the broker.
    ///
    /// In a task of its own, because it has to happen also when the drill is cancelled.
    private func end(_ record: DrillRecord) async throws {
        var voice = DeviceVoice(cast: cast)
        var retained: [String] = []
        for message in record.scenario.messages where message.isRetained {
            retained.append("drill/\(record.id)/\(try voice.speak(message, stamp: record.began).topic)")
        }
        try await Task { [retained] in
            for topic in retained {
                try await link.publish([], to: topic, qos: 1, retain: true)
            }
            try await control(DrillControl(command: .end), of: record.id)
        }.value
    }

    private func control(_ command: DrillControl, of id: String) async throws {
        try await link.publish(try JSONBytes.encode(command), to: "drill/\(id)/$control", qos: 1, retain: false)
    }

    /// Gathers what the hub says of this drill, and what it takes for real, until the link is closed.
    private func listen(
        to stream: AsyncStream<DrillMessage>, drill: String, origin: Duration, watched: Duration,
        report: @Sendable (Event) -> Void
    ) async -> (seen: [SeenAlert], unreadable: [SeenAlert.Unreadable]) {
        var seen: [SeenAlert] = []
        var unreadable: [SeenAlert.Unreadable] = []
        for await message in stream {
            let receivedAt = message.receivedAt - origin
            // Retained states are older than the drill; an empty payload removes one.
            if message.retained || message.payload.isEmpty || receivedAt > watched { continue }
            do throws(SeenAlert.Unreadable) {
                let alert = try SeenAlert(message, receivedAt: receivedAt)
                guard alert.exercise == nil || alert.exercise == drill else { continue }
                seen.append(alert)
                report(.saw(alert))
            } catch {
                unreadable.append(error)
                report(.unreadable(error))
            }
        }
        return (seen, unreadable)
    }
}

/// What the player tells the hub on `drill/<drill id>/$control`.
struct DrillControl: Encodable {
    var command: Command
    var scenario: String?
    var speed: Int?
    /// RFC 3339: where the drill's clock starts.
    var at: String?
    /// RFC 3339: when the hub ends the drill by itself.
    var until: String?

    enum Command: String, Encodable { case begin, end }
}
