import Crypto
import Dispatch
import Foundation
import Registry
import Store

/// The folders that a modem's gammu-smsd shares with the hub: `outbox`, `sent`, `error` and `inbox`.
///
/// A message is a file in `outbox` from the moment that it is accepted; the modem's service moves it on. All that is
/// remembered between restarts is in the files and their names.
actor ModemSpool {
    /// Files block; so does the disk, for as long as it takes to be sure.
    private let executor = DispatchExecutor("modem")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let settings: SMSChannel.Modem
    private let country: String?
    /// The files that waited at the last look.
    private var waiting: Set<String> = []
    /// When one of them last went.
    private var movedAt: Instant?
    /// Messages that the modem has failed to send, one after the other.
    private var errorsInARow = 0
    private var isStalled = false
    /// gammu-smsd was once seen to run on this machine.
    private var hasSeenService = false
    /// Taken out of a stalled outbox by us.
    private var takenBack: Set<String> = []

    private static let errorsMax = 3

    init(_ settings: SMSChannel.Modem, country: String?) {
        self.settings = settings
        self.country = country
    }

    // MARK: Sending

    func put(_ message: SMS, at now: Instant) -> RouteOutcome {
        let reference = Self.reference(of: message.id)
        do {
            let outbox = try names(in: "outbox")
            note(outbox, at: now)
            // It was handed over before, and what became of that was lost.
            if try (outbox + names(in: "sent")).contains(where: { $0.hasSuffix("_\(reference).smsbackup") }) {
                return .accepted(reference: reference)
            }
            if let reason = refusal(waiting: outbox.count) { return .failed(reason) }
            if outbox.count >= settings.waitingMax { return .busy("the modem's outbox is full") }
            let series = UInt8(reference.suffix(2), radix: 16) ?? 0
            try write(
                ModemMessage.file(of: message.text, to: message.number, series: series),
                as: Self.name(of: message, reference, at: now))
            return .accepted(reference: reference)
        } catch {
            return .failed("the modem's folders cannot be used")
        }
    }

    /// Whether the modem's service does its work, as far as its folders and the machine's processes show.
    ///
    /// - Returns: `nil` if nobody can tell: nothing waits for it, and it was never seen to run on this machine.
    func test(at now: Instant) -> RouteOutcome? {
        do {
            let outbox = try names(in: "outbox")
            note(outbox, at: now)
            if let reason = refusal(waiting: outbox.count) { return .failed(reason) }
        } catch {
            return .failed("the modem's folders cannot be used")
        }
        let runs = Self.isServiceRunning
        defer { hasSeenService = hasSeenService || runs }
        if runs { return .accepted() }
        return hasSeenService ? .failed("gammu-smsd does not run any more") : nil
    }

    /// proc(5): the names of all that runs.
    private static var isServiceRunning: Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.contains { process in
            guard process.allSatisfy(\.isNumber),
                let name = FileManager.default.contents(atPath: "/proc/\(process)/comm")
            else { return false }
            return name.starts(with: Array("gammu-smsd".utf8))
        }
    }

    private func refusal(waiting count: Int) -> String? {
        if isStalled, count > 0 { return "the modem's outbox does not move" }
        // One at a time, until one gets through.
        if errorsInARow >= Self.errorsMax, count > 0 { return "the modem cannot send" }
        return nil
    }

    /// Either all of it is there under its name, for good, or nothing.
    private func write(_ text: String, as name: String) throws {
        let hidden = path("outbox", ".\(name)")
        guard FileManager.default.createFile(atPath: hidden, contents: nil, attributes: [.posixPermissions: 0o644])
        else { throw CocoaError(.fileWriteUnknown) }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: hidden))
        try file.write(contentsOf: Data(text.utf8))
        try file.synchronize()
        try file.close()
        try FileManager.default.moveItem(atPath: hidden, toPath: path("outbox", name))
        let folder = try FileHandle(forReadingFrom: URL(fileURLWithPath: path("outbox", "")))
        try folder.synchronize()
        try folder.close()
        waiting.insert(name)
    }

    // MARK: Looking

    /// What has happened, and which files are done with once that is on the disk.
    struct News: Sendable {
        var incoming: [Incoming] = []
        fileprivate var finished: [String] = []
    }

    /// - Parameter validity: what has waited for longer is taken back.
    func look(at now: Instant, validity: Duration) -> News {
        var news = News()
        do {
            let outbox = try names(in: "outbox")
            note(outbox, at: now)
            takeBack(outbox, at: now, validity: validity)
            try lookForErrors(&news)
            try lookIntoInbox(&news)
            if news.incoming.isEmpty { try cleanSent(at: now) }
        } catch {
            // Whoever sends next says so.
        }
        return news
    }

    /// What was brought is on the disk: its files go, for they hold numbers and texts.
    func finish(_ news: News) {
        for path in news.finished { remove(path) }
    }

    /// One that stays is looked at again, and its report is then one too many, which harms nobody.
    private func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    private func note(_ outbox: [String], at now: Instant) {
        let here = Set(outbox)
        let gone = waiting.subtracting(here).subtracting(takenBack)
        if !gone.isEmpty || waiting.isEmpty {
            movedAt = now
            isStalled = false
        }
        if !gone.isEmpty {
            let failed = Set((try? names(in: "error")) ?? [])
            let hasSent = !gone.isSubset(of: failed)
            errorsInARow = hasSent ? 0 : errorsInARow + gone.count
        }
        waiting = here
        takenBack.formIntersection(here)
        if let movedAt, !here.isEmpty, now - movedAt > settings.stall { isStalled = true }
    }

    /// From a modem that sends nothing any more all messages but one, which tells when it sends again; from any what is
    /// too old.
    private func takeBack(_ outbox: [String], at now: Instant, validity: Duration) {
        let old = outbox.filter { name in Self.moment(of: name).map { now - $0 > validity } ?? false }
        let stuck = isStalled ? outbox.sorted().dropFirst() : []
        for name in Set(old).union(stuck) {
            takenBack.insert(name)
            // One that has gone meanwhile was sent.
            try? FileManager.default.moveItem(atPath: path("outbox", name), toPath: path("error", name))
        }
    }

    private func lookForErrors(_ news: inout News) throws {
        for name in try names(in: "error") {
            guard let reference = Self.reference(inName: name) else { continue }
            news.incoming.append(.report(.undelivered, reference: reference, reason: "the modem did not send it"))
            news.finished.append(path("error", name))
        }
    }

    private func lookIntoInbox(_ news: inout News) throws {
        var sent = try names(in: "sent")
        for name in try names(in: "inbox", prefix: "IN") {
            let file = path("inbox", name)
            guard let data = FileManager.default.contents(atPath: file) else { continue }
            guard !data.isEmpty, Self.isWhole(data) else { continue }
            news.finished.append(file)
            guard
                let message = ModemMessage(file: String(decoding: data, as: UTF8.self))
                    ?? ModemMessage(plain: Array(data), name: name)
            else { continue }
            switch message.kind {
            case .report: report(message, &sent, &news)
            case .text:
                guard let sender = PhoneNumber(sender: message.number, country: country) else { continue }
                news.incoming.append(.text(message.text, from: sender.text))
            }
        }
    }

    /// Of the format `detail`, gammu writes the reference last; of another there is no telling.
    private static func isWhole(_ data: Data) -> Bool {
        guard data.starts(with: Array("; This file".utf8)) else { return true }
        return data.firstRange(of: Data("MessageReference = ".utf8)) != nil
    }

    /// The network says to which number, not of which message: it speaks of the oldest that was not spoken of.
    private func report(_ message: ModemMessage, _ sent: inout [String], _ news: inout News) {
        let kind: Receipt.Kind
        switch message.text {
        case "Delivered": kind = .delivered
        case "Failed": kind = .undelivered
        default: return
        }
        guard let number = PhoneNumber(sender: message.number, country: country),
            let index = sent.indices.filter({ sent[$0].contains("_\(number.text)_") })
                .min(by: { sent[$0].dropFirst(4) < sent[$1].dropFirst(4) }),
            let reference = Self.reference(inName: sent[index])
        else { return }
        let reason = kind == .undelivered ? "the network did not deliver it" : nil
        news.incoming.append(.report(kind, reference: reference, reason: reason))
        news.finished.append(path("sent", sent.remove(at: index)))
    }

    private func cleanSent(at now: Instant) throws {
        for name in try names(in: "sent") {
            guard let moment = Self.moment(of: name), now - moment > Self.keepSent else { continue }
            remove(path("sent", name))
        }
    }

    /// How long a sent message waits for the report of its delivery.
    private static let keepSent = Duration.seconds(86_400)

    // MARK: Names

    /// `OUTA20261122_154537_123_+85291234567_sh0f1e2d3c4b5a6978.smsbackup`: priority, time in UTC with milliseconds,
    /// number, reference. gammu-smsd sends in the order of the names, which have at most 99 characters.
    private static func name(of message: SMS, _ reference: String, at now: Instant) -> String {
        // 2026-11-22T15:45:37.123Z
        let digits = now.description.filter { $0.isASCII && $0.isNumber }
        let time = "\(digits.prefix(8))_\(digits.dropFirst(8).prefix(6))_\(digits.dropFirst(14).prefix(3))"
        return "OUT\(message.isUrgent ? "A" : "M")\(time)_\(message.number.text)_\(reference).smsbackup"
    }

    /// 64 bits of the delivery's id, marked as ours.
    private static func reference(of id: String) -> String {
        let digits = SHA256.hash(data: Array(id.utf8)).prefix(8).map { byte in
            byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }
        return "sh" + digits.joined()
    }

    /// `nil` if the file is none of ours.
    private static func reference(inName name: String) -> String? {
        guard name.hasPrefix("OUT"), name.hasSuffix(".smsbackup"),
            let reference = name.dropLast(10).split(separator: "_").last, reference.hasPrefix("sh"),
            reference.count == 18
        else { return nil }
        return String(reference)
    }

    /// When one of our files was written.
    private static func moment(of name: String) -> Instant? {
        guard reference(inName: name) != nil else { return nil }
        let parts = name.dropFirst(4).split(separator: "_").map(String.init)
        guard parts.count == 5, parts[0].count == 8, parts[1].count == 6 else { return nil }
        let (date, time) = (Array(parts[0]), Array(parts[1]))
        let written =
            "\(String(date[0..<4]))-\(String(date[4..<6]))-\(String(date[6..<8]))T"
            + "\(String(time[0..<2])):\(String(time[2..<4])):\(String(time[4..<6])).\(parts[2])Z"
        return Instant(rfc3339: written)
    }

    private func names(in folder: String, prefix: String = "OUT") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder, ""))
            .filter { $0.hasPrefix(prefix) && (prefix == "IN" || $0.hasSuffix(".smsbackup")) }.sorted()
    }

    private func path(_ folder: String, _ name: String) -> String { "\(settings.folder)/\(folder)/\(name)" }
}

/// Runs an actor on a queue of its own, so that what blocks there holds up nobody else.
private final class DispatchExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(_ label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
