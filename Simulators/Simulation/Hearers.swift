import Notify
import Registry
import Rules
import Store

/// Who has to hear an alert, and who has heard what: found again from DESIGN.md's words, apart from the notifier's own
/// audience and book, so that nobody is left out by the same mistake twice. A value, so that a crash goes back to what
/// was durable.
struct Hearers {
    /// By incident and then by person: what was put on its way last.
    private var told: [String: [Resident.ID: Entry]] = [:]
    /// Who has accepted which alert, as `alert/person`, and when first.
    private var accepted: [String: Instant] = [:]
    private var expanded: [Alert.ID: Alert] = [:]

    private struct Entry {
        var stage: Stage
        var nearness: Int
        var isContradicted: Bool
    }

    func knows(_ alert: Alert.ID) -> Bool { expanded[alert] != nil }

    /// Checks what an alert has come to.
    ///
    /// - Returns: what is wrong with it.
    mutating func expand(_ alert: Alert, in directory: Directory, isOpen: (Delivery.ID) -> Bool) -> String? {
        if let before = expanded[alert.id] {
            return Self.isAnother(alert, before) ? "\(alert.id) has been told and means something else now" : nil
        }
        expanded[alert.id] = alert
        var missing: [String] = []
        var surplus: [String] = []
        for resident in directory.residents {
            let isOwed = owes(alert, resident, directory.estate)
            guard let contact = resident.contacts.first(where: { $0.channel != "siren" }) else { continue }
            let isTold = isOpen("\(alert.id)/\(contact.id)")
            if isOwed, !isTold { missing.append(resident.id) }
            if !isOwed, isTold { surplus.append(resident.id) }
        }
        if alert.stage == .closed { told[alert.incident] = nil }
        let name = "\(alert.id) (\(alert.stage?.rawValue ?? "announced"))"
        if let first = missing.first { return "\(name) leaves out \(missing.count): \(first) and so on" }
        if let first = surplus.first { return "\(name) goes to \(surplus.count) whom it owes nothing: \(first)" }
        return nil
    }

    /// An id is told once, so it must not come to mean something else: whoever had to hear that would not.
    private static func isAnother(_ alert: Alert, _ before: Alert) -> Bool {
        (alert.stage, alert.rule, alert.repetition) != (before.stage, before.rule, before.repetition)
            || alert.audience != before.audience || alert.places != before.places
            || alert.sounders != before.sounders || alert.announcement != before.announcement
    }

    /// Who hears an alert over some contact, where no notifier is.
    mutating func hear(_ alert: Alert, in directory: Directory) -> [Resident] {
        let hearing = directory.residents.filter { owes(alert, $0, directory.estate) && !$0.contacts.isEmpty }
        if alert.stage == .closed { told[alert.incident] = nil }
        return hearing
    }

    private mutating func owes(_ alert: Alert, _ resident: Resident, _ estate: Estate) -> Bool {
        guard alert.sounders != .stop, concerns(resident, alert, estate) else { return false }
        // An announcement is told once, and nothing is told by it.
        guard let stage = alert.stage else { return true }
        let nearness = Self.nearness(resident.place, alert.places, estate)
        // That sirens stop is told to nobody, that they sound again to staff alone, and to them always.
        if alert.sounders == .resume {
            guard resident.role != .resident else { return false }
        } else if !isNews(alert, nearness, told[alert.incident]?[resident.id]) {
            return false
        }
        told[alert.incident, default: [:]][resident.id] = Entry(
            stage: stage, nearness: nearness, isContradicted: alert.contradiction)
        return true
    }

    /// Checks a message that leaves: who has accepted an alert is not told it over another contact as well, before the
    /// time for an answer is over. Nobody answers here.
    func depart(_ delivery: Delivery, at now: Instant) -> String? {
        guard delivery.attempts == 1, let acceptedAt = accepted["\(delivery.alert)/\(delivery.target)"] else {
            return nil
        }
        if let pause = Escalation().nextContact, now - acceptedAt >= pause { return nil }
        return "\(delivery.target) is told \(delivery.alert) again over \(delivery.contact), having accepted it"
    }

    mutating func accept(_ delivery: Delivery, at now: Instant) {
        let key = "\(delivery.alert)/\(delivery.target)"
        accepted[key] = accepted[key] ?? now
    }

    private func isNews(_ alert: Alert, _ nearness: Int, _ before: Entry?) -> Bool {
        guard let before, alert.repetition == 0 else { return true }
        return before.stage != alert.stage || (alert.contradiction && !before.isContradicted)
            || (nearness <= 1 && nearness < before.nearness)
    }

    private func concerns(_ resident: Resident, _ alert: Alert, _ estate: Estate) -> Bool {
        alert.audience.contains { audience in
            switch audience {
            case .guards: watches(.guardian, resident, alert)
            case .wardens: watches(.warden, resident, alert)
            case .office: watches(.office, resident, alert)
            case .maintenance: watches(.maintenance, resident, alert)
            case .owners: resident.role == .owner && isInside(resident, alert)
            case .nextOfKin: resident.role == .nextOfKin && isInside(resident, alert)
            case .told: told[alert.incident]?[resident.id] != nil
            case .estate: true
            case .block: resident.place.map { Self.blocks(alert).contains($0.block) } ?? false
            case .adjacent:
                resident.place.map { Self.blocks(alert).flatMap(estate.blocks(nextTo:)).contains($0.block) } ?? false
            case .flat: resident.place?.flat != nil && alert.places.contains { $0 == resident.place }
            case .neighbours: resident.place?.flat != nil && isOnFloor(resident, alert) && !isInside(resident, alert)
            case .floor: isOnFloor(resident, alert)
            case .floorAbove: isOnFloor(resident, alert, above: 1, estate)
            case .floorBelow: isOnFloor(resident, alert, above: -1, estate)
            }
        }
    }

    private func isOnFloor(_ resident: Resident, _ alert: Alert, above floors: Int, _ estate: Estate) -> Bool {
        alert.places.contains { place in
            guard let block = estate.block(place.block), resident.place?.block == place.block,
                let fire = place.floor.flatMap({ block.floors.firstIndex(of: $0) }),
                let home = resident.place?.floor.flatMap({ block.floors.firstIndex(of: $0) })
            else { return false }
            return home == fire + floors
        }
    }

    private func watches(_ role: Resident.Role, _ resident: Resident, _ alert: Alert) -> Bool {
        guard resident.role == role else { return false }
        return resident.place.map { Self.blocks(alert).contains($0.block) } ?? true
    }

    private func isInside(_ resident: Resident, _ alert: Alert) -> Bool {
        alert.places.contains { $0 == resident.place }
    }

    private func isOnFloor(_ resident: Resident, _ alert: Alert) -> Bool {
        alert.places.contains { place in
            place.floor != nil && place.block == resident.place?.block && place.floor == resident.place?.floor
        }
    }

    private static func blocks(_ alert: Alert) -> [String] {
        alert.block == "*" ? alert.places.map(\.block) : [alert.block]
    }

    /// 0 in the flat, 1 on its floor, more further away.
    private static func nearness(_ place: Place?, _ dangers: [Place], _ estate: Estate) -> Int {
        guard let place else { return 9 }
        return dangers.map { danger in
            guard danger.block == place.block else { return 9 }
            if danger == place, place.flat != nil || place.area != nil { return 0 }
            return danger.floor != nil && danger.floor == place.floor ? 1 : 5
        }.min() ?? 9
    }
}
