import Registry

/// A way on which messages leave: a gateway, a modem. Several of them are an ``SMSChannel``.
protocol SMSRoute: Sendable {
    /// As `hub.yaml` calls it.
    var name: String { get }

    /// Hands over one message. It ends within its own time-out, and early when its task is cancelled.
    func send(_ message: SMS) async -> RouteOutcome

    /// Tests whether it would take messages, without sending one; `nil`, as by default, if nobody can tell.
    func probe() async -> RouteTest?

    /// What a call of this route's gateway says; see ``ReceivingChannel``.
    func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming]

    /// Brings what the route finds out by itself; see ``ReceivingChannel``.
    func listen(_ take: @escaping @Sendable ([Incoming]) async throws -> Void) async
}

/// What a route's test has found.
struct RouteTest: Hashable, Sendable {
    var outcome: RouteOutcome
    /// What is left of the account, in its own currency, where the gateway says so.
    var credit: Double?
    /// Of that; below it somebody has to pay.
    var creditMin: Double?

    init(_ outcome: RouteOutcome, credit: Double? = nil, creditMin: Double? = nil) {
        self.outcome = outcome
        self.credit = credit
        self.creditMin = creditMin
    }
}

extension SMSRoute {
    func probe() async -> RouteTest? { nil }

    func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming] {
        throw GatewayMistake("the route '\(name)' takes no calls")
    }

    func listen(_ take: @escaping @Sendable ([Incoming]) async throws -> Void) async {}
}

/// One message on its way.
struct SMS: Sendable {
    /// The delivery's id, the same at every attempt.
    var id: String
    var number: PhoneNumber
    var text: SMSText
    /// Somebody is in danger: it goes before what is only announced or exercised.
    var isUrgent: Bool
    /// After this time nobody needs it any more.
    var validity: Duration
}

/// What one route made of a message. Reasons enter the alert log: no names, numbers or URLs in them.
enum RouteOutcome: Hashable, Sendable {
    /// - Parameter reference: as in ``Outcome/accepted(reference:)``.
    case accepted(reference: String? = nil)
    /// It lies in the number or the message: no route would deliver it.
    case refused(String)
    /// This route does not take it; another may.
    case notHere(String)
    /// It works, and takes no more right now.
    case busy(String, retryAfter: Duration? = nil)
    /// It did not get through.
    case failed(String, retryAfter: Duration? = nil)
    /// The route cannot send at all until somebody mends it: no credit, a wrong password.
    case down(String)
}

extension RouteOutcome {
    /// What any HTTP status but those of success means of a gateway.
    ///
    /// 401 to 403 are about who is calling, 404, 405 and 410 about where; another 4xx is about this message.
    init(failing response: HTTPClient.Response) {
        self =
            switch response {
            case .status(429, let retryAfter, _): .busy("HTTP 429", retryAfter: retryAfter)
            case .status(let status, let retryAfter, _) where [408, 425].contains(status):
                .failed("HTTP \(status)", retryAfter: retryAfter)
            case .status(let status, _, _) where [401, 402, 403, 404, 405, 410].contains(status):
                .down("HTTP \(status)")
            case .status(let status, _, _) where (400...499).contains(status): .notHere("HTTP \(status)")
            case .status(let status, let retryAfter, _): .failed("HTTP \(status)", retryAfter: retryAfter)
            case .unusable(let reason): .down(reason)
            case .failure(let reason): .failed(reason)
            }
    }
}
