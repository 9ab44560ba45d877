public import Registry

/// The last CAP messages as an Atom feed (RFC 4287), which names each and links to it.
public struct CAPFeed: Sendable {
    public static let mediaType = "application/atom+xml; charset=utf-8"

    private let title: String
    private let sender: String
    private let messages: [(alert: String, message: CAPMessage)]

    /// - Parameter messages: with the ids of their alerts, the newest first.
    public init(title: String, sender: String, messages: [(alert: String, message: CAPMessage)]) {
        self.title = title
        self.sender = sender
        self.messages = messages
    }

    public var xml: String {
        // The format wants a moment even where there was none yet.
        let updated = messages.map(\.message.sent).max() ?? Instant(milliseconds: 0)
        let head = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#, #"<feed xmlns="http://www.w3.org/2005/Atom">"#,
            "<id>\(Self.id(sender))</id>", "<title>\(XMLText.escaped(title))</title>",
            "<updated>\(updated)</updated>", "<author><name>\(XMLText.escaped(sender))</name></author>",
            #"<link rel="self" href="feed.atom"/>"#,
        ]
        return (head + messages.flatMap(entry) + ["</feed>"]).joined(separator: "\n") + "\n"
    }

    private func entry(_ alert: String, _ message: CAPMessage) -> [String] {
        let info = message.infos.first { $0.language == .english } ?? message.infos.first
        let path = Self.path(CAPWriter.name(of: alert))
        let kind = "\(message.status.rawValue) \(message.kind.rawValue)"
        return [
            "<entry>", "<id>\(Self.id(message.identifier))</id>",
            "<title>\(XMLText.escaped(info?.headline ?? message.identifier))</title>",
            "<updated>\(message.sent)</updated>",
            "<summary>\(XMLText.escaped("\(kind): \(info?.description ?? "")"))</summary>",
            #"<link rel="alternate" type="\#(CAPMessage.mediaType)" href="\#(path).xml"/>"#, "</entry>",
        ]
    }

    private static func id(_ name: String) -> String { "urn:smokehub:cap:" + path(name) }

    /// Percent-encoded, but for letters, digits and `-._~`.
    private static func path(_ name: String) -> String {
        name.utf8.map { byte in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-._~".utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true).leftPadded
        }.joined()
    }
}

extension String {
    fileprivate var leftPadded: String { count == 1 ? "0" + self : self }
}
