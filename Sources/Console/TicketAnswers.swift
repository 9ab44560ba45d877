import Hub
public import Hummingbird
import Registry
import Rules
import Upkeep

/// One ticket: what has to be mended, where, and by when.
public struct TicketAnswer: ResponseCodable, Sendable {
    /// `T-104`
    public var ticket: String
    public var kind: String
    /// In each language.
    public var noun: [String: String]
    /// open, reopened or closed.
    public var state: String
    public var urgent: Bool
    /// Absent where devices of a block share it.
    public var device: String?
    /// Of a shared one: the first of them, and how many there are.
    public var devices: [String]
    public var deviceCount: Int
    /// As a path: `a/12/C`.
    public var place: String
    public var block: String
    /// RFC 3339, as are `since` (when it was opened last), `seenAt` and `closedAt`.
    public var openedAt: String
    public var since: String
    public var seenAt: String
    public var closedAt: String?
    /// A day by the estate's clocks.
    public var due: String
    public var overdue: Bool
    /// Who closed it by hand, and why; absent where a reading did.
    public var closedBy: String?
    public var closedWhy: String?
    public var seen: Int
    public var reopened: Int
    /// The sentence in each language, by its tag.
    public var evidence: [String: String]
    /// `slope -0.9 %/day`
    public var numbers: [String]

    init(_ ticket: Ticket, _ hub: HubService) {
        self.ticket = ticket.id
        kind = ticket.kind.rawValue
        noun = Self.texts(ticket.kind.noun)
        state = ticket.state.rawValue
        urgent = hub.isUrgent(ticket.kind)
        device = ticket.device
        devices = ticket.devices
        deviceCount = ticket.deviceCount
        place = ticket.place.description
        block = ticket.place.block
        openedAt = ticket.openedAt.description
        since = ticket.since.description
        seenAt = ticket.seenAt.description
        closedAt = ticket.closedAt?.description
        due = hub.date(ticket.due)
        overdue = ticket.isOverdue(at: hub.moment)
        closedBy = ticket.closedBy
        closedWhy = ticket.closedWhy
        seen = ticket.seen
        reopened = ticket.reopened
        evidence = Self.texts(ticket.evidence.text)
        numbers = ticket.evidence.numbers.map(\.description)
    }

    private static func texts(_ text: LogRecord.Text) -> [String: String] {
        [Language.english.tag: text.english, Language.traditionalChinese.tag: text.traditionalChinese]
    }
}

/// One ticket with what its device has measured day by day.
public struct TicketStory: ResponseCodable, Sendable {
    public var ticket: TicketAnswer
    public var series: [SeriesAnswer]

    init(_ ticket: Ticket, _ trends: DeviceTrends, _ hub: HubService) {
        self.ticket = TicketAnswer(ticket, hub)
        series = trends.lines.map(SeriesAnswer.init)
    }
}

/// The days of one thing that a device measures.
public struct SeriesAnswer: ResponseCodable, Sendable {
    /// `battery`, `smoke_density`
    public var name: String
    public var unit: String?
    /// What it showed in its first weeks; absent while they last.
    public var first: Double?
    public var days: [Day]

    public struct Day: Codable, Sendable {
        /// In days since 1970-01-01, by the estate's clocks.
        public var day: Int
        public var count: Int
        public var min: Double
        public var max: Double
        public var mean: Double
        public var last: Double
        /// What stands for the day.
        public var value: Double
    }

    init(_ line: DeviceTrends.Line) {
        name = line.series.name
        unit = line.series.unit
        first = line.baseline.map(Double.init)
        days = line.days.map { day in
            Day(
                day: day.day, count: day.count, min: Double(day.min), max: Double(day.max), mean: Double(day.mean),
                last: Double(day.last), value: day.value(of: line.series))
        }
    }
}

/// What an operator says who has mended something of which no reading tells.
public struct TicketRequest: Codable, Sendable {
    public var by: String
    public var why: String

    public init(by: String, why: String) {
        self.by = by
        self.why = why
    }
}

extension ControlAPI {
    func addTickets(to router: Router<BasicRequestContext>) {
        router.get("/api/tickets") { [hub] request, _ in
            let open: Bool? =
                switch request.uri.queryParameters["state"] {
                case nil, "open": true
                case "closed": false
                case "all": nil
                case .some:
                    throw HTTPError(.badRequest, message: "unknown state; ask for one of open, closed, all")
                }
            return try hub.tickets(open: open).map { TicketAnswer($0, hub) }
        }
        router.get("/api/tickets/{id}") { [hub] _, context in
            let number = try Self.number(context)
            guard let (ticket, trends) = try hub.ticket(number) else {
                throw HTTPError(.notFound, message: "there is no ticket 'T-\(number)'")
            }
            return TicketStory(ticket, trends, hub)
        }
        router.post("/api/tickets/{id}/close") { [hub] request, context -> HTTPResponse.Status in
            let number = try Self.number(context)
            let asked = try await request.decode(as: TicketRequest.self, context: context)
            guard !asked.by.isEmpty, !asked.why.isEmpty else {
                throw HTTPError(.badRequest, message: "say who closes it and what was done: by and why")
            }
            return try Self.status(
                of: await hub.close(
                    ticket: number, by: String(asked.by.prefix(100)), why: String(asked.why.prefix(1000))))
        }
    }

    private static func number(_ context: BasicRequestContext) throws -> Int {
        let id = try context.parameters.require("id")
        guard id.hasPrefix("T-"), let number = Int(id.dropFirst(2)), number > 0 else {
            throw HTTPError(.notFound, message: "'\(id.prefix(50))' is no ticket; write it as T-104")
        }
        return number
    }
}
