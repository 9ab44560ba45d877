public import Registry

/// A message of the Common Alerting Protocol, version 1.2 (OASIS Standard CAP-V1.2, 1 July 2010), as XML.
///
/// The names are the standard's, in chapter 3.2.
public struct CAPMessage: Hashable, Sendable {
    public var identifier: String
    public var sender: String
    public var sent: Instant
    public var status: Status
    public var kind: Kind
    public var scope: Scope
    public var note: String?
    /// The earlier messages of the incident that this one supersedes or cancels.
    public var references: [Reference]
    public var incident: String
    /// One a language; all say the same.
    public var infos: [Info]

    public enum Status: String, Hashable, Sendable {
        case actual = "Actual"
        /// For those who take part in it.
        case exercise = "Exercise"
        /// To be disregarded by all.
        case test = "Test"
    }

    /// `msgType`
    public enum Kind: String, Hashable, Sendable {
        case alert = "Alert"
        case update = "Update"
        case cancel = "Cancel"
    }

    public enum Scope: Hashable, Sendable {
        case everybody
        /// For whom it is meant, in words.
        case restricted(String)
    }

    /// A message as others name it.
    public struct Reference: Hashable, Sendable {
        public var sender: String
        public var identifier: String
        public var sent: Instant
    }

    public struct Info: Hashable, Sendable {
        public var language: Language
        public var category: String
        public var event: String
        public var responses: [String]
        public var urgency: String
        public var severity: String
        public var certainty: String
        public var expires: Instant
        public var senderName: String
        public var headline: String
        public var description: String
        public var instruction: String?
        /// `areaDesc`, one a block.
        public var areas: [String]
    }

    public static let mediaType = "application/cap+xml"

    public var xml: String {
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#, #"<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">"#,
            Self.element("identifier", identifier), Self.element("sender", sender),
            Self.element("sent", Self.time(sent)), Self.element("status", status.rawValue),
            Self.element("msgType", kind.rawValue),
        ]
        switch scope {
        case .everybody: lines.append(Self.element("scope", "Public"))
        case .restricted(let whom): lines += [Self.element("scope", "Restricted"), Self.element("restriction", whom)]
        }
        if let note { lines.append(Self.element("note", note)) }
        if !references.isEmpty {
            let named = references.map { "\($0.sender),\($0.identifier),\(Self.time($0.sent))" }
            lines.append(Self.element("references", named.joined(separator: " ")))
        }
        lines.append(Self.element("incidents", incident))
        for info in infos { lines += info.lines }
        return (lines + ["</alert>"]).joined(separator: "\n") + "\n"
    }

    /// UTC to the second. The standard takes `-00:00` for UTC, and no `Z`.
    static func time(_ moment: Instant) -> String { moment.description.prefix(19) + "-00:00" }

    fileprivate static func element(_ name: String, _ text: String) -> String {
        "<\(name)>\(XMLText.escaped(text))</\(name)>"
    }
}

extension CAPMessage.Info {
    fileprivate var lines: [String] {
        func element(_ name: String, _ text: String) -> String { CAPMessage.element(name, text) }
        let first = [element("language", language.tag), element("category", category), element("event", event)]
        let estimates = [element("urgency", urgency), element("severity", severity), element("certainty", certainty)]
        let words = [
            element("expires", CAPMessage.time(expires)), element("senderName", senderName),
            element("headline", headline), element("description", description),
        ]
        return ["<info>"] + first + responses.map { element("responseType", $0) } + estimates + words
            + (instruction.map { [element("instruction", $0)] } ?? [])
            + areas.flatMap { ["<area>", element("areaDesc", $0), "</area>"] } + ["</info>"]
    }
}
