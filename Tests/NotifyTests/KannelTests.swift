import Foundation
import Notify
import Registry
import Store
import Testing

/// Debian's Kannel with its fake SMS centre, started by the test.
private struct Kannel {
    let url: String
    let centre: ServerProgram
    private let bearerbox: ServerProgram
    private let smsbox: ServerProgram

    /// - Parameters:
    ///   - incoming: where texts are brought to.
    ///   - text: what somebody writes, as the fake centre's command line wants it; comes when all is up.
    init(folder: String, incoming: String, text: String? = nil) async throws {
        let file = folder + "/kannel.conf"
        var started = try await Self.begin(file, incoming)
        for _ in 1...2 where started == nil { started = try await Self.begin(file, incoming) }
        let boxes = try #require(started, "another test took a port that had been found free, three times")
        (bearerbox, smsbox) = (boxes.bearerbox, boxes.smsbox)
        let ports = boxes.ports
        url = "http://127.0.0.1:\(ports[3])/cgi-bin/sendsms"
        centre = try ServerProgram(
            [
                "/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", "\(ports[2])", "-i", "0.01", "-m",
                text == nil ? "0" : "1", text ?? "1 2 text unused",
            ])
        try await bearerbox.line(containing: "Fakesmsc client connected")
    }

    /// - Returns: `nil` if somebody else has taken one of the ports meanwhile; then what was begun is over.
    private static func begin(
        _ file: String, _ incoming: String
    ) async throws -> (ports: [UInt16], bearerbox: ServerProgram, smsbox: ServerProgram)? {
        let (ports, bearerbox) = try beginning(file, incoming)
        do {
            try await bearerbox.line(containing: "entering mainloop")
        } catch is ServerProgram.Ended where !Task.isCancelled {
            bearerbox.stop()
            return nil
        }
        let smsbox = try ServerProgram(["/usr/sbin/smsbox", "-v", "1", file])
        do {
            try await smsbox.line(containing: "Connected to bearerbox")
        } catch is ServerProgram.Ended where !Task.isCancelled {
            smsbox.stop()
            bearerbox.stop()
            return nil
        }
        try await bearerbox.line(containing: "Client connected from")
        return (ports, bearerbox, smsbox)
    }

    private static func beginning(_ file: String, _ incoming: String) throws -> (ports: [UInt16], ServerProgram) {
        // Each found free while the others are held.
        let ports = try WebhookReceiver.unusedPorts(4)
        try """
        group = core
        admin-port = \(ports[0])
        admin-interface = 127.0.0.1
        admin-password = unused
        smsbox-port = \(ports[1])
        box-allow-ip = 127.0.0.1
        dlr-storage = internal

        group = smsc
        smsc = fake
        smsc-id = fake
        host = 127.0.0.1
        port = \(ports[2])
        connect-allow-ip = 127.0.0.1
        denied-prefix = "+999"

        group = smsbox
        bearerbox-host = 127.0.0.1
        bearerbox-port = \(ports[1])
        sendsms-port = \(ports[3])

        group = sendsms-user
        username = hub
        password = pw
        max-messages = 10
        concatenation = true

        group = sms-service
        keyword = default
        post-url = "\(incoming)"
        max-messages = 0
        """.write(toFile: file, atomically: true, encoding: .utf8)
        return (ports, try ServerProgram(["/usr/sbin/bearerbox", "-v", "1", file]))
    }

    func stop() {
        for program in [centre, smsbox, bearerbox] { program.stop() }
    }

    /// The fake centre writes `Got message 1: <12345 +85291234567 ucs-2 pk%8Bf…>`.
    func text(ofMessage number: Int) async throws -> (head: String, text: String) {
        let line = try await centre.line(containing: "Got message \(number): <")
        let message = try #require(line.components(separatedBy: ": <").last).dropLast()
        let parts = message.split(separator: " ", maxSplits: 3).map(String.init)
        let head = parts[0...2].joined(separator: " ")
        guard parts[2] == "ucs-2" else { return (head, parts[3]) }
        var bytes: [UInt8] = []
        var rest = Array(parts[3].utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                bytes.append(try #require(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)))
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        let text = String(data: Data(bytes), encoding: .utf16BigEndian)
        return (head, try #require(text))
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A real Kannel` {
    private func running(
        text: String? = nil, _ body: (Kannel, WebhookReceiver, SMSChannel) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let hub = try WebhookReceiver { _, _ in .status(200) }
        defer { hub.stop() }
        let callback = TestGateway.callback(hub.url("/gateway/sms"))
        let kannel = try await Kannel(
            folder: folder.path, incoming: "\(callback.url)/kannel?key=\(TestGateway.secret)&from=%p", text: text)
        defer { kannel.stop() }
        let channel = try TestGateway.channel(TestGateway.kannel(at: kannel.url), callback: callback)
        try await body(kannel, hub, channel)
    }

    @Test func `is tested without a message, its password included`() async throws {
        try await running { kannel, _, channel in
            #expect(await channel.probe(nil) == .accepted())
            let wrong = try TestGateway.channel(TestGateway.kannel(at: kannel.url, password: "falsch"))
            #expect(await wrong.probe(nil) == .failed("kannel: Kannel refuses the user or password"))
            #expect(wrong.troubles().count == 1)
            kannel.stop()
            guard case .failed = await channel.probe(nil) else {
                Issue.record("it is gone")
                return
            }
        }
    }

    @Test func `hands Chinese on as it was written, and its report is the delivery's`() async throws {
        try await running { kannel, hub, channel in
            // Kannel would take what follows a '%' in the report's address for a field of its own.
            let notice = TestGateway.notice("火警！A座12樓 𠝹 #a-fire-7/3", id: "a-fire-7/3/r-許%d/1")
            #expect(await channel.send(notice, to: TestGateway.contact) == .accepted())
            let (head, text) = try await kannel.text(ofMessage: 1)
            #expect(head == "12345 +85291234567 ucs-2")
            #expect(text == "火警！A座12樓 𠝹 #a-fire-7/3")
            let report = try #require(await hub.requests.next(1).first).gatewayCall
            #expect(
                try channel.incoming(from: report) == [
                    .receipt(Receipt(.delivered, of: "a-fire-7/3/r-許%d/1", at: Harbour.noon))
                ])
            var forged = report
            forged.query["id"] = "a-fire-7/3/r-b/1"
            #expect(throws: GatewayMistake.self) { try channel.incoming(from: forged) }
        }
    }

    @Test func `hands on what fits GSM-7 as that`() async throws {
        try await running { kannel, _, channel in
            _ = await channel.send(TestGateway.notice("FIRE {12C} 50 € à Noël"), to: TestGateway.contact)
            #expect(
                await channel.send(TestGateway.notice("FIRE {12C} 50 € @ à"), to: TestGateway.contact) == .accepted())
            #expect(try await kannel.text(ofMessage: 1).head == "12345 +85291234567 ucs-2")
            let (head, text) = try await kannel.text(ofMessage: 2)
            #expect(head == "12345 +85291234567 text" && text == "FIRE {12C} 50 € @ à")
        }
    }

    @Test func `brings what somebody writes`() async throws {
        try await running(text: "+85291234567 123 ucs2 %5B%89%51%68%00%20%00%61") { _, hub, channel in
            let call = try #require(await hub.requests.next(1).first).gatewayCall
            #expect(try channel.incoming(from: call) == [.text("安全 a", from: "+85291234567")])
            var forged = call
            forged.query["key"] = "guessed"
            #expect(throws: GatewayMistake.self) { try channel.incoming(from: forged) }
        }
    }

    @Test func `that refuses the password is down; a number that it denies is another matter`() async throws {
        try await running { kannel, _, channel in
            let stranger = try TestGateway.channel(TestGateway.kannel(at: kannel.url, password: "wrong"))
            let notice = TestGateway.notice("FIRE")
            #expect(
                await stranger.send(notice, to: TestGateway.contact)
                    == .failed("kannel: Kannel refuses the user or password"))
            #expect(stranger.troubles().map(\.details["state"]) == ["failing"])
            let elsewhere = Contact(resident: "r", position: 1, channel: "sms", address: "+99912345678")
            #expect(
                await channel.send(notice, to: elsewhere) == .refused("kannel: Kannel has no way to this number"))
            #expect(channel.troubles().isEmpty)
        }
    }
}

@Suite struct `What Kannel reports` {
    private let channel: SMSChannel
    private let id = "a-fire-7/3/r-a-12c/1"

    init() throws { channel = try TestGateway.channel(TestGateway.kannel(at: "http://127.0.0.1:1/")) }

    /// As this Kannel was asked to.
    private func call(_ more: [String: String]) -> GatewayCall {
        GatewayCall(
            path: "/kannel", query: ["id": id, "proof": "00"].merging(more) { $1 })
    }

    @Test(arguments: [
        ("1", "", Receipt.Kind.delivered, String?.none), ("16", "", .undelivered, "refused by the SMS centre"),
        (
            "2", "id:1 sub:001 dlvrd:000 stat:UNDELIV err:012 text:火警 +85291234567", .undelivered,
            "not delivered, stat:UNDELIV err:012"
        ),
    ])
    func `is what became of the message, without its text`(
        _ type: String, _ answer: String, _ kind: Receipt.Kind, _ reason: String?
    ) throws {
        #expect(
            try channel.incoming(from: call(["type": type, "answer": answer, "key": TestGateway.secret]))
                == [.receipt(Receipt(kind, of: id, at: Harbour.noon, reason: reason))])
    }

    @Test(arguments: ["4", "8"]) func `on the way there is nothing`(_ type: String) throws {
        #expect(try channel.incoming(from: call(["type": type, "key": TestGateway.secret])) == [])
    }

    @Test(arguments: [
        ["type": "1"], ["type": "1", "proof": ""], ["type": "1", "key": "geheimer"],
        ["type": "32", "key": TestGateway.secret], ["type": "1", "id": "", "key": TestGateway.secret],
    ])
    func `without a proof, or of nothing that is known, is refused`(_ query: [String: String]) {
        #expect(throws: GatewayMistake.self) { try channel.incoming(from: call(query)) }
    }

    @Test func `with the proof of its own delivery brings no text`() throws {
        // Whoever has seen one report's address could else answer for anybody.
        let callback = TestGateway.callback()
        let address = try #require(URLComponents(string: callback.reportAddress(route: "kannel", id: id)))
        let fields = (address.queryItems ?? []).reduce(into: [:]) { $0[$1.name] = $1.value }
        var text = GatewayCall(method: "POST", path: "/kannel", query: fields, body: Array("safe".utf8))
        text.query["from"] = TestGateway.number
        #expect(throws: GatewayMistake.self) { try channel.incoming(from: text) }
        #expect(try channel.incoming(from: call(fields.merging(["type": "1"]) { $1 })).count == 1)
    }

    @Test func `for a route that is not there, or by get-url, is refused with what to do`() {
        #expect(throws: GatewayMistake("there is no SMS route of this name: gateways call /gateway/sms/<route>")) {
            try channel.incoming(from: GatewayCall(path: "/nobody"))
        }
        #expect(
            throws: GatewayMistake(
                "Kannel's sms-service has to use post-url: get-url does not bring every alphabet")
        ) {
            try channel.incoming(
                from: GatewayCall(path: "/kannel", query: ["key": TestGateway.secret, "text": "safe", "from": "+8521"]))
        }
    }
}
