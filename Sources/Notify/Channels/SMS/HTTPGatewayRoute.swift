import Crypto
import Foundation
import Registry
import Store

/// Sends through a gateway that is told what ``HTTPGateway`` says.
struct HTTPGatewayRoute: SMSRoute {
    let name: String
    let gateway: HTTPGateway
    let timeout: Duration
    let client: HTTPClient
    let callback: GatewayCallback?
    let country: String?
    let now: @Sendable () -> Instant

    func send(_ message: SMS) async -> RouteOutcome { await hand(values(of: message)) }

    /// Hands over what the templates make of these values.
    func hand(_ values: [String: String]) async -> RouteOutcome {
        var request = HTTPClient.Request(
            method: gateway.method == .get ? .get : .post, url: gateway.url.render(values, .percent),
            headers: gateway.headers.map { ($0.name, $0.value.render(values, .none).filter { !$0.isNewline }) },
            body: [],
            connectTimeout: min(timeout, .seconds(2)), timeout: timeout)
        if gateway.method == .post {
            request.headers.insert(("Content-Type", gateway.format.contentType), at: 0)
            request.body = Array(body(values).utf8)
        }
        return outcome(await client.send(request))
    }

    /// Asks for the account's credit, which shows as well that the gateway lets the hub in.
    func probe() async -> RouteTest? {
        guard let account = gateway.account else { return nil }
        let values = accountValues
        let response = await client.send(
            HTTPClient.Request(
                method: .get, url: account.url.render(values, .percent),
                headers: account.headers.map { ($0.name, $0.value.render(values, .none).filter { !$0.isNewline }) },
                body: [], connectTimeout: min(timeout, .seconds(2)), timeout: timeout))
        guard case .status(200...299, _, let body) = response else {
            let outcome = RouteOutcome(failing: response)
            // Of no message, so nothing can lie in the message.
            if case .notHere(let reason) = outcome { return RouteTest(.failed(reason)) }
            return RouteTest(outcome)
        }
        let json = try? JSONSerialization.jsonObject(with: Data(body))
        guard let credit = Self.value(at: account.field, in: json).flatMap(Double.init), credit.isFinite else {
            return RouteTest(.failed("the gateway does not say how its account stands"))
        }
        return RouteTest(.accepted(), credit: credit, creditMin: account.least)
    }

    private var accountValues: [String: String] {
        [
            "from": gateway.from, "user": gateway.user, "secret": gateway.secret,
            "basic": Data("\(gateway.user):\(gateway.secret)".utf8).base64EncodedString(),
        ]
    }

    /// Of a form, a field without a value is left out: a report to nowhere would be refused.
    private func body(_ values: [String: String]) -> String {
        let body = gateway.body.render(values, gateway.format.escaping)
        guard gateway.format == .form else { return body }
        return body.split(separator: "&").filter { !$0.hasSuffix("=") }.joined(separator: "&")
    }

    private func values(of message: SMS) -> [String: String] {
        let seconds = max(1, message.validity.wholeMilliseconds / 1000)
        return [
            "text": message.text.text, "type": message.text.alphabet == .gsm7 ? "text" : "unicode",
            "seconds": "\(seconds)", "milliseconds": "\(seconds * 1000)",
        ].merging(values(id: message.id, number: message.number)) { $1 }
    }

    /// What does not depend on what is said.
    func values(id: String, number: PhoneNumber) -> [String: String] {
        var values = ["to": number.text, "digits": number.digits, "id": id].merging(accountValues) { $1 }
        values["callback"] = callback?.reportAddress(route: name, id: id)
        values["route-callback"] = callback?.reportAddress(route: name, id: "")
        return values
    }

    // MARK: Answers

    func outcome(_ response: HTTPClient.Response) -> RouteOutcome {
        guard case .status(let status, _, let body) = response else { return RouteOutcome(failing: response) }
        let answer = gateway.answer
        let json =
            answer.field == nil && answer.reference == nil
            ? nil : try? JSONSerialization.jsonObject(with: Data(body))
        let code = answer.field.flatMap { Self.value(at: $0, in: json) }
        if let code {
            if answer.refused.contains(code) { return .refused("the gateway says \(code)") }
            if answer.notHere.contains(code) { return .notHere("the gateway says \(code)") }
            if answer.busy.contains(code) { return .busy("the gateway says \(code)") }
            if answer.down.contains(code) { return .down("the gateway says \(code)") }
        }
        guard (200...299).contains(status) else { return RouteOutcome(failing: response) }
        let reference = answer.reference.flatMap { Self.value(at: $0, in: json) }
        if answer.accepted.isEmpty {
            // Whoever gives each message a name and gives none here is somebody else.
            return answer.reference != nil && reference == nil
                ? .failed("the gateway's answer makes no sense") : .accepted(reference: reference)
        }
        let text = String(decoding: body, as: UTF8.self)
        let isAccepted =
            answer.field == nil
            ? answer.accepted.contains(where: text.contains)
            : code.map(answer.accepted.contains) ?? false
        guard !isAccepted else { return .accepted(reference: reference) }
        // An unknown word may be anything, so only what is as short as a code is repeated.
        let known = code.flatMap { $0.count <= 6 ? "the gateway says \($0)" : nil }
        return .failed(known ?? "the gateway's answer makes no sense")
    }

    /// - Parameter path: `messages.0.status`
    private static func value(at path: String, in json: Any?) -> String? {
        var value = json
        for step in path.split(separator: ".") {
            if let object = value as? [String: Any] {
                value = object[String(step)]
            } else if let list = value as? [Any], let index = Int(step), list.indices.contains(index) {
                value = list[index]
            } else {
                return nil
            }
        }
        if let text = value as? String { return text }
        return (value as? NSNumber).map(\.stringValue)
    }

    // MARK: Calls

    func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming] {
        guard let callback else { throw GatewayMistake("the channel's callback is not set in hub.yaml") }
        let form = Self.fields(inBodyOf: call)
        let fields = form.merging(call.query) { _, inQuery in inQuery }
        let report = gateway.report
        // Twilio's texts have a state as well: received.
        if let text = fields[report.text], let from = fields[report.from] {
            try check(call, form, callback) { () throws(GatewayMistake) in
                try callback.check(text: call.query, route: name)
            }
            guard let sender = PhoneNumber(sender: from, country: country) else { return [] }
            return [.text(text, from: sender.text)]
        }
        guard let state = fields[report.field] else {
            throw GatewayMistake("a call for the route '\(name)' with neither a text nor '\(report.field)'")
        }
        try check(call, form, callback) { () throws(GatewayMistake) in
            try callback.check(report: call.query, route: name)
        }
        return try self.report(state, fields, id: call.query["id"] ?? "")
    }

    private func report(
        _ state: String, _ fields: [String: String], id: String
    ) throws(GatewayMistake) -> [Incoming] {
        let kind: Receipt.Kind
        if gateway.report.delivered.contains(state) {
            kind = .delivered
        } else if gateway.report.undelivered.contains(state) {
            kind = .undelivered
        } else {
            return []
        }
        let code = gateway.report.code.flatMap { fields[$0] }.flatMap { $0.isEmpty || $0.count > 6 ? nil : $0 }
        let reason = kind == .undelivered ? "the gateway says \(state)" + (code.map { ", code \($0)" } ?? "") : nil
        if !id.isEmpty { return [.receipt(Receipt(kind, of: id, at: now(), reason: reason))] }
        guard let reference = gateway.report.reference.flatMap({ fields[$0] }), !reference.isEmpty else {
            throw GatewayMistake("a report for the route '\(name)' that does not say of which message")
        }
        return [.report(kind, reference: reference, reason: reason)]
    }

    private func check(
        _ call: GatewayCall, _ form: [String: String], _ callback: GatewayCallback,
        orBy usual: () throws(GatewayMistake) -> Void
    ) throws(GatewayMistake) {
        guard case .twilio = gateway.proof else { return try usual() }
        let given = call.headers["x-twilio-signature"].flatMap { Data(base64Encoded: $0) }
        // Its signature covers the address as it was given to Twilio.
        let url = call.query["id"].map { callback.reportAddress(route: name, id: $0) } ?? "\(callback.url)/\(name)"
        let signed = url + form.sorted { $0.key < $1.key }.map { $0.key + $0.value }.joined()
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Array(signed.utf8), using: SymmetricKey(data: Array(gateway.secret.utf8)))
        guard let given, GatewayCallback.isSame(Array(given), Array(code)) else {
            throw GatewayMistake("a call for the route '\(name)' whose X-Twilio-Signature is not right")
        }
    }

    /// Of a form, or of the JSON object that some gateways send instead.
    static func fields(inBodyOf call: GatewayCall) -> [String: String] {
        if call.headers["content-type"]?.hasPrefix("application/json") == true {
            let json = try? JSONSerialization.jsonObject(with: Data(call.body)) as? [String: Any]
            return (json ?? [:]).keys.reduce(into: [:]) { $0[$1] = value(at: $1, in: json) }
        }
        var fields: [String: String] = [:]
        for pair in String(decoding: call.body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { String($0).replacing("+", with: " ").removingPercentEncoding ?? "" }
            if let key = decoded.first, !key.isEmpty { fields[key] = decoded.count > 1 ? decoded[1] : "" }
        }
        return fields
    }
}
