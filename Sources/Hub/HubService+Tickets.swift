public import Registry
public import Rules
import Store
public import Upkeep

extension HubService {
    /// The tickets on record, block by block in the estate's order, and in each the one first that is due first.
    ///
    /// - Parameter open: `nil` for open and closed ones.
    /// - Throws: if hub.sqlite cannot be read.
    public func tickets(open: Bool?) throws -> [Ticket] {
        let tickets = try database?.tickets(open: open) ?? []
        let estate = configuration.registry.estate
        return tickets.map { (estate.position(ofBlock: $0.place.block) ?? .max, $0) }
            .sorted { ($0.0, $0.1.due, $0.1.number) < ($1.0, $1.1.due, $1.1.number) }
            .map(\.1)
    }

    /// A ticket with the daily figures that are stored of its device; `nil` if there is no such ticket.
    ///
    /// - Throws: if hub.sqlite cannot be read.
    public func ticket(_ number: Int) throws -> (ticket: Ticket, trends: DeviceTrends)? {
        guard let ticket = try database?.ticket(number) else { return nil }
        let bytes = try ticket.device.flatMap { try database?.trends(of: [$0])[$0] }
        return (ticket, bytes.flatMap(DeviceTrends.init(bytes:)) ?? DeviceTrends())
    }

    /// Closes a ticket because a person says so; returns when that is durable.
    ///
    /// - Returns: `nil` if too many commands wait and it was not taken.
    public func close(ticket number: Int, by person: String, why: String) async -> OperatorAnswer? {
        await withCheckedContinuation { continuation in
            let isTaken = inbox.put(TicketClosing(number: number, by: person, why: why)) {
                continuation.resume(returning: $0)
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// By the estate's clocks: `2026-12-01`.
    public func date(_ moment: Instant) -> String {
        moment.date(utcOffset: configuration.rules.settings.utcOffset)
    }

    public func isUrgent(_ kind: Ticket.Kind) -> Bool { configuration.settings.upkeep.urgent.contains(kind) }
}
