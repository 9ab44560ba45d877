import Foundation
import Notify
import Registry
import Store

/// Looks for somebody in the files of a configuration and of a hub's state, beside a running hub, too.
struct PeopleSearch {
    let files: PeopleFiles
    let state: String

    private var notify: String { state + "/notify.sqlite" }

    /// How often something of a person is found, by file; what was deleted and still lies in a file counts as well.
    func found(_ person: Resident.ID, subscriptions: [String]) throws -> [String: Int] {
        var found: [String: Int] = [:]
        let people = try ResidentsFile(try ConfigFile.read(files.residents)).ids
        found["residents.csv"] = people.count { $0 == person }
        if let path = files.subscriptions {
            let names = try PushSubscriptionsFile(try ConfigFile.read(path).text).names
            found["the subscriptions"] = names.count(where: subscriptions.contains)
        }
        let database = try NotifyDatabase(reading: notify)
        for (table, count) in try database.rows(of: person) { found["notify.sqlite \(table)"] = count }
        found["notify.sqlite record"] = try database.records(naming: person)
        let bytes = ByteSearch(for: person, besides: Set(people).union(try database.people()))
        found["the bytes of notify.sqlite"] = bytes.count(in: notify) + bytes.count(in: notify + "-wal")
        try database.close()
        return found
    }

    /// The incidents that are not over and of which somebody has been told.
    func openIncidents(of person: Resident.ID) throws -> [String] {
        try NotifyDatabase(reading: notify).openIncidents(of: person)
    }

    func isKnown(_ person: Resident.ID) throws -> Bool {
        try NotifyDatabase(reading: notify).rows(of: person).values.contains { $0 > 0 }
    }

    /// What names them still, why, and until when.
    func stays(_ people: [Resident.ID], journalKept: Duration) throws -> [String] {
        var stays = [
            "alerts.jsonl: their id, with times, places and answers; the log is never rewritten, and without the row "
                + "of residents.csv the id is nobody's"
        ]
        let hub = try HubDatabase(reading: state + "/hub.sqlite")
        for person in people {
            for mention in try hub.mentions(of: person, journalKept: journalKept) {
                let end = mention.until.map { "until \($0)" } ?? "until what they did has ended"
                stays.append(
                    "hub.sqlite: \(person) in \(mention.rows) rows of \(mention.table), as who asked for something; \(end)"
                )
            }
        }
        let old = try FileManager.default.contentsOfDirectory(atPath: state)
            .filter { $0.hasPrefix("notify-") && $0.hasSuffix(".sqlite") }.sorted()
        if !old.isEmpty { stays.append("\(old.joined(separator: ", ")): set aside earlier, not searched; delete it") }
        return stays + ["backups and other copies of these files"]
    }
}
