public import Registry
import Rules
import Store

/// Calls people by telephone over an HTTP voice gateway, which speaks an alert to them and takes their answer by a key.
///
/// The contact's address is a number, `+85291234567`. What is spoken is a ``CallScript`` in the person's language, or in
/// English where nothing speaks it. The gateway calls `/gateway/call/voice` to report on a call, and to bring the key that
/// was pressed: 1, 2 and 3 mean the same in every language, see ``AnswerWords``. A call that was answered counts as read
/// only where the gateway has heard a person (Twilio's `AnsweredBy=human`), for a voicemail answers, too.
public final class CallChannel: ReceivingChannel {
    public static let name = "call"

    private let route: HTTPGatewayRoute
    private let catalogue: MessageCatalogue
    private let estate: Estate
    private let places: [Contact.ID: Place]

    public struct Settings: Hashable, Sendable {
        public var gateway: HTTPGateway
        /// Where the gateway reports and brings answers; without it, it is not asked to.
        public var callback: GatewayCallback?
        /// For handing over one call.
        public var timeout = Duration.seconds(5)

        public init(_ gateway: HTTPGateway) { self.gateway = gateway }
    }

    public init(
        _ settings: Settings, directory: Directory, catalogue: MessageCatalogue,
        now: @escaping @Sendable () -> Instant
    ) throws(LibcurlUnavailable) {
        route = HTTPGatewayRoute(
            name: "voice", gateway: settings.gateway, timeout: settings.timeout, client: try HTTPClient(),
            callback: settings.callback, country: nil, now: now)
        self.catalogue = catalogue
        estate = directory.estate
        places = Dictionary(
            directory.residents.flatMap { resident in
                resident.contacts.compactMap { contact in resident.place.map { (contact.id, $0) } }
            }, uniquingKeysWith: { first, _ in first })
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let number = try? PhoneNumber(contact.address) else {
            return .refused("the contact is no phone number such as +852…")
        }
        let voice = CallScript.voice(for: notice.language)
        let passage =
            notice.alert.isCanary
            ? Passage(notice)
            : catalogue.passage(notice.alert, in: voice.language, at: places[contact.id], estate: estate)
        var values = route.values(id: notice.id, number: number)
        let script = CallScript(
            passage, in: voice, asks: notice.alert.asks, answersTo: values["callback"])
        values["text"] = script.text
        values["twiml"] = script.twiml
        values["language"] = voice.tag
        return Outcome(await route.hand(values))
    }

    /// Asks for the gateway's account, if it has one.
    public func probe(_ contact: Contact?) async -> Outcome? { await route.probe().map { Outcome($0.outcome) } }

    public func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming] {
        guard call.path == "/\(route.name)" else {
            throw GatewayMistake("voice gateways call /gateway/call/\(route.name)")
        }
        let isHuman = HTTPGatewayRoute.fields(inBodyOf: call)["AnsweredBy"] == "human"
        return try route.incoming(from: call).map { incoming in
            guard isHuman, case .receipt(var receipt) = incoming, receipt.kind == .delivered else { return incoming }
            receipt.kind = .read
            return .receipt(receipt)
        }
    }
}

extension Outcome {
    /// Where there is no other route.
    fileprivate init(_ outcome: RouteOutcome) {
        switch outcome {
        case .accepted(let reference): self = .accepted(reference: reference)
        case .refused(let reason), .notHere(let reason): self = .refused(reason)
        case .busy(let reason, let pause), .failed(let reason, let pause): self = .failed(reason, retryAfter: pause)
        case .down(let reason): self = .failed(reason)
        }
    }
}
