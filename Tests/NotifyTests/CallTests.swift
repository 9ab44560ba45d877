import Crypto
import Foundation
import Registry
import Rules
import Store
import Testing

@testable import Notify

@Suite(.timeLimit(.minutes(1))) struct `A call` {
    private static let id = "a-fire-7/3/r-a-12c/1"
    private static let callback = TestGateway.callback("http://127.0.0.1:1/gateway/call")

    private func form(
        _ language: Language, at place: String = "a/9/A", callback: GatewayCallback? = callback,
        detectsMachines: Bool = false, exercise: String? = nil
    ) async throws -> [String: String] {
        let receiver = try WebhookReceiver { _, _ in .status(201, body: #"{"sid":"CA1"}"#) }
        defer { receiver.stop() }
        let person = Harbour.person("r-a-12c", place, "call:\(TestGateway.number)", language: language)
        let channel = try CallUnderTest.channel(
            at: receiver, residents: [person], callback: callback, detectsMachines: detectsMachines)
        let notice = Notice(
            id: Self.id, alert: Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "b/4/A", exercise: exercise),
            recipient: "r-a-12c/1", language: language, text: "", place: "")
        #expect(await channel.send(notice, to: person.contacts[0]) == .accepted(reference: "CA1"))
        let request = try #require(await receiver.requests.next(1).first)
        #expect(request.path == "/2010-04-01/Accounts/AC1/Calls.json")
        return request.form
    }

    @Test(arguments: [
        ("en", "en-GB", "Press 1"), ("zh-Hant", "yue-HK", "安全請按1"), ("zh-Hans", "cmn-CN", "安全请按1"),
        ("hi", "hi-IN", "1 दबाएँ"), ("fil", "fil-PH", "Pindutin ang 1"), ("id", "id-ID", "Tekan 1"),
        ("ur", "en-GB", "Press 1"),
    ])
    func `says it twice in the person's language, and which key means what`(
        _ language: String, _ voice: String, _ keys: String
    ) async throws {
        let twiml = try #require(await form(Language(language))["Twiml"])
        #expect(twiml.components(separatedBy: "<Say language=\"\(voice)\" voice=").count == 3)
        #expect(twiml.components(separatedBy: keys).count == 3)
        #expect(twiml.hasPrefix("<Response><Gather numDigits=\"1\"") && twiml.hasSuffix("</Gather></Response>"))
    }

    @Test func `is made in Twilio's words, with its text escaped`() async throws {
        var form = try await form(.english)
        let twiml = try #require(form["Twiml"])
        form["Twiml"] = nil
        // The block is called "Block B & Co".
        #expect(twiml.contains("Block B &amp; Co") && !twiml.contains("B & Co"))
        let address = Self.callback.reportAddress(route: "voice", id: Self.id)
        #expect(twiml.contains("action=\"\(address.replacing("&", with: "&amp;"))\""))
        #expect(
            form == ["To": "+85291234567", "From": "+15005550006", "Timeout": "30", "StatusCallback": address])
        #expect(try await self.form(.english, detectsMachines: true)["MachineDetection"] == "Enable")
    }

    @Test func `asks nothing where nobody takes the answer, and says DRILL first in an exercise`() async throws {
        let twiml = try #require(await form(.english, callback: nil, exercise: "d1")["Twiml"])
        #expect(!twiml.contains("Gather") && !twiml.contains("Press") && twiml.contains("\">DRILL"))
    }

    // MARK: What the gateway calls

    private func call(_ form: [String: String], token: String = "token") -> GatewayCall {
        let url = Self.callback.reportAddress(route: "voice", id: Self.id)
        let signed = url + form.sorted { $0.key < $1.key }.map { $0.key + $0.value }.joined()
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Array(signed.utf8), using: SymmetricKey(data: Array(token.utf8)))
        let body = form.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
        return GatewayCall(
            method: "POST", path: "/voice",
            query: (URLComponents(string: url)?.queryItems ?? []).reduce(into: [:]) { $0[$1.name] = $1.value },
            headers: [
                "content-type": "application/x-www-form-urlencoded",
                "x-twilio-signature": Data(code).base64EncodedString(),
            ], body: Array(body.joined(separator: "&").utf8))
    }

    private func incoming(_ form: [String: String], token: String = "token") throws -> [Incoming] {
        let receiver = try WebhookReceiver { _, _ in .status(200) }
        defer { receiver.stop() }
        let form = form.merging(["To": TestGateway.number, "From": "+15005550006", "CallSid": "CA1"]) { $1 }
        return try CallUnderTest.channel(at: receiver).incoming(from: call(form, token: token))
    }

    @Test(arguments: [
        (["CallStatus": "completed"], Receipt.Kind.delivered, nil),
        (["CallStatus": "completed", "AnsweredBy": "human"], .read, nil),
        (["CallStatus": "completed", "AnsweredBy": "machine_start"], .delivered, nil),
        (["CallStatus": "no-answer"], .undelivered, "the gateway says no-answer"),
        (["CallStatus": "busy"], .undelivered, "the gateway says busy"),
        (["CallStatus": "failed"], .undelivered, "the gateway says failed"),
    ])
    func `is reported on, and a voicemail has read nothing`(
        _ form: [String: String], _ kind: Receipt.Kind, _ reason: String?
    ) throws {
        #expect(try incoming(form) == [.receipt(Receipt(kind, of: Self.id, at: Harbour.noon, reason: reason))])
    }

    @Test func `brings the key that was pressed, which means the same in every language`() throws {
        for (key, answer) in [("1", Answer.safe), ("2", .needHelp), ("3", .falseAlarm)] {
            #expect(
                try incoming(["CallStatus": "in-progress", "Digits": key])
                    == [.text(key, from: TestGateway.number)])
            #expect(try Harbour.catalogue().answers.read(key) == answer)
        }
    }

    @Test func `is believed by its signature alone`() {
        for form in [["CallStatus": "completed"], ["CallStatus": "in-progress", "Digits": "1"]] {
            #expect(throws: GatewayMistake.self) { try incoming(form, token: "guessed") }
        }
    }
}
