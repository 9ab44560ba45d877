import CCurl
import Foundation
import Synchronization

/// Hands mail to a server by SMTP (RFC 5321), with libcurl, on a few threads, each of which keeps its connection for its
/// next mail. Not on one thread for all, as HTTP goes: libcurl waits for the server's word on a mail as if there were
/// no other.
final class MailClient: Sendable {
    private let desk: MailDesk

    struct Mail: Sendable {
        var server: MailChannel.Server
        /// `alarm@estate.example`, where the server sends back what it cannot deliver.
        var sender: String
        var recipient: String
        /// With its headers; lines end in CR and LF, and have at most 998 bytes.
        var message: [UInt8]
        /// It is no mail: the server is only asked whether it lets the hub in (NOOP; RFC 5321, 4.1.1.9).
        var isProbe = false
    }

    /// How a transfer ended.
    enum Ending: Sendable {
        /// - Parameters:
        ///   - status: the last one that the server gave; 0 for none.
        ///   - command: the last one that was sent: `RCPT`.
        case over(CURLcode, status: Int, command: String)
        /// Its task was cancelled, or the client is gone.
        case stopped
    }

    /// - Returns: `nil` if libcurl cannot be started.
    init?(connectionsMax: Int) {
        guard HTTPDesk.isSetUp else { return nil }
        desk = MailDesk(connectionsMax: connectionsMax)
    }

    deinit { desk.close() }

    /// Returns within the server's timeout once it is its turn, or within a second when the task is cancelled.
    func send(_ mail: Mail) async -> Outcome { Outcome(await desk.perform(mail)) }
}

extension Outcome {
    /// What the end of a mail's transfer means. Only what the server says of the recipient, or of this message once it
    /// has it, is refused for good: what it says of the hub itself (its sender, user, password, certificate) is the
    /// estate's trouble, and tried again until it is mended.
    init(_ ending: MailClient.Ending) {
        guard case .over(let result, let status, let command) = ending else {
            self = .failed("stopped")
            return
        }
        // libcurl's general words; its detailed ones name the host.
        let words = result == CURLE_OK ? "the mail server said nothing" : String(cString: curl_easy_strerror(result))
        switch (result, status, command) {
        case (CURLE_OK, 200...299, _): self = .accepted()
        case (CURLE_LOGIN_DENIED, _, _), (_, 530, _), (_, 535, _), (_, 538, _):
            self = .failed("the mail server does not let the hub in with its user and password")
        case (CURLE_USE_SSL_FAILED, _, _): self = .failed("the mail server offers no STARTTLS")
        case (CURLE_OPERATION_TIMEDOUT, _, _): self = .failed(words)
        case (_, 500...599, "RCPT"): self = .refused("SMTP \(status) to the recipient")
        case (_, 500...599, "DATA"): self = .refused("SMTP \(status) to the message")
        case (_, 500...599, _): self = .failed("SMTP \(status) to the hub")
        case (_, 400...499, _): self = .failed("SMTP \(status)")
        default: self = .failed(words)
        }
    }
}

/// What waits for a thread, and the threads.
final class MailDesk: Sendable {
    final class Order: Sendable {
        let mail: MailClient.Mail
        let reply: CheckedContinuation<MailClient.Ending, Never>
        /// It is to end soon.
        let isCancelled = Atomic(false)

        init(_ mail: MailClient.Mail, _ reply: CheckedContinuation<MailClient.Ending, Never>) {
            self.mail = mail
            self.reply = reply
        }
    }

    private struct State {
        var waiting: [(id: UInt64, order: Order)] = []
        var underWay: [UInt64: Order] = [:]
        var threads = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let ids = Atomic<UInt64>(0)
    private let connectionsMax: Int
    /// As many as there may be orders or an end to look for.
    private let bell = DispatchSemaphore(value: 0)

    init(connectionsMax: Int) { self.connectionsMax = connectionsMax }

    func perform(_ mail: MailClient.Mail) async -> MailClient.Ending {
        let id = ids.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { submit(id, Order(mail, $0)) }
        } onCancel: {
            cancel(id)
        }
    }

    private func submit(_ id: UInt64, _ order: Order) {
        let isTooLate = state.withLock { state in
            // Who is cancelled from now on finds the order under this lock.
            guard !Task.isCancelled, !state.isClosed else { return true }
            state.waiting.append((id, order))
            if state.waiting.count + state.underWay.count > state.threads, state.threads < connectionsMax {
                state.threads += 1
                start()
            }
            return false
        }
        if isTooLate { order.reply.resume(returning: .stopped) } else { bell.signal() }
    }

    private func cancel(_ id: UInt64) {
        let order: Order? = state.withLock { state in
            if let order = state.underWay[id] {
                order.isCancelled.store(true, ordering: .relaxed)
                return nil
            }
            return state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).order }
        }
        order?.reply.resume(returning: .stopped)
    }

    func close() {
        let (waiting, threads) = state.withLock { state in
            state.isClosed = true
            for order in state.underWay.values { order.isCancelled.store(true, ordering: .relaxed) }
            defer { state.waiting = [] }
            return (state.waiting, state.threads)
        }
        for (_, order) in waiting { order.reply.resume(returning: .stopped) }
        for _ in 0..<threads { bell.signal() }
    }

    private func start() {
        let thread = Thread { [self] in
            guard let handle = curl_easy_init() else {
                return work { _ in .over(CURLE_OUT_OF_MEMORY, status: 0, command: "") }
            }
            work { MailTransfer($0).perform(handle) }
            curl_easy_cleanup(handle)
        }
        thread.name = "mail"
        thread.start()
    }

    private func work(_ perform: (Order) -> MailClient.Ending) {
        while true {
            bell.wait()
            let next: (id: UInt64, order: Order)?? = state.withLock { state in
                guard !state.isClosed else { return .none }
                guard !state.waiting.isEmpty else { return .some(nil) }
                let next = state.waiting.removeFirst()
                state.underWay[next.id] = next.order
                return next
            }
            guard let next else { return }
            guard let (id, order) = next else { continue }
            let ending = perform(order)
            state.withLock { _ = $0.underWay.removeValue(forKey: id) }
            order.reply.resume(returning: ending)
        }
    }
}
