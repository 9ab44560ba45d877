import Devices
import Logging
import Registry
import ServiceLifecycle
import Synchronization

/// What a reload has changed in the registry.
public struct ReloadReport: Hashable, Sendable {
    public var devices: Int
    public var added: Int
    public var gone: Int
}

extension HubService {
    /// The configuration at work, and the next one.
    struct Reloading {
        var configuration: HubConfiguration
        var next: HubConfiguration?
        /// Taken back if the next one does not start.
        var previous: HubConfiguration?
        /// Who is to be told when the next one works, or that it does not.
        var waiting: CheckedContinuation<Bool, Never>?

        init(_ configuration: HubConfiguration) { self.configuration = configuration }
    }

    /// Runs until its task is cancelled or shut down.
    ///
    /// - Throws: ``StartError`` and other errors of the start. Once it runs, it goes on whatever fails.
    public func run() async throws {
        defer { tell(isTaken: false) }
        while true {
            do {
                let isOver = try await runOnce()
                guard !isOver, takeNext() else { return }
            } catch {
                guard takeBack() else { throw error }
                logger.error(
                    "The new configuration does not start; the hub goes on with the one before",
                    metadata: ["reason": "\(error)"])
                tell(isTaken: false)
            }
            inbox.reopen()
        }
    }

    /// Reads the configuration again and works by it from then on, as after a restart: what was not acknowledged comes
    /// again, and nothing is lost. The messages of the second that it takes wait at the broker; a drill ends.
    ///
    /// - Throws: every mistake in the files, and ``StartError`` if there is another reason why not; the hub then goes on
    ///   as it is.
    public func reload() async throws -> ReloadReport {
        guard let load else { throw StartError("this hub has no files that it could read again; restart it") }
        let next = try load()
        let now = configuration
        guard next.settings.state == now.settings.state, next.settings.hub == now.settings.hub,
            next.registry.estate.id == now.registry.estate.id
        else { throw StartError("the hub's name, its state folder or the estate's id has changed; restart the hub") }
        _ = try next.decoders(hearing: next.registry)
        let isTaken = await withCheckedContinuation { waiting in
            let isFirst = reloading.withLock { reloading in
                guard reloading.waiting == nil else { return false }
                reloading.next = next
                reloading.waiting = waiting
                return true
            }
            if isFirst { inbox.stop() } else { waiting.resume(returning: false) }
        }
        guard isTaken else {
            throw StartError("it could not be taken; see what the hub says on standard error, and ask again")
        }
        let (before, after) = (Set(now.registry.devices.map(\.id)), Set(next.registry.devices.map(\.id)))
        return ReloadReport(
            devices: after.count, added: after.subtracting(before).count, gone: before.subtracting(after).count)
    }

    /// The pipeline has taken up its work.
    func noteStarted() {
        guard reloading.withLock({ $0.next == nil }) else { return }
        tell(isTaken: true)
    }

    private func takeNext() -> Bool {
        reloading.withLock { reloading in
            guard let next = reloading.next else { return false }
            reloading.previous = reloading.configuration
            reloading.configuration = next
            reloading.next = nil
            return true
        }
    }

    private func takeBack() -> Bool {
        reloading.withLock { reloading in
            guard let previous = reloading.previous else { return false }
            reloading.configuration = previous
            reloading.previous = nil
            return true
        }
    }

    private func tell(isTaken: Bool) {
        let waiting = reloading.withLock { reloading in
            defer { reloading.waiting = nil }
            if isTaken { reloading.previous = nil }
            return reloading.waiting
        }
        waiting?.resume(returning: isTaken)
    }
}
