import Rules

/// ntfy, a server of one's own or ntfy.sh. An address is a topic, which whoever knows it can read: it is as secret as a
/// password.
///
/// Posted as JSON to the server's root (https://docs.ntfy.sh/publish/#publish-as-json): priority 5, which breaks through
/// "do not disturb", for a danger, else 3; `tags` that show as emoji; `click` and a `view` action for each answer, at most
/// three; and from ntfy 2.16 on a `sequence_id`, so that a repetition replaces what is shown. A message of more than
/// 4,096 bytes would become an attachment, so it is cut there. A token begins with `tk_`.
///
/// Its errors are `{"code":40301,"http":403,"error":"forbidden"}` (binwiederhier/ntfy `server/errors.go`): 400 and 413
/// are this message's or topic's, 401 and 403 the token's, 429 the server's limits.
public struct NtfyService: MessageService {
    var server: String
    var token: String?

    /// - Parameter server: `https://ntfy.sh`
    public init(server: String, token: String?) {
        self.server = server
        self.token = token
    }

    public static let exampleAddress = "estate-a12c-x7Kq2"

    /// `^[-_A-Za-z0-9]{1,64}$` (`server/server.go`)
    public static func isAddress(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-_".utf8.contains(byte)
            }
    }

    private struct Message: Encodable {
        var topic: String
        var title: String
        var message: String
        var priority: Int
        var tags: [String]
        var click: String?
        var actions: [Action]?
        var sequence_id: String

        struct Action: Encodable {
            var action = "view"
            var label: String
            var url: String
        }
    }

    public func request(_ notice: Notice, to address: String) throws -> ServiceRequest {
        let actions = notice.question.map { question in
            question.words.prefix(3).map { Message.Action(label: $0.text, url: question.url) }
        }
        let message = Message(
            topic: address, title: notice.title, message: Self.cut(notice.text),
            priority: notice.alert.isDanger ? 5 : 3, tags: Self.tags(notice.alert), click: notice.question?.url,
            actions: actions, sequence_id: notice.uuid)
        return try ServiceRequest(url: server, token: token, json: message)
    }

    private static func cut(_ text: String) -> String {
        var result = ""
        var bytes = 0
        for character in text {
            bytes += String(character).utf8.count
            guard bytes <= 4096 else { break }
            result.append(character)
        }
        return result
    }

    /// https://docs.ntfy.sh/emojis/
    private static func tags(_ alert: Alert) -> [String] {
        guard alert.isDanger || alert.hazard == .water, alert.stage != .clearing, alert.stage != .closed else {
            return alert.announcement == nil ? ["white_check_mark"] : ["information_source"]
        }
        return switch alert.hazard {
        case .fire: ["fire"]
        case .co, .gas: ["warning"]
        case .water: ["droplet"]
        case .help: ["sos"]
        case nil: ["information_source"]
        }
    }

    /// `GET /v1/account` with a token, which says whether it is valid; `GET /v1/health` without one
    /// (binwiederhier/ntfy `server/server.go`, https://docs.ntfy.sh/config/#health-checks).
    public var selfTest: ServiceRequest? {
        ServiceRequest(asking: "\(server)/v1/\(token == nil ? "health" : "account")", token: token)
    }

    private struct Health: Decodable {
        var healthy: Bool?
        var username: String?
    }

    public func isWell(_ answer: ServiceAnswer) -> Outcome {
        guard (200...299).contains(answer.status) else { return answer.usual }
        guard let health = answer.json(Health.self), health.healthy ?? (health.username != nil) else {
            return .failed("the service does not say that it is well")
        }
        return .accepted()
    }

    private struct Published: Decodable { var id: String }

    public func outcome(_ answer: ServiceAnswer) -> Outcome {
        guard (200...299).contains(answer.status) else { return answer.usual }
        guard let published = answer.json(Published.self) else { return ServiceAnswer.nonsense }
        return .accepted(reference: published.id)
    }
}
