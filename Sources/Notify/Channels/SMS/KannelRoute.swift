import Foundation
import Registry
import Store

/// Sends through Kannel's `sendsms`, and understands what its smsbox brings back.
///
///     GET /cgi-bin/sendsms?username=…&password=…&to=%2B852…&text=…&charset=UTF-8&coding=2&validity=60
///         &dlr-mask=19&dlr-url=https%3A%2F%2Fhub.example%2Fgateway%2Fsms%2Fkannel%3Fid%3D…
///
/// Delivery reports come to `dlr-url` with Kannel's types: 1 delivered, 2 not delivered, 4 queued and 8 accepted by the
/// SMS centre, 16 refused by it. Texts come by `post-url` of an `sms-service`: `get-url` would bring Chinese as bytes of
/// UTF-16. Source: Kannel 1.4.5 user guide, "Using the SMS gateway" and "Delivery reports"; gw/smsbox.c for the answers.
struct KannelRoute: SMSRoute {
    let name: String
    let settings: SMSChannel.Kannel
    let timeout: Duration
    let client: HTTPClient
    let callback: GatewayCallback?
    let country: String?
    let now: @Sendable () -> Instant

    /// Delivered, not delivered, refused by the SMS centre; what lies between says nothing of the person.
    private static let reportMask = 1 | 2 | 16

    func send(_ message: SMS) async -> RouteOutcome {
        let request = HTTPClient.Request(
            method: .get, url: url(of: message), headers: [], body: [],
            connectTimeout: min(timeout, .seconds(2)), timeout: timeout)
        return Self.outcome(await client.send(request))
    }

    /// A call without a number, which Kannel refuses once it has taken user and password (gw/smsbox.c).
    func probe() async -> RouteTest? {
        let query = [("username", settings.user), ("password", settings.password)]
            .map { "\($0)=\(GatewayTemplate.percentEncoded($1))" }.joined(separator: "&")
        let response = await client.send(
            HTTPClient.Request(
                method: .get, url: settings.url + (settings.url.contains("?") ? "&" : "?") + query, headers: [],
                body: [], connectTimeout: min(timeout, .seconds(2)), timeout: timeout))
        if case .status(400, _, let body) = response,
            String(decoding: body, as: UTF8.self).hasPrefix("Missing receiver number")
        {
            return RouteTest(.accepted())
        }
        let outcome = Self.outcome(response)
        if case .accepted = outcome { return RouteTest(.failed("what answers is no Kannel")) }
        if case .notHere = outcome { return RouteTest(.failed("what answers is no Kannel")) }
        return RouteTest(outcome)
    }

    private func url(of message: SMS) -> String {
        var fields = [
            ("username", settings.user), ("password", settings.password), ("to", message.number.text),
            ("text", message.text.text), ("charset", "UTF-8"),
            ("coding", message.text.alphabet == .gsm7 ? "0" : "2"),
            ("validity", "\(max(1, message.validity.wholeMilliseconds / 60_000))"),
        ]
        if !settings.from.isEmpty { fields.append(("from", settings.from)) }
        if !settings.smsc.isEmpty { fields.append(("smsc", settings.smsc)) }
        if let callback {
            fields.append(("dlr-mask", "\(Self.reportMask)"))
            fields.append(("dlr-url", Self.reportURL(callback.reportAddress(route: name, id: message.id))))
        }
        let query = fields.map { "\($0)=\(GatewayTemplate.percentEncoded($1))" }.joined(separator: "&")
        return settings.url + (settings.url.contains("?") ? "&" : "?") + query
    }

    /// Kannel fills in what follows a `%`: type and answer; one that is meant as such is doubled.
    private static func reportURL(_ address: String) -> String {
        address.replacing("%", with: "%%") + "&type=%d&answer=%A"
    }

    static func outcome(_ response: HTTPClient.Response) -> RouteOutcome {
        guard case .status(let status, let retryAfter, let body) = response else {
            return RouteOutcome(failing: response)
        }
        let answer = String(decoding: body, as: UTF8.self)
        switch status {
        case 200...299:
            // Any web server may answer 200.
            return ["0:", "3:", "Sent."].contains(where: answer.hasPrefix)
                ? .accepted() : .failed("what answers is no Kannel")
        case 400 where answer.contains("white- and/or black-lists"): return .refused("Kannel denies the number")
        case 400 where answer.contains("Sender missing"): return .down("Kannel wants a sender")
        case 403 where answer.hasPrefix("Not routable"): return .notHere("Kannel has no way to this number")
        case 403: return .down("Kannel refuses the user or password")
        case 503: return .failed("Kannel cannot take it now", retryAfter: retryAfter)
        default: return RouteOutcome(failing: response)
        }
    }

    func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming] {
        guard let callback else { throw GatewayMistake("channels.sms.callback is not set") }
        if let type = call.query["type"] {
            try callback.check(report: call.query, route: name)
            return try report(type, call.query)
        }
        try callback.check(text: call.query, route: name)
        guard call.method == "POST" else {
            throw GatewayMistake("Kannel's sms-service has to use post-url: get-url does not bring every alphabet")
        }
        guard let from = call.query["from"] else { throw GatewayMistake("a text from Kannel without 'from=%p'") }
        guard let text = Self.text(of: call) else { throw GatewayMistake("a text from Kannel in no known alphabet") }
        // Companies and networks write with names; nobody of them is asked anything.
        guard let sender = PhoneNumber(sender: from, country: country) else { return [] }
        return [.text(text, from: sender.text)]
    }

    private func report(_ type: String, _ query: [String: String]) throws(GatewayMistake) -> [Incoming] {
        // The key proves who calls, but not of what it speaks.
        guard let id = query["id"], !id.isEmpty else { throw GatewayMistake("a report from Kannel without an id") }
        let kind: Receipt.Kind
        switch type {
        case "1": kind = .delivered
        case "2", "16": kind = .undelivered
        case "4", "8": return []
        default: throw GatewayMistake("a report from Kannel of the unknown type '\(type.prefix(8))'")
        }
        let reason = kind == .undelivered ? Self.reason(type, query["answer"] ?? "") : nil
        return [.receipt(Receipt(kind, of: id, at: now(), reason: reason))]
    }

    /// Of an SMPP report, `id:… stat:UNDELIV err:012 text:…`, no more than state and error: its text is the message's.
    private static func reason(_ type: String, _ answer: String) -> String {
        let words = answer.split(separator: " ").filter { $0.hasPrefix("stat:") || $0.hasPrefix("err:") }
            .filter { $0.count <= 16 && $0.allSatisfy { $0.isASCII } }
        let who = type == "16" ? "refused by the SMS centre" : "not delivered"
        return words.isEmpty ? who : "\(who), \(words.joined(separator: " "))"
    }

    /// The body, in the character set that its type names.
    private static func text(of call: GatewayCall) -> String? {
        let type = call.headers["content-type"]?.lowercased() ?? ""
        let set = type.firstRange(of: "charset=").map { range in
            type[range.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" && $0 != " " }
        }
        switch set ?? "utf-8" {
        case "utf-8", "us-ascii": return String(validating: call.body, as: UTF8.self)
        case "utf-16be", "utf-16", "iso-10646-ucs-2": return String(utf16BigEndian: call.body)
        case "iso-8859-1": return String(String.UnicodeScalarView(call.body.map { Unicode.Scalar($0) }))
        default: return nil
        }
    }
}

extension String {
    /// `nil` if these are no characters of UTF-16.
    init?(utf16BigEndian bytes: some Collection<UInt8>) {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        var units: [UInt16] = []
        var high: UInt8?
        for byte in bytes {
            if let first = high {
                units.append(UInt16(first) << 8 | UInt16(byte))
                high = nil
            } else {
                high = byte
            }
        }
        self.init(validating: units, as: UTF16.self)
    }
}
