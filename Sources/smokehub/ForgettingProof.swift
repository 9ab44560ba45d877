import AlertLog
import Foundation
import Hub
import Registry

/// What proves that the data of people were deleted: what it was, which line of the alert log records it, and what was
/// found when everything was read again.
struct ForgettingProof: Codable, Equatable {
    /// What this file is, for whoever finds it.
    var what = "Proof that the personal data of the people below were deleted from SmokeHub"
    /// RFC 3339.
    var at: String
    var by: String
    var estate: String
    var people: [Person]
    /// What names them still, why, and until when.
    var stays: [String]

    struct Person: Codable, Equatable {
        var resident: String
        /// What was deleted: rows, by file and table.
        var removed: [String: Int]
        /// Of the row in `residents.csv`; `nil` if it had gone before.
        var row: Row?
        var log: Line
        /// How often something of theirs was found afterwards, by file.
        var found: [String: Int]
    }

    struct Row: Codable, Equatable {
        /// `sealed` or `plain`.
        var form: String
        var sha256: String
    }

    /// Of the alert log.
    struct Line: Codable, Equatable {
        var seq: Int64
        var hash: String
    }

    var isClean: Bool { people.allSatisfy { $0.found.values.allSatisfy { $0 == 0 } } }

    func written() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// - Throws: ``ConfigError`` if the file is none.
    static func read(_ path: String) throws -> ForgettingProof {
        let file = try ConfigFile.read(path)
        do {
            return try JSONDecoder().decode(ForgettingProof.self, from: Data(file.text.utf8))
        } catch {
            throw file.mistake("this is no proof of a deletion", mend: "name the file that --proof has written")
        }
    }

    /// For a person to read.
    var lines: [String] {
        people.flatMap { person in
            [
                "\(person.resident): deleted \(at) (\(by))",
                "  removed  \(Self.text(person.removed))",
                person.row.map { "  row      SHA-256 \($0.sha256) (\($0.form))" },
                "  log      seq \(person.log.seq), hash \(person.log.hash)",
                "  found    \(Self.text(person.found))",
            ].compactMap(\.self)
        } + stays.map { "  stays    \($0)" }
    }

    private static func text(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) in \($0.key)" }.joined(separator: ", ")
    }

    /// What does not hold of it, against the alert log.
    func faults(inLog state: String) async throws -> [String] {
        var faults: [String] = []
        if !isClean { faults.append("the proof itself says that something was found") }
        if case .broken(let fault) = try LogVerifier(folder: state).verify() { faults.append("\(fault)") }
        var lines: [Int64: LogLine] = [:]
        let wanted = Set(people.map(\.log.seq))
        for try await entry in LogFollower(folder: state, follows: false) {
            if let line = entry.line, wanted.contains(line.sequence) { lines[line.sequence] = line }
        }
        for person in people {
            guard let line = lines[person.log.seq], line.hash == person.log.hash else {
                faults.append("line \(person.log.seq) of the alert log is another than the proof says")
                continue
            }
            guard line.details["verb"] == "forget", line.details["resident"] == person.resident,
                line.at.description == at, line.details["by"] == by,
                line.details["rows"] == ForgottenPerson.text(of: person.rows),
                line.details["row"] == (person.row?.form == "sealed" ? person.row?.sha256 : nil)
            else {
                faults.append("line \(person.log.seq) of the alert log says something else than the proof")
                continue
            }
        }
        return faults
    }
}

extension ForgettingProof.Person {
    private static let database = "notify.sqlite "

    init(_ forgotten: ForgottenPerson, row: ForgettingProof.Row?, files: [String: Int], log: ForgettingProof.Line) {
        resident = forgotten.resident
        removed = Dictionary(uniqueKeysWithValues: forgotten.rows.map { (Self.database + $0.key, $0.value) })
            .merging(files) { $1 }
        self.row = row
        self.log = log
        found = [:]
    }

    /// What of it was in the state, by table.
    var rows: [String: Int] {
        Dictionary(
            uniqueKeysWithValues: removed.filter { $0.key.hasPrefix(Self.database) }
                .map { (String($0.key.dropFirst(Self.database.count)), $0.value) })
    }
}
