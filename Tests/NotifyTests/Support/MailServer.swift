import Foundation

/// A real SMTP server, aiosmtpd, on a free loopback port, which answers as a test tells it to.
final class MailServer: Sendable {
    struct Mail: Sendable, Decodable {
        var from: String
        var to: [String]
        /// The port that the connection came from.
        var peer: Int
        var tls: Bool
        var user: String?
        var content: Data

        /// The lines of its head, folded ones in one, by their names in small letters.
        var headers: [String: String] {
            let text = String(decoding: content, as: UTF8.self)
            let head = text.components(separatedBy: "\r\n\r\n").first ?? ""
            let lines = head.replacingOccurrences(of: "\r\n ", with: " ").components(separatedBy: "\r\n")
            return lines.reduce(into: [:]) { headers, line in
                guard let colon = line.range(of: ": ") else { return }
                headers[line[..<colon.lowerBound].lowercased()] = String(line[colon.upperBound...])
            }
        }

        /// The two parts, decoded.
        var parts: [String] {
            String(decoding: content, as: UTF8.self).components(separatedBy: "--=_smokehub").dropFirst().dropLast()
                .map { part in
                    let body = part.components(separatedBy: "\r\n\r\n").dropFirst().joined()
                    let data = Data(base64Encoded: body, options: .ignoreUnknownCharacters) ?? Data()
                    return String(decoding: data, as: UTF8.self)
                }
        }
    }

    let port: Int
    /// Every mail, when it has been read and before it is answered.
    let mails: AsyncStream<Mail>
    private let process: ServerProcess

    init(_ options: [String] = []) async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("mail-server.py").path
        process = try ServerProcess(["/usr/bin/python3", script] + options)
        let said = await process.lines.next(1).first ?? ""
        guard let port = Int(said) else { throw ServerProcess.CannotStart(said: said) }
        self.port = port
        mails = AsyncStream { [process] in
            let line = await process.lines.next(1).first
            return line.flatMap { try? JSONDecoder().decode(Mail.self, from: Data($0.utf8)) }
        }
    }

    func url(_ scheme: String = "smtp") -> String { "\(scheme)://127.0.0.1:\(port)" }

    func stop() { process.stop() }
}
