import Foundation
import Hub
import Hummingbird
import Logging
import MQTT
import Notify
import Registry
import Store
import Synchronization

/// The residents' phones of a demo: a web server on this machine that takes each person's messages, and for each person
/// somebody who opens the link in the last one and answers, as people would.
final class DemoPhones: Sendable {
    private let port: Int
    private let client: HTTPClient
    private let residents: [Resident.ID: Resident]
    /// The last that each phone was sent.
    private let letters = Mutex<[Resident.ID: Letter]>([:])

    /// What a phone needs of a message; see ``WebhookChannel``.
    private struct Letter: Decodable {
        var incident: String
        var at: String
        var question: Question?

        struct Question: Decodable {
            var url: String
        }
    }

    /// - Throws: if no port is free, or libcurl cannot be started.
    init(of residents: [Resident]) throws {
        guard let port = freeLoopbackPort() else { throw StartError("no port of 127.0.0.1 is free") }
        self.port = port
        client = try HTTPClient()
        let people = residents.filter { $0.place?.flat != nil && $0.role == .resident }
        self.residents = Dictionary(people.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The same people, each with a phone.
    func given(to residents: [Resident]) -> [Resident] {
        residents.map { resident in
            guard self.residents[resident.id] != nil else { return resident }
            var resident = resident
            resident.contacts.append(
                Contact(
                    resident: resident.id, position: resident.contacts.count + 1, channel: "webhook",
                    address: "http://127.0.0.1:\(port)/\(resident.id)"))
            return resident
        }
    }

    /// Takes messages until its task is cancelled.
    func run(_ logger: Logger) async throws {
        let router = Router()
        router.post("/{resident}") { [self] request, context -> HTTPResponse.Status in
            let resident = try context.parameters.require("resident")
            let body = try await request.body.collect(upTo: 65_536)
            guard let letter = try? JSONDecoder().decode(Letter.self, from: Data(body.readableBytesView)) else {
                return .badRequest
            }
            letters.withLock { letters in
                if letter.question != nil, letters[resident].map({ $0.at <= letter.at }) ?? true {
                    letters[resident] = letter
                }
            }
            return .ok
        }
        var quiet = logger
        quiet.logLevel = .critical
        try await Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: quiet
        ).run()
    }

    /// Lets everybody answer who was asked about the last incident; the hub has taken it all when it returns.
    ///
    /// - Returns: that incident; `nil` if nobody was asked.
    func answer() async -> String? {
        let letters = letters.withLock { $0 }
        guard let last = letters.values.max(by: { ($0.at, $0.incident) < ($1.at, $1.incident) })?.incident else {
            return nil
        }
        for (id, letter) in letters.sorted(by: { $0.key < $1.key }) where letter.incident == last {
            guard let question = letter.question, let resident = residents[id], let answer = answer(of: resident) else {
                continue
            }
            _ = await client.send(
                HTTPClient.Request(
                    url: question.url, headers: [("Content-Type", "application/x-www-form-urlencoded")],
                    body: Array("answer=\(answer.rawValue)".utf8), connectTimeout: .seconds(3), timeout: .seconds(10)))
        }
        return last
    }

    /// Some who need help ask for it, a few say nothing, all others are safe: the same in each demo.
    private func answer(of resident: Resident) -> Answer? {
        let number = resident.id.utf8.reduce(0) { ($0 * 31 + Int($1)) % 997 }
        if !resident.needs.isEmpty { return number.isMultiple(of: 2) ? .needHelp : .safe }
        return number % 7 == 3 ? nil : .safe
    }
}
