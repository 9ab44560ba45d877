import Registry

/// Sends through a GSM modem by the files of its gammu-smsd, and brings what arrives in its inbox; see ``ModemSpool``.
///
/// Accepted means that the file is in the outbox. What the modem then fails to send, the network does not deliver, or
/// nobody sends in time comes back as a report. Delivery reports name a number and no message: of several messages to
/// one number the oldest is taken to be meant. Source: `man 7 gammu-smsd-files`, `man 5 gammu-smsdrc`.
struct ModemRoute: SMSRoute {
    let name: String
    private let spool: ModemSpool
    private let settings: SMSChannel.Modem
    private let validity: Duration
    private let now: @Sendable () -> Instant

    init(
        name: String, settings: SMSChannel.Modem, country: String?, validity: Duration,
        now: @escaping @Sendable () -> Instant
    ) {
        self.name = name
        self.settings = settings
        self.validity = validity
        self.now = now
        spool = ModemSpool(settings, country: country)
    }

    func send(_ message: SMS) async -> RouteOutcome {
        guard !Task.isCancelled else { return .failed("stopped") }
        return await spool.put(message, at: now())
    }

    func probe() async -> RouteTest? { await spool.test(at: now()).map { RouteTest($0) } }

    func listen(_ take: @escaping @Sendable ([Incoming]) async throws -> Void) async {
        while !Task.isCancelled {
            let news = await spool.look(at: now(), validity: validity)
            do {
                if !news.incoming.isEmpty { try await take(news.incoming) }
                await spool.finish(news)
            } catch {
                // It is still in the folders, and brought again.
            }
            // Only cancellation ends it early.
            do { try await Task.sleep(for: settings.pollInterval) } catch { return }
        }
    }
}
