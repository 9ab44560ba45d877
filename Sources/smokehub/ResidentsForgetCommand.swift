import AlertLog
import ArgumentParser
import Console
import Crypto
import Foundation
import Hub
import Logging
import Notify
import Registry
import Rules

/// Deletes what is known of people, with a proof.
struct ResidentsForget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Delete what is known of people, and prove it.",
        discussion: """
            Removes their rows from residents.csv, their browsers' subscriptions, and everything that the hub keeps of \
            them: what they were sent, told and have answered. A running hub reads its configuration again, as with \
            'smokehub reload', and does it itself; without one it is done here. Then all is read again: a certificate \
            says what was removed, what was found afterwards, which line of the alert log records it, and what still \
            names them until when. --verify holds a certificate against the log and the files.

            The alert log is never rewritten. It has no name, number or address, only the id; once the row is gone, \
            nothing here says whose it was.

            While an incident is open of which somebody was told, they are not forgotten unless --force says so: they \
            would miss the all-clear, and from the roll-call.

            EXAMPLES
              smokehub residents forget r-a-12-C --by office --proof forgotten.json
              smokehub residents forget --expired --by office
              smokehub residents forget --verify forgotten.json

            EXIT STATUS
              0 deleted, or the proof holds; 1 it does not, or nothing could be deleted; 2 wrong usage or configuration.
            """)

    @Argument(help: "Their ids, as 'smokehub residents' shows them.") var people: [String] = []
    @Flag(help: "All whose day in the column 'until' has come.") var expired = false
    @Option(help: "Who asks.") var by: String?
    @Option(help: ArgumentHelp("Write the certificate here, as JSON.", valueName: "file")) var proof: String?
    @Option(help: ArgumentHelp("Check a certificate instead.", valueName: "file")) var verify: String?
    @Flag(help: "Even while an incident is open of which they were told.") var force = false
    @OptionGroup var place: HubPlace

    func validate() throws {
        if verify != nil {
            guard people.isEmpty, !expired, by == nil, proof == nil, !force else {
                throw ValidationError("--verify stands alone")
            }
            return
        }
        guard people.isEmpty == expired else {
            throw ValidationError("give the ids of those to forget, or --expired")
        }
        guard by?.isEmpty == false else { throw ValidationError("say with --by who asks for it") }
    }

    func run() async throws {
        try await refusing {
            let configuration = try HubConfiguration.load(place.config)
            let search = PeopleSearch(
                files: PeopleFiles(configuration.settings), state: try place.folder())
            guard FileManager.default.fileExists(atPath: search.state + "/notify.sqlite") else {
                throw StartError(
                    "no hub has worked in '\(search.state)'; name its state folder with --state, or remove the rows by hand"
                )
            }
            if let verify { return try await check(ForgettingProof.read(verify), search) }
            try await forget(configuration, search)
        }
    }

    // MARK: Deleting

    private func forget(_ configuration: HubConfiguration, _ search: PeopleSearch) async throws {
        let people = expired ? configuration.left(at: HubClock().now()).map(\.id) : people
        guard !people.isEmpty else { return Line.out("Nobody has moved out.") }
        // Where no hub runs, none starts before this is done.
        let folder = try? StateFolder(search.state)
        try folder?.refuseToLockOut(or: ", or start the hub first")
        try refuseUnlessFree(people, configuration.registry, search)
        let mistakes = configuration.mistakes(without: Set(people))
        guard mistakes.isEmpty else { throw ConfigErrors(mistakes) }
        let leavers = people.compactMap(configuration.registry.resident)
        let others = Set(configuration.registry.residents.filter { !people.contains($0.id) }.flatMap(Self.browsers))
        let subscriptions = leavers.flatMap(Self.browsers).filter { !others.contains($0) }

        let seal = configuration.settings.personalData.seal
        let changed = try search.files.change(opening: seal) { $0.removing(Set(people)) }
        var unsubscribed: [String] = []
        try search.files.changeSubscriptions { list in
            unsubscribed = list.remove(subscriptions)
            return !unsubscribed.isEmpty
        }
        let rows = (changed?.removed ?? [:]).mapValues(Self.row)
        let orders = people.map { id in
            ForgettingOrder(resident: id, row: rows[id].flatMap { $0.form == "sealed" ? $0.sha256 : nil })
        }
        let done = try await carryOut(orders, configuration, in: folder)
        let logged = try await lines(of: done, search.state)
        var proof = ForgettingProof(
            at: "", by: by ?? "", estate: configuration.registry.estate.id, people: [],
            stays: try search.stays(people, journalKept: configuration.settings.journalRetention))
        for person in done {
            guard let line = logged[person.source] else {
                throw StartError("it is deleted, but the alert log has no line of it; run 'smokehub log verify'")
            }
            proof.at = line.at.description
            let own = leavers.first { $0.id == person.resident }.map(Self.browsers) ?? []
            var files = ["residents.csv": rows[person.resident] == nil ? 0 : 1]
            if search.files.subscriptions != nil {
                files["the subscriptions"] = own.count(where: unsubscribed.contains)
            }
            var entry = ForgettingProof.Person(
                person, row: rows[person.resident], files: files,
                log: .init(seq: line.sequence, hash: line.hash))
            entry.found = try search.found(person.resident, subscriptions: own.filter { !others.contains($0) })
            proof.people.append(entry)
        }
        try finish(proof)
    }

    private func refuseUnlessFree(_ people: [String], _ registry: EstateRegistry, _ search: PeopleSearch) throws {
        for id in people {
            guard try registry.resident(id) != nil || search.isKnown(id) else {
                throw StartError(
                    "nobody is called '\(id)', in residents.csv or in the hub's state; 'smokehub residents' lists them")
            }
            let open = force ? [] : try search.openIncidents(of: id)
            guard open.isEmpty else {
                throw StartError(
                    "'\(id)' was told of \(open.joined(separator: ", ")), which is not over; "
                        + "wait for its end, or add --force")
            }
        }
    }

    private static func browsers(_ person: Resident) -> [String] {
        person.contacts.filter { $0.channel == WebPushChannel.name }.map(\.address)
    }

    private static func row(_ text: String) -> ForgettingProof.Row {
        let digest = SHA256.hash(data: Data(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let isSealed = text.contains(PersonalSeal.prefix)
        return ForgettingProof.Row(form: isSealed ? "sealed" : "plain", sha256: digest.joined())
    }

    /// By the hub that works on the state, or, where none does, in its place.
    ///
    /// - Parameter folder: the state, if no hub works on it.
    private func carryOut(
        _ orders: [ForgettingOrder], _ configuration: HubConfiguration, in folder: StateFolder?
    ) async throws -> [ForgottenPerson] {
        if let folder {
            return try await HubService.forget(
                orders, by: by ?? "", in: folder, estate: configuration.registry.estate.id, at: HubClock().now(),
                logger: hubLogger(.error))
        }
        // It reads its configuration again, waits for the alert log, and rebuilds a file.
        let answer = try place.client().post(
            "/api/residents/forget", ForgettingRequest(orders, by: by ?? ""), within: .seconds(60))
        guard answer.status == 200 else {
            throw StartError(
                "the rows are removed, but the hub has not deleted what it keeps: \(answer.refusal); "
                    + "run the same again when that is mended")
        }
        return try JSONDecoder().decode(ForgettingAnswer.self, from: answer.body).people
    }

    private func lines(of people: [ForgottenPerson], _ state: String) async throws -> [String: LogLine] {
        var lines: [String: LogLine] = [:]
        for try await entry in LogFollower(folder: state, from: .init(last: 1000 + people.count), follows: false) {
            guard let line = entry.line, let source = line.details["source"] else { continue }
            if people.contains(where: { $0.source == source }) { lines[source] = line }
        }
        return lines
    }

    private func finish(_ proof: ForgettingProof) throws {
        for line in proof.lines { Line.out(line) }
        if let path = self.proof {
            try proof.written().write(to: URL(fileURLWithPath: path), options: .atomic)
            Line.out("Written to \(path).")
        }
        guard proof.isClean else {
            Line.error("Something is still there; see 'found' above, and run the same again when no incident is open.")
            throw ExitCode(1)
        }
    }

    // MARK: Checking

    private func check(_ proof: ForgettingProof, _ search: PeopleSearch) async throws {
        var faults = try await proof.faults(inLog: search.state)
        for person in proof.people {
            let found = try search.found(person.resident, subscriptions: [])
            for (file, count) in found.sorted(by: { $0.key < $1.key }) where count > 0 {
                faults.append("\(person.resident) is found \(count) times in \(file)")
            }
        }
        for fault in faults { Line.error("\(fault)") }
        guard faults.isEmpty else { throw ExitCode(1) }
        Line.out("The proof holds: \(proof.people.map(\.resident).joined(separator: ", ")), deleted \(proof.at).")
    }
}
