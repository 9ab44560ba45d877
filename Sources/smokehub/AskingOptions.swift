import ArgumentParser
import Console
import Foundation
import Hub
import Rules

/// Who asks for something, and why.
struct PersonOptions: ParsableArguments {
    @Option(help: "Who asks.") var by: String
    @Option(help: "Why, in words.") var why = ""
}

/// When something ends by itself.
struct TimeOptions: ParsableArguments {
    @Option(name: .customLong("for"), help: "For how long: 90s, 10m, 2h, 3d.") var span: String?
    @Option(help: "Until when: RFC 3339.") var until: String?

    /// `nil` if neither is given.
    var end: EndTime? { EndTime(for: span, until: until) }

    func validate() throws {
        guard span != nil || until != nil else { return }
        guard end != nil else {
            throw ValidationError(EndTime.mend.prefix(1).uppercased() + EndTime.mend.dropFirst() + ".")
        }
    }
}

extension HubPlace {
    /// Asks the hub for something about an incident; says on standard error why not, and throws exit code 1.
    func ask(_ verb: OperatorCommand.Verb, _ incident: String, _ request: IncidentRequest) async throws {
        try await refusing {
            guard let path = incident.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-"])) else {
                throw StartError("'\(incident)' is no incident's name")
            }
            try Self.check(try client().post("/api/incidents/\(path)/\(verb.rawValue)", request))
        }
    }

    /// Asks the hub for something about a device, place or rule.
    func ask(_ verb: OperatorCommand.Verb, _ request: DisablementRequest) async throws {
        try await refusing {
            try Self.check(try client().post("/api/disablements/\(verb.rawValue)", request))
        }
    }

    static func check(_ answer: ControlClient.Answer) throws {
        guard answer.status != 204 else { return }
        throw StartError(answer.refusal)
    }
}

extension ControlClient.Answer {
    /// Why the hub does not do what it was asked.
    var refusal: String {
        struct Refused: Decodable {
            struct Inner: Decodable { var message: String }
            var error: Inner
        }
        let refused = try? JSONDecoder().decode(Refused.self, from: body)
        return refused?.error.message ?? "the hub answers HTTP \(status)"
    }
}
