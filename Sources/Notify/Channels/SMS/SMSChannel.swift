public import Registry
import Rules
import Synchronization

/// Sends SMS over several routes, each a gateway or a modem.
///
/// The contact's address is a number, `+85291234567`. What is sent is ``Notice/short``, in GSM-7 or UCS-2 as its
/// characters ask for. Each contact has a route of its own among those with a share of the load, the same every time,
/// so that people know the sender; if that fails the others are tried in the same attempt, in their order. A route that
/// keeps failing rests and is then tried again, see ``RouteBreaker``; when nothing else takes a message, resting routes are tried
/// all the same. That one fails, or works again, is told by ``troubles()``.
public final class SMSChannel: ReceivingChannel {
    public static let name = "sms"

    private let settings: Settings
    private let routes: [any SMSRoute]
    private let now: @Sendable () -> Instant
    private let state: Mutex<State>

    private struct State {
        var breakers: [RouteBreaker]
        var troubles: [ChannelTrouble] = []
        /// What is left of each route's account, where it says so.
        var credits: [String: Double] = [:]
        /// The routes whose account has too little left.
        var poor: Set<String> = []
    }

    public struct Settings: Hashable, Sendable {
        /// In the order in which they are tried.
        public var routes: [Route] = []
        /// Where gateways report; without it they are not asked to.
        public var callback: GatewayCallback?
        /// The country's code for senders that come without one: `852`.
        public var country: String?
        /// How long a message is worth delivering.
        public var validity = Duration.seconds(3600)

        public init() {}
    }

    public struct Route: Hashable, Sendable {
        public var name: String
        public var kind: Kind
        /// Of the contacts, in relation to the other routes' shares. If no route has one, all go to the first.
        public var share = 0
        /// For one message.
        public var timeout = Duration.seconds(4)

        public enum Kind: Hashable, Sendable {
            case kannel(Kannel)
            case modem(Modem)
            case gateway(HTTPGateway)
        }

        public init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    /// A Kannel.
    public struct Kannel: Hashable, Sendable {
        /// Of its `sendsms`: `http://127.0.0.1:13013/cgi-bin/sendsms`.
        public var url: String
        public var user: String
        public var password: String
        /// The sender; empty: as Kannel's own configuration says.
        public var from = ""
        /// The SMS centre's id in Kannel; empty: as its routing says.
        public var smsc = ""

        public init(url: String, user: String, password: String) {
            self.url = url
            self.user = user
            self.password = password
        }
    }

    /// A gammu-smsd.
    public struct Modem: Hashable, Sendable {
        /// That of `outbox`, `sent`, `error` and `inbox`.
        public var folder: String
        /// How long the outbox may not move before the modem counts as gone, and what waits is given up.
        public var stall = Duration.seconds(60)
        /// So many may wait; a modem sends one in 3 to 6 s.
        public var waitingMax = 50
        /// How often it is looked whether something has come.
        public var pollInterval = Duration.seconds(1)

        public init(folder: String) { self.folder = folder }
    }

    public init(_ settings: Settings, now: @escaping @Sendable () -> Instant) throws(LibcurlUnavailable) {
        let client = try HTTPClient()
        self.settings = settings
        self.now = now
        routes = settings.routes.map { route in
            switch route.kind {
            case .kannel(let kannel):
                KannelRoute(
                    name: route.name, settings: kannel, timeout: route.timeout, client: client,
                    callback: settings.callback, country: settings.country, now: now)
            case .modem(let modem):
                ModemRoute(
                    name: route.name, settings: modem, country: settings.country, validity: settings.validity,
                    now: now)
            case .gateway(let gateway):
                HTTPGatewayRoute(
                    name: route.name, gateway: gateway, timeout: route.timeout, client: client,
                    callback: settings.callback, country: settings.country, now: now)
            }
        }
        state = Mutex(State(breakers: settings.routes.map { _ in RouteBreaker() }))
    }

    // MARK: Sending

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let number = try? PhoneNumber(contact.address) else {
            return .refused("the contact is no phone number such as +852…")
        }
        guard !routes.isEmpty else { return .refused("hub.yaml has no SMS route") }
        let message = SMS(
            id: notice.id, number: number, text: SMSText(notice.short),
            isUrgent: notice.alert.exercise == nil && notice.alert.announcement == nil, validity: settings.validity)
        var attempt = Attempt()
        var passedOver: [Int] = []
        for index in order(for: contact.id) {
            guard state.withLock({ $0.breakers[index].admits(at: now()) }) else {
                passedOver.append(index)
                continue
            }
            if let outcome = await attempt.end(with: attempted(message, index), routes[index].name) { return outcome }
        }
        // Nobody else is left, so resting routes are tried too: they may be well again.
        for index in passedOver {
            if let outcome = await attempt.end(with: attempted(message, index), routes[index].name) { return outcome }
        }
        return attempt.failure
    }

    private func attempted(_ message: SMS, _ index: Int) async -> RouteOutcome {
        let outcome = await routes[index].send(message)
        note(outcome, of: index)
        return outcome
    }

    /// One message's way over the routes.
    private struct Attempt {
        private var reasons: [String] = []
        private var retryAfter: Duration?
        private var mayPass = false

        /// - Returns: what becomes of the message, if no other route is to be tried.
        mutating func end(with outcome: RouteOutcome, _ route: String) -> Outcome? {
            switch outcome {
            case .accepted(let reference): return .accepted(reference: reference)
            case .refused(let reason): return .refused("\(route): \(reason)")
            case .notHere(let reason): reasons.append("\(route): \(reason)")
            case .busy(let reason, let pause), .failed(let reason, let pause):
                reasons.append("\(route): \(reason)")
                mayPass = true
                // The soonest of them.
                retryAfter = pause.map { min($0, retryAfter ?? $0) } ?? retryAfter
            case .down(let reason):
                reasons.append("\(route): \(reason)")
                mayPass = true
            }
            return nil
        }

        var failure: Outcome {
            let reason = reasons.joined(separator: "; ")
            return mayPass ? .failed(reason, retryAfter: reasons.count == 1 ? retryAfter : nil) : .refused(reason)
        }
    }

    // MARK: Tests

    /// Tests every route at once, so that those that hang cost no more than their own time: those that rest are tried
    /// again if they are well. Messages are taken as long as one is.
    public func probe(_ contact: Contact?) async -> Outcome? {
        var reasons: [String] = []
        var isWell: Bool?
        for (index, test) in await tests().sorted(by: { $0.key < $1.key }) {
            let route = routes[index]
            note(test.outcome, of: index)
            if let credit = test.credit { note(credit, least: test.creditMin, of: route.name) }
            switch test.outcome {
            case .accepted, .busy: isWell = true
            case .refused(let reason), .notHere(let reason), .failed(let reason, _), .down(let reason):
                isWell = isWell ?? false
                reasons.append("\(route.name): \(reason)")
            }
        }
        return isWell.map { $0 ? .accepted() : .failed(reasons.joined(separator: "; ")) }
    }

    /// By the routes' places; those that nobody can test are left out.
    private func tests() async -> [Int: RouteTest] {
        await withTaskGroup(of: (Int, RouteTest?).self) { group in
            for (index, route) in routes.enumerated() { group.addTask { (index, await route.probe()) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// What was left of each route's account when it was last asked, by the routes' names.
    public var credits: [String: Double] { state.withLock { $0.credits } }

    private func note(_ credit: Double, least: Double?, of route: String) {
        state.withLock { state in
            state.credits[route] = credit
            guard let least, (credit < least) != state.poor.contains(route) else { return }
            if credit < least {
                state.poor.insert(route)
                state.troubles.append(
                    ChannelTrouble(
                        LogRecord.Text(
                            "The SMS route '\(route)' has little credit left: \(credit), less than \(least)",
                            "短訊路線「\(route)」的餘額不足：\(credit)，低於 \(least)"),
                        details: [
                            "trouble": "credit", "state": "open", "channel": Self.name, "route": route,
                            "credit": "\(credit)",
                        ]))
            } else {
                state.poor.remove(route)
                state.troubles.append(
                    ChannelTrouble(
                        LogRecord.Text(
                            "The SMS route '\(route)' has credit again: \(credit)", "短訊路線「\(route)」的餘額已恢復：\(credit)"),
                        details: [
                            "trouble": "credit", "state": "put right", "channel": Self.name, "route": route,
                            "credit": "\(credit)",
                        ]))
            }
        }
    }

    /// The contact's own route first, then the others as they are listed.
    private func order(for contact: Contact.ID) -> [Int] {
        let shares = settings.routes.map(\.share)
        let all = Array(routes.indices)
        let total = shares.reduce(0, +)
        guard total > 0 else { return all }
        // FNV-1a: the same in every process.
        let hash = contact.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        var place = Int((hash >> 32) % UInt64(total))
        let own = shares.firstIndex { share in
            defer { place -= share }
            return place < share
        }
        guard let own else { return all }
        return [own] + all.filter { $0 != own }
    }

    // MARK: Troubles

    /// What has changed since it was last asked.
    public func troubles() -> [ChannelTrouble] {
        state.withLock { state in
            defer { state.troubles = [] }
            return state.troubles
        }
    }

    private func note(_ outcome: RouteOutcome, of index: Int) {
        let name = routes[index].name
        switch outcome {
        // A gateway that refuses one number works.
        case .accepted, .refused, .notHere, .busy: note(index, true, false) { Self.recovery(name) }
        case .failed(let reason, _): note(index, false, false) { Self.breakdown(name, reason) }
        case .down(let reason): note(index, false, true) { Self.breakdown(name, reason) }
        }
    }

    private func note(_ index: Int, _ success: Bool, _ isDown: Bool, _ trouble: () -> ChannelTrouble) {
        let moment = now()
        state.withLock { state in
            let change = state.breakers[index].note(success: success, isDown: isDown, at: moment)
            if change != nil { state.troubles.append(trouble()) }
        }
    }

    private static func breakdown(_ route: String, _ reason: String) -> ChannelTrouble {
        ChannelTrouble(
            LogRecord.Text("The SMS route '\(route)' fails: \(reason)", "短訊路線「\(route)」失效：\(reason)"),
            details: ["channel": name, "route": route, "state": "failing", "error": reason])
    }

    private static func recovery(_ route: String) -> ChannelTrouble {
        ChannelTrouble(
            LogRecord.Text("The SMS route '\(route)' works again", "短訊路線「\(route)」已恢復"),
            details: ["channel": name, "route": route, "state": "working"])
    }

    // MARK: Receiving

    public func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming] {
        let path = call.path.split(separator: "/").map(String.init)
        guard let name = path.first, let route = routes.first(where: { $0.name == name }) else {
            throw GatewayMistake("there is no SMS route of this name: gateways call /gateway/sms/<route>")
        }
        return try route.incoming(from: call)
    }

    public func listen(_ take: @escaping @Sendable ([Incoming]) async throws -> Void) async {
        await withDiscardingTaskGroup { group in
            for route in routes { group.addTask { await route.listen(take) } }
        }
    }
}
