import Foundation
public import Registry

/// Sends each notice by e-mail, in plain text and HTML; see ``MailMessage``. A contact's address is
/// `name@example.org`.
///
/// What the server refuses of the recipient or the message (5xx to `RCPT` or after `DATA`) is refused for good; 4xx,
/// and whatever it has against the hub (its user, password or sender), is tried again.
public struct MailChannel: Channel {
    /// The name by which contacts refer to it.
    public static let name = "mail"

    private let client: MailClient
    private let settings: Settings
    private let now: @Sendable () -> Instant

    public struct Settings: Hashable, Sendable {
        public var server: Server
        /// Whom residents see as the sender, and where undeliverable mail goes.
        public var sender: Sender
        /// At once; further mails wait. Too few, and a block waits; too many, and the server turns them away.
        public var connectionsMax = 8

        public init(server: Server, sender: Sender) {
            self.server = server
            self.sender = sender
        }
    }

    /// Who takes the mail.
    public struct Server: Hashable, Sendable {
        /// `smtp://mail.example:587`, or `smtps://mail.example:465` for TLS from the first byte.
        public var url: String
        /// For `smtp://` alone.
        public var encryption = Encryption.required
        public var user: String?
        public var password: String?
        /// A file of certificates to trust, in PEM; `nil` trusts the system's.
        public var authorities: String?
        public var connectTimeout = Duration.seconds(3)
        /// For the whole exchange. Shorter than the notifier's `sendTimeout`.
        public var timeout = Duration.seconds(10)

        /// Whether mail goes out if the server offers no STARTTLS.
        public enum Encryption: String, Hashable, Sendable, CaseIterable {
            case required, optional
        }

        public init(url: String) { self.url = url }
    }

    /// `SmokeHub <alarm@estate.example>`
    public struct Sender: Hashable, Sendable {
        public var name: String
        public var address: String

        /// - Returns: `nil` if there is no e-mail address in it.
        public init?(_ text: String) {
            guard let open = text.lastIndex(of: "<"), text.hasSuffix(">") else {
                name = "SmokeHub"
                address = text
                if MailChannel.isAddress(text) { return }
                return nil
            }
            name = text[..<open].trimmingCharacters(in: .whitespaces)
            address = String(text[text.index(after: open)...].dropLast())
            guard MailChannel.isAddress(address), !name.contains(where: \.isNewline) else { return nil }
        }
    }

    public init(_ settings: Settings, now: @escaping @Sendable () -> Instant) throws(LibcurlUnavailable) {
        guard let client = MailClient(connectionsMax: settings.connectionsMax) else { throw LibcurlUnavailable() }
        self.client = client
        self.settings = settings
        self.now = now
    }

    /// Whether a text is `name@host`, in a form that may stand between the angle brackets of SMTP.
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), text.utf8.count <= 254 else { return false }
        let apart = "<>()[],;:\\\"".unicodeScalars
        return text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && !apart.contains($0) }
            && !parts[1].hasPrefix(".") && !parts[1].hasSuffix(".") && !parts[1].contains("..")
    }

    /// Connects as for a mail, encryption and password included, and sends none.
    public func probe(_ contact: Contact?) async -> Outcome? {
        await client.send(
            MailClient.Mail(
                server: settings.server, sender: settings.sender.address, recipient: "", message: [], isProbe: true))
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard Self.isAddress(contact.address) else { return .refused("the address is no e-mail address") }
        let message = MailMessage(notice, from: settings.sender, to: contact.address, at: now())
        return await client.send(
            MailClient.Mail(
                server: settings.server, sender: settings.sender.address, recipient: contact.address,
                message: message.bytes))
    }
}
