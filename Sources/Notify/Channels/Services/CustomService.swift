import Foundation
import Registry
import Rules

/// Any service that takes JSON: its URL, headers, body and what its answers mean stand in the configuration.
public struct CustomService: MessageService {
    /// May hold variables, which are written so that they can stand in a URL.
    var url: ServiceTemplate
    var headers: [(name: String, value: String)]
    /// JSON, with variables inside of its texts.
    var body: ServiceTemplate
    /// A text that the answer of success has in its body; `nil` if its status says enough.
    var success: String?
    /// The statuses that say "never"; the others but 2xx are tried again.
    var refused: [Int]

    /// Those by which ``ServiceAnswer/usual`` refuses.
    public static let refusedUsually = (400...499).filter { ![401, 403, 408, 425, 429].contains($0) }

    public init(
        url: ServiceTemplate, headers: [(name: String, value: String)], body: ServiceTemplate, success: String?,
        refused: [Int]
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.success = success
        self.refused = refused
    }

    public static let exampleAddress = "duty"

    public static func isAddress(_ text: String) -> Bool { !text.isEmpty }

    public func request(_ notice: Notice, to address: String) throws -> ServiceRequest {
        let values = ServiceTemplate.values(notice, address)
        return ServiceRequest(
            url: url.filled { Self.inURL(values($0)) },
            headers: [("Content-Type", "application/json; charset=utf-8"), ("Idempotency-Key", notice.id)] + headers,
            body: Array(body.filled { ServiceTemplate.inJSON(values($0)) }.utf8))
    }

    private static func inURL(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "-._~").union(.alphanumerics)
        return text.addingPercentEncoding(
            withAllowedCharacters: plain.intersection(CharacterSet(charactersIn: "\u{21}"..."\u{7E}")))
            ?? ""
    }

    public func outcome(_ answer: ServiceAnswer) -> Outcome {
        switch answer.status {
        case 200...299:
            guard let success else { return .accepted() }
            return String(decoding: answer.body, as: UTF8.self).contains(success)
                ? .accepted() : .failed("HTTP \(answer.status), but the answer says nothing of success")
        case let status where refused.contains(status): return .refused("HTTP \(status)")
        default: return .failed("HTTP \(answer.status)", retryAfter: answer.retryAfter)
        }
    }
}

/// A text with variables in `{{ }}`, which a service is sent.
public struct ServiceTemplate: Hashable, Sendable {
    private var pieces: [Piece]

    private enum Piece: Hashable, Sendable {
        case text(String)
        case variable(Variable)
    }

    public enum Variable: String, Hashable, Sendable, CaseIterable {
        case text, short, title, place, address, id, alert, incident, block, hazard, stage, language, url, danger
    }

    /// What is wrong with a template, and what to write instead.
    public struct Mistake: Error, Hashable, Sendable {
        public var problem: String
        public var mend: String
    }

    public init(_ text: String) throws(Mistake) {
        pieces = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "{{") {
            pieces.append(.text(String(rest[..<start.lowerBound])))
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}}") else {
                throw Mistake(problem: "'{{' is never closed", mend: "write }} after the variable's name")
            }
            let name = rest[..<end.lowerBound].trimmingCharacters(in: .whitespaces)
            guard let variable = Variable(rawValue: name) else {
                throw Mistake(
                    problem: "'{{\(name)}}' is no variable here",
                    mend: Spelling.mend(name, known: Variable.allCases.map(\.rawValue)))
            }
            pieces.append(.variable(variable))
            rest = rest[end.upperBound...]
        }
        pieces.append(.text(String(rest)))
    }

    /// Whether what it gives is JSON, whatever the variables hold.
    public var isJSON: Bool {
        let sample = filled { $0 == .danger ? "true" : Self.inJSON("a \"b\"\n\\ 火") }
        return (try? JSONSerialization.jsonObject(with: Data(sample.utf8))) != nil
    }

    package func filled(_ value: (Variable) -> String) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .variable(let variable): value(variable)
            }
        }.joined()
    }

    static func values(_ notice: Notice, _ address: String) -> (Variable) -> String {
        { variable in
            switch variable {
            case .text: notice.textWithQuestion
            case .short: notice.short
            case .title: notice.title
            case .place: notice.place
            case .address: address
            case .id: notice.id
            case .alert: notice.alert.id
            case .incident: notice.alert.incident
            case .block: notice.alert.block
            case .hazard: notice.alert.hazard?.rawValue ?? ""
            case .stage: notice.alert.stage?.rawValue ?? ""
            case .language: notice.language.tag
            case .url: notice.question?.url ?? ""
            case .danger: notice.alert.isDanger ? "true" : "false"
            }
        }
    }

    /// As it may stand between quotes in JSON (RFC 8259, 7).
    static func inJSON(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
