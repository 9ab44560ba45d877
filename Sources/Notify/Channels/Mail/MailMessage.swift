import Foundation
import Registry
import Rules

/// A notice as an e-mail (RFC 5322), in plain text and in HTML (RFC 2046 `multipart/alternative`).
///
///     Date: Sat, 22 Nov 2025 12:00:00 +0000
///     From: SmokeHub <alarm@estate.example>
///     To: <resident@mail.example>
///     Subject: =?UTF-8?B?54Gr6K2m77yaQeW6pzEy5qiTQeWupA==?=
///     Message-ID: <a-fire-7/3/r-a-12c/1.1763812800000@estate.example>
///     Auto-Submitted: auto-generated
///     X-Priority: 1
///     Importance: high
///
/// The same delivery has the same `Message-ID` at every attempt, by which mail programs recognise a repetition; the
/// alert's time stands in it, so that no later incident has it again. `Auto-Submitted` (RFC 3834) keeps holiday notices
/// from answering. The last two stand in what tells of a danger.
struct MailMessage {
    let bytes: [UInt8]

    /// Of base64 no line can be this.
    private static let boundary = "=_smokehub"

    init(_ notice: Notice, from sender: MailChannel.Sender, to recipient: String, at moment: Instant) {
        var lines = [
            "Date: \(Self.date(moment))",
            MailHeader.line("From", name: sender.name, address: sender.address),
            "To: <\(recipient)>",
            MailHeader.line("Subject", notice.title),
            "Message-ID: <\(Self.id(notice, of: sender))>",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "Content-Language: \(notice.language.tag)",
        ]
        if notice.alert.isDanger { lines += ["X-Priority: 1", "Importance: high"] }
        lines += ["MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"", ""]
        lines += Self.part("text/plain", notice.textWithQuestion)
        lines += Self.part("text/html", MailPage(notice).html)
        lines += ["--\(Self.boundary)--", ""]
        bytes = Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func part(_ type: String, _ text: String) -> [String] {
        let content = Data(text.utf8).base64EncodedString(
            options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        return [
            "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: base64", "", content,
        ]
    }

    /// What stands on the left is a `dot-atom`: whatever may not stand in one is written by its number.
    private static func id(_ notice: Notice, of sender: MailChannel.Sender) -> String {
        let atom = notice.id.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || "-/_".unicodeScalars.contains(scalar) ? String(scalar) : "+\(scalar.value)"
        }
        let host = sender.address.split(separator: "@").last.map(String.init) ?? "localhost"
        return "\(atom.joined()).\(notice.alert.at.milliseconds)@\(host)"
    }

    /// RFC 5322 3.3, in UTC.
    private static func date(_ moment: Instant) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, d MMM yyyy HH:mm:ss '+0000'"
        return formatter.string(from: Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000))
    }
}

/// Lines of a mail's head.
enum MailHeader {
    static func line(_ name: String, _ text: String) -> String { "\(name): \(words(text))" }

    static func line(_ header: String, name: String, address: String) -> String {
        guard !name.isEmpty else { return "\(header): <\(address)>" }
        let isAtoms = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_ ".utf8.contains(byte)
        }
        return "\(header): \(isAtoms ? name : encoded(name))\r\n <\(address)>"
    }

    private static func words(_ text: String) -> String {
        let isPlain = text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        return isPlain && !text.contains("=?") ? text : encoded(text)
    }

    /// RFC 2047: a line of encoded words has at most 76 characters, and no character is parted between two words.
    private static func encoded(_ text: String) -> String {
        let bytesMax = 39  // 52 characters of base64, 12 around them, and the header's name.
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar.properties.generalCategory == .control ? " " : scalar).utf8)
            if words[words.count - 1].count + bytes.count > bytesMax { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
