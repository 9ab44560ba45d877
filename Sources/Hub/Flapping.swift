import Devices
import Registry

/// Which findings are told to people at once, so that what comes and goes all day does not call them all day: of each
/// thing four in an hour, and then every quarter of an hour how it is now and how often that has changed. The log has
/// each.
///
/// Fewer at once, and a second real outage waits; more, and nobody reads them. Bounded: with 10,000 things at a time,
/// what more there is is told at once.
struct Flapping {
    private var subjects: [String: Subject] = [:]

    static let atOnce = 4
    static let within = Duration.seconds(3600)
    static let gathering = Duration.seconds(900)
    static let subjectsMax = 10_000

    private struct Subject {
        /// The last few times.
        var toldAt: [Instant] = []
        /// How it is now, if that has not been told.
        var kept: Finding?
        var changes = 0
    }

    /// What has not been told at once.
    struct Gathered: Hashable {
        var finding: Finding
        var changes: Int
    }

    /// Takes a finding into account. - Returns: whether it is told now.
    mutating func tells(_ finding: Finding, at moment: Instant) -> Bool {
        guard let name = finding.subject else { return true }
        if subjects[name] == nil, subjects.count >= Self.subjectsMax {
            subjects = subjects.filter { $1.kept != nil }
            guard subjects.count < Self.subjectsMax else { return true }
        }
        var subject = subjects[name] ?? Subject()
        defer { subjects[name] = subject }
        subject.toldAt.removeAll { $0 + Self.within <= moment }
        if subject.kept == nil, subject.toldAt.count < Self.atOnce {
            subject.toldAt.append(moment)
            return true
        }
        subject.kept = finding
        subject.changes += 1
        return false
    }

    /// What is due to be told of things whose findings were kept back.
    mutating func due(at moment: Instant) -> [Gathered] {
        let names = subjects.filter { $1.kept != nil && ($1.toldAt.last.map { $0 + Self.gathering <= moment } ?? true) }
            .keys.sorted()
        return names.compactMap { name in
            guard let subject = subjects[name], let finding = subject.kept else { return nil }
            subjects[name] = Subject(toldAt: subject.toldAt.suffix(Self.atOnce - 1) + [moment])
            return Gathered(finding: finding, changes: subject.changes)
        }
    }
}

extension Finding {
    /// What it is about, if that can come and go; `nil` for what nobody is told of at once.
    fileprivate var subject: String? {
        switch self {
        case .gatewayLost(let gateway, _), .gatewayBack(let gateway, _):
            "gateway \(gateway.ecosystem.rawValue) \(gateway.address)"
        case .floorUnwatched(let block, let floor), .floorWatched(let block, let floor): "floor \(block) \(floor)"
        case .massSilence(let block, _, _), .massSilenceOver(let block): "block \(block)"
        case .silent, .heardAgain, .heardAtLast, .drifts, .breaksContract, .driftsNoMore, .storms, .stormsNoMore: nil
        }
    }
}
