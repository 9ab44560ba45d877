import Foundation
import Notify
import Registry
import Synchronization
import Store
import Testing

/// The folders of a gammu-smsd, and Debian's gammu-smsd itself with gammu's dummy phone, if it is started.
private final class Modem: Sendable {
    let folder: String
    private let program = Mutex<ServerProgram?>(nil)

    init(folder: String) throws {
        self.folder = folder
        for name in ["outbox", "sent", "error", "inbox", "phone/sms/1", "phone/sms/2", "phone/sms/3"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
    }

    /// - Parameter phone: what gammu takes for the phone; the dummy's is a folder.
    func start(phone: String = "phone") async throws -> ServerProgram {
        try """
        [gammu]
        device = \(folder)/\(phone)
        connection = none
        model = dummy

        [smsd]
        service = files
        logfile = stderr
        debuglevel = 5
        inboxpath = \(folder)/inbox/
        outboxpath = \(folder)/outbox/
        sentsmspath = \(folder)/sent/
        errorsmspath = \(folder)/error/
        inboxformat = detail
        deliveryreport = sms
        commtimeout = 1
        receivefrequency = 1

        """.write(toFile: folder + "/smsdrc", atomically: true, encoding: .utf8)
        let started = try ServerProgram(["/usr/bin/gammu-smsd", "--config", folder + "/smsdrc"])
        program.withLock { $0 = started }
        return started
    }

    func stop() { program.withLock { $0?.stop() } }

    func names(in name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").sorted()
    }

    /// What the network brings to the phone.
    func arrives(_ message: String, as number: Int) throws {
        try message.write(toFile: "\(folder)/phone/sms/1/\(number)", atomically: true, encoding: .utf8)
    }

    static func incoming(pdu: String, text: String, coding: String = "Unicode_No_Compression") -> String {
        let digits = text.utf16.map { String(format: "%04X", $0) }.joined()
        return """
            [SMSBackup000]
            PDU = \(pdu)
            DateTime = 20261122T154537
            State = UnRead
            Number = "\(TestGateway.number)"
            Text00 = \(digits)
            Coding = \(coding)
            Folder = 1
            Length = \(text.utf16.count)
            Class = -1
            MessageReference = 255

            """
    }

    func channel(
        stall: Duration = .seconds(3600), waitingMax: Int = 50,
        now: @escaping @Sendable () -> Instant = { Harbour.noon }
    ) throws -> SMSChannel {
        var modem = SMSChannel.Modem(folder: folder)
        modem.stall = stall
        modem.waitingMax = waitingMax
        modem.pollInterval = .milliseconds(20)
        return try TestGateway.channel(SMSChannel.Route("modem", .modem(modem)), now: now)
    }
}

/// What a channel brings, taken or not as a test says.
private func heard(
    by channel: SMSChannel, _ count: Int, refusing: Int = 0, while body: () async throws -> Void = {}
) async throws -> [Incoming] {
    let (stream, arrived) = AsyncStream<[Incoming]>.makeStream()
    let refusals = Mutex(refusing)
    struct DiskFull: Error {}
    let listening = Task {
        await channel.listen { incoming in
            let isRefused = refusals.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            if isRefused { throw DiskFull() }
            arrived.yield(incoming)
        }
    }
    try await body()
    var all: [Incoming] = []
    for await incoming in stream {
        all += incoming
        if all.count >= count { break }
    }
    listening.cancel()
    await listening.value
    return all
}

@Suite(.timeLimit(.minutes(1))) struct `A real gammu-smsd` {
    private func running(_ body: (Modem, ServerProgram, SMSChannel) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let modem = try Modem(folder: folder.path)
        let program = try await modem.start()
        defer { modem.stop() }
        try await body(modem, program, try modem.channel())
    }

    @Test func `is seen to run, and to run no more where it was the only one`() async throws {
        try await running { modem, program, channel in
            try await program.line(containing: "Starting phone communication")
            #expect(await channel.probe(nil) == .accepted())
            try FileManager.default.removeItem(atPath: modem.folder + "/outbox")
            #expect(await channel.probe(nil) == .failed("modem: the modem's folders cannot be used"))
        }
    }

    @Test func `sends Chinese as UCS-2, what fits as GSM-7, and what is long in joined parts`() async throws {
        try await running { modem, program, channel in
            let long = String(repeating: "火警！", count: 30)
            for (number, text) in ["火警！A座12樓 𠝹", "FIRE {12C} é@", long].enumerated() {
                let outcome = await channel.send(TestGateway.notice(text, id: "a/\(number)"), to: TestGateway.contact)
                guard case .accepted(let reference?) = outcome, reference.hasPrefix("sh") else {
                    Issue.record("\(outcome)")
                    return
                }
            }
            // What the phone was told to send, in gammu's words.
            try await program.line(containing: "Unicode SMS, length 11")
            try await program.line(containing: "火警！A座12樓 𠝹")
            try await program.line(containing: "7 bit SMS, length 14")
            try await program.line(containing: "FIRE {12C} é@")
            try await program.line(containing: "Found 2 sms to \"\(TestGateway.number)\"")
        }
    }

    @Test func `reports what was delivered, and leaves nothing personal behind`() async throws {
        try await running { modem, program, channel in
            let outcome = await channel.send(TestGateway.notice("火警"), to: TestGateway.contact)
            guard case .accepted(let reference?) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            try await program.line(containing: "Renamed")
            try modem.arrives(Modem.incoming(pdu: "Status_Report", text: "Delivered"), as: 1)
            #expect(
                try await heard(by: channel, 1) == [.report(.delivered, reference: reference, reason: nil)])
            #expect(try modem.names(in: "sent") + modem.names(in: "inbox") == [])
        }
    }

    @Test func `brings what somebody writes, again until it is on the disk`() async throws {
        try await running { modem, _, channel in
            try modem.arrives(Modem.incoming(pdu: "Deliver", text: "安全 𠝹"), as: 1)
            #expect(
                try await heard(by: channel, 1, refusing: 2) == [.text("安全 𠝹", from: TestGateway.number)])
            #expect(try modem.names(in: "inbox") == [])
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A modem's folders` {
    private let clock = SetClock(start: Harbour.noon)
    private let notice = TestGateway.notice("火警")

    @Test func `hold a message once, however often it is handed over`() async throws {
        let folder = try TemporaryFolder()
        let modem = try Modem(folder: folder.path)
        let first = await try modem.channel().send(notice, to: TestGateway.contact)
        // As after a crash, with nothing remembered.
        #expect(await try modem.channel().send(notice, to: TestGateway.contact) == first)
        let waiting = try modem.names(in: "outbox")
        #expect(waiting.count == 1)
        try FileManager.default.moveItem(
            atPath: "\(modem.folder)/outbox/\(waiting[0])", toPath: "\(modem.folder)/sent/\(waiting[0])")
        #expect(await try modem.channel().send(notice, to: TestGateway.contact) == first)
        #expect(try modem.names(in: "outbox") == [])
    }

    @Test func `give what is real before what is exercised, in the order of sending`() async throws {
        let folder = try TemporaryFolder()
        let modem = try Modem(folder: folder.path)
        let channel = try modem.channel(now: { [clock] in clock.moment })
        for (id, drill) in [("1", "d1"), ("2", nil), ("3", nil)] {
            clock.advance(by: .milliseconds(1))
            let text = drill == nil ? "real \(id)" : "drill"
            _ = await channel.send(TestGateway.notice(text, id: id, exercise: drill), to: TestGateway.contact)
        }
        // gammu-smsd takes them by their names.
        let texts = try modem.names(in: "outbox").map { name in
            try #require(name.count < 100)
            return try String(contentsOfFile: "\(modem.folder)/outbox/\(name)", encoding: .utf8)
        }
        func digits(_ text: String) -> String { text.utf16.map { String(format: "%04X", $0) }.joined() }
        #expect(texts.count == 3 && texts[0].contains(digits("real 2")) && texts[1].contains(digits("real 3")))
    }

    @Test func `of a modem that is gone are given up, but for one that tells when it is back`() async throws {
        let folder = try TemporaryFolder()
        let modem = try Modem(folder: folder.path)
        let channel = try modem.channel(stall: .seconds(60), now: { [clock] in clock.moment })
        var references: [String] = []
        for number in 1...3 {
            let outcome = await channel.send(TestGateway.notice("火警", id: "\(number)"), to: TestGateway.contact)
            if case .accepted(let reference?) = outcome { references.append(reference) }
            clock.advance(by: .milliseconds(1))
        }
        clock.advance(by: .seconds(61))
        #expect(
            try await heard(by: channel, 2)
                == references.dropFirst().map {
                    .report(.undelivered, reference: $0, reason: "the modem did not send it")
                })
        #expect(
            await channel.send(TestGateway.notice("火警", id: "4"), to: TestGateway.contact)
                == .failed("modem: the modem's outbox does not move"))
        // It is back: the one that waited leaves.
        let waiting = try modem.names(in: "outbox")
        #expect(waiting.count == 1)
        try FileManager.default.moveItem(
            atPath: "\(modem.folder)/outbox/\(waiting[0])", toPath: "\(modem.folder)/sent/\(waiting[0])")
        guard case .accepted = await channel.send(TestGateway.notice("火警", id: "5"), to: TestGateway.contact) else {
            Issue.record("it is not used again")
            return
        }
    }

    @Test func `hold no more than they are allowed, and say so when they are gone`() async throws {
        let folder = try TemporaryFolder()
        let modem = try Modem(folder: folder.path)
        let channel = try modem.channel(waitingMax: 1)
        _ = await channel.send(TestGateway.notice("火警", id: "1"), to: TestGateway.contact)
        #expect(
            await channel.send(TestGateway.notice("火警", id: "2"), to: TestGateway.contact)
                == .failed("modem: the modem's outbox is full"))
        try FileManager.default.removeItem(atPath: modem.folder + "/outbox")
        #expect(
            await channel.send(TestGateway.notice("火警", id: "3"), to: TestGateway.contact)
                == .failed("modem: the modem's folders cannot be used"))
    }

    @Test func `tell what the modem could not send, and of three such in a row one is sent at a time`() async throws {
        let folder = try TemporaryFolder()
        let modem = try Modem(folder: folder.path)
        let channel = try modem.channel(now: { [clock] in clock.moment })
        var references: [String] = []
        for number in 1...3 {
            let outcome = await channel.send(TestGateway.notice("火警", id: "\(number)"), to: TestGateway.contact)
            if case .accepted(let reference?) = outcome { references.append(reference) }
            clock.advance(by: .milliseconds(1))
        }
        for name in try modem.names(in: "outbox") {
            try FileManager.default.moveItem(
                atPath: "\(modem.folder)/outbox/\(name)", toPath: "\(modem.folder)/error/\(name)")
        }
        let told = try await heard(by: channel, 3)
        #expect(told == references.map { .report(.undelivered, reference: $0, reason: "the modem did not send it") })
        #expect(try modem.names(in: "error") == [])
        guard case .accepted = await channel.send(TestGateway.notice("火警", id: "4"), to: TestGateway.contact) else {
            Issue.record("nobody tries the modem any more")
            return
        }
        #expect(
            await channel.send(TestGateway.notice("火警", id: "5"), to: TestGateway.contact)
                == .failed("modem: the modem cannot send"))
    }

    @Test(arguments: ["unicode", "standard"]) func `bring texts in any of the inbox's formats`(_ format: String)
        async throws
    {
        let folder = try TemporaryFolder()
        let modem = try Modem(folder: folder.path)
        // gammu-smsd writes more of `unicode` than there is.
        let bytes: [UInt8] =
            format == "unicode" ? [0xFE, 0xFF, 0x5B, 0x89, 0x51, 0x68, 0, 0, 0x41, 0x42] : Array("安全".utf8)
        let name = "IN20261122_154537_00_\(TestGateway.number)_00.txt"
        try Data(bytes).write(to: URL(fileURLWithPath: "\(modem.folder)/inbox/\(name)"))
        #expect(try await heard(by: try modem.channel(), 1) == [.text("安全", from: TestGateway.number)])
    }
}
