import Foundation
import Synchronization

/// A gateway of somebody else's, on a free port of 127.0.0.1, that throttles, delays, loses and lies as it is told to, and
/// remembers whom it was handed, when, in what order and how often.
///
///     let gateway = try GatewaySimulator(.bad(seed: 1))
///     defer { gateway.stop() }
///     … hand messages to gateway.url("/") …
///     gateway.taken.map(\.id)    // who was handed over, the first first
///
/// It speaks HTTP/1.1 with connections that stay open. One thread serves all of them, so it costs little beside what is
/// measured with it.
public final class GatewaySimulator: Sendable {
    public let port: Int
    /// Every visit, as it comes.
    public let visits: AsyncStream<Visit>
    private let comes: AsyncStream<Visit>.Continuation
    private let identify: @Sendable (GatewayRequest) -> String
    private let behave: @Sendable (Visit) -> GatewayAct
    private let ledger = Mutex(Ledger())
    private let server: GatewayServer

    /// Somebody has come with a message.
    public struct Visit: Sendable {
        /// What the sender calls the message.
        public var id: String
        /// How many times it has come, from 1.
        public var time: Int
        /// Of all visits, from 1.
        public var number: Int
        public var at: ContinuousClock.Instant
        public var request: GatewayRequest
    }

    /// A message that was taken, as it came for the first time.
    public struct Taken: Sendable {
        public var id: String
        public var at: ContinuousClock.Instant
    }

    private struct Ledger {
        var visits = 0
        var times: [String: Int] = [:]
        var met: [Taken] = []
        var taken: [Taken] = []
        var takenTimes: [String: Int] = [:]
        var behave: (@Sendable (Visit) -> GatewayAct)?
    }

    /// - Parameters:
    ///   - identify: what a message is called; by default its header `Idempotency-Key`.
    ///   - behave: what becomes of it.
    /// - Throws: ``CannotListen``.
    public init(
        identify: @escaping @Sendable (GatewayRequest) -> String = { $0.header("idempotency-key") ?? "" },
        behave: @escaping @Sendable (Visit) -> GatewayAct = { _ in .take() }
    ) throws {
        self.identify = identify
        self.behave = behave
        (visits, comes) = AsyncStream.makeStream()
        server = try GatewayServer()
        port = server.port
        server.start { [weak self] in self?.receive($0) ?? .close }
    }

    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// From now on it behaves otherwise.
    public func change(to behave: @escaping @Sendable (Visit) -> GatewayAct) { ledger.withLock { $0.behave = behave } }

    /// Each message that was taken, once, in the order in which it was first taken.
    public var taken: [Taken] { ledger.withLock(\.taken) }

    /// Each message that was brought, once, in the order in which it was first brought, whatever became of it.
    public var met: [Taken] { ledger.withLock(\.met) }

    public var metCount: Int { ledger.withLock { $0.met.count } }

    public var takenCount: Int { ledger.withLock { $0.taken.count } }

    public var visitCount: Int { ledger.withLock(\.visits) }

    /// How often each message was taken.
    public var takenTimes: [String: Int] { ledger.withLock(\.takenTimes) }

    /// Ends it and every connection.
    public func stop() {
        server.stop()
        comes.finish()
    }

    /// A test of whether it is there brings no message.
    private func receiveTest(_ request: GatewayRequest) -> GatewayAct {
        let (number, changed) = ledger.withLock { ($0.visits, $0.behave) }
        var act = (changed ?? behave)(Visit(id: "", time: 1, number: number, at: .now, request: request))
        act.takes = 0
        if case .status(let status, let seconds, _) = act.reply {
            act.reply = .status(status, retryAfterSeconds: seconds)
        }
        return act
    }

    private func receive(_ request: GatewayRequest) -> GatewayAct {
        guard request.method != "HEAD" else { return receiveTest(request) }
        let id = identify(request)
        let now = ContinuousClock.now
        let (visit, changed) = ledger.withLock { ledger in
            ledger.visits += 1
            ledger.times[id, default: 0] += 1
            let visit = Visit(
                id: id, time: ledger.times[id] ?? 1, number: ledger.visits, at: now, request: request)
            if visit.time == 1 { ledger.met.append(Taken(id: id, at: now)) }
            return (visit, ledger.behave)
        }
        let act = (changed ?? behave)(visit)
        if act.takes > 0 {
            ledger.withLock { ledger in
                if ledger.takenTimes[id] == nil { ledger.taken.append(Taken(id: id, at: now)) }
                ledger.takenTimes[id, default: 0] += act.takes
            }
        }
        comes.yield(visit)
        return act
    }
}

/// What a gateway does with one message.
public struct GatewayAct: Hashable, Sendable {
    /// How many times the people get it: 0 if it is lost, 2 if it is sent twice.
    public var takes: Int
    public var reply: Reply
    /// How long it lets the sender wait.
    public var after: Duration

    public enum Reply: Hashable, Sendable {
        case status(Int, retryAfterSeconds: Int? = nil, body: String = "")
        /// Keeps the connection open and says nothing.
        case silence
        /// Closes the connection without an answer.
        case closing
    }

    public init(takes: Int, _ reply: Reply, after: Duration = .zero) {
        self.takes = takes
        self.reply = reply
        self.after = after
    }

    public static func take(_ status: Int = 200, body: String = "", after: Duration = .zero) -> GatewayAct {
        GatewayAct(takes: 1, .status(status, body: body), after: after)
    }

    /// 429 with `Retry-After` (RFC 6585, section 4; RFC 9110, section 10.2.3).
    public static func throttle(seconds: Int) -> GatewayAct {
        GatewayAct(takes: 0, .status(429, retryAfterSeconds: seconds))
    }

    public static let hang = GatewayAct(takes: 0, .silence)
    public static let close = GatewayAct(takes: 0, .closing)
    /// The message is taken, and the sender does not learn it.
    public static let loseAnswer = GatewayAct(takes: 1, .closing)
    /// 200, and the body says that it was not taken.
    public static func lie(body: String) -> GatewayAct { GatewayAct(takes: 0, .status(200, body: body)) }
}

/// 127.0.0.1 has no free port, or no descriptor is left.
public struct CannotListen: Error {}
