import Devices
import Foundation
import Registry
import Store
import Testing

@testable import Rules
@testable import Upkeep

@Suite struct `A ticket` {
    /// What the rules know of a device that says these.
    private func state(_ readings: Reading...) throws -> DeviceState {
        let rules = try RuleSet.load("\(Self.root)/Config/rules.yaml")
        var engine = RuleEngine(estate: Course.estate, devices: [Course.device()], rules: rules)
        engine.apply(
            Observation(
                device: Course.device(), index: 0, readings: readings, receivedAt: Course.start))
        return engine.state(ofDevice: 0)
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test func `joins what is said of one trouble twice, and closes when none of it is said any more`() throws {
        var course = Course()
        course.caretaker.note(try state(.flag(.batteryLow, true)), of: 0, at: course.now)
        course.hear(.number(.battery, 10))
        course.turn()
        #expect(course.told == ["T-1 battery opened"])
        #expect(course.caretaker.openTickets.map(\.sources) == [[.condition, .level]])
        #expect(course.caretaker.openTickets.map(\.seen) == [2])
        course.hear(.number(.battery, 95))
        course.pass(.seconds(7200))
        #expect(course.told.count == 1, "the device still says that it is low")
        course.caretaker.note(try state(.flag(.batteryLow, false)), of: 0, at: course.now)
        course.pass(.seconds(7200))
        #expect(course.told == ["T-1 battery opened", "T-1 battery closed"])
    }

    @Test func `is one for each thing that a device says of itself`() throws {
        var course = Course()
        let state = try state(
            .flag(.fault, true), .flag(.tamper, true), .flag(.power, true), .availability(online: false),
            .flag(.waterLeak, true))
        course.caretaker.note(state, of: 0, at: course.now)
        course.turn()
        #expect(course.caretaker.openTickets.map(\.kind) == [.fault, .tamper, .leak])
        course.pass(.seconds(600))
        #expect(course.caretaker.openTickets.map(\.kind) == [.fault, .tamper, .leak, .mainsLost, .offline])
    }

    @Test func `does not flap with a loose contact`() throws {
        var course = Course()
        for _ in 0..<50 {
            course.caretaker.note(try state(.flag(.fault, true)), of: 0, at: course.now)
            course.pass(.seconds(300))
            course.caretaker.note(try state(.flag(.fault, false)), of: 0, at: course.now)
            course.pass(.seconds(300))
        }
        #expect(course.told == ["T-1 fault opened"])
        #expect(course.caretaker.openTickets.map(\.seen) == [50])
        course.pass(.seconds(3600))
        #expect(course.told == ["T-1 fault opened", "T-1 fault closed"])
    }

    @Test func `is a new one when its trouble comes back after a long time`() throws {
        var course = Course()
        for wait in [29 * 86_400, 31 * 86_400, 0] {
            course.caretaker.note(try state(.flag(.fault, true)), of: 0, at: course.now)
            course.turn()
            course.caretaker.note(try state(.flag(.fault, false)), of: 0, at: course.now)
            course.pass(.seconds(3600))
            course.pass(.seconds(wait))
        }
        #expect(
            course.told == [
                "T-1 fault opened", "T-1 fault closed", "T-1 fault reopened", "T-1 fault closed", "T-2 fault opened",
                "T-2 fault closed",
            ])
    }

    @Test func `outlives a crash, which neither doubles nor closes it`() throws {
        var course = Course()
        let fault = try state(.flag(.fault, true))
        course.caretaker.note(fault, of: 0, at: course.now)
        course.hear(.number(.battery, 5))
        course.turn()
        course.restart([fault])
        #expect(course.told.count == 2)
        course.pass(.seconds(7200))
        #expect(course.told.count == 2)
        #expect(course.caretaker.openTickets.map(\.kind) == [.fault, .battery])
        // What was put right while the hub was away.
        course.restart([try state(.flag(.fault, false))])
        course.hear(.number(.battery, 90))
        course.pass(.seconds(7200))
        #expect(course.told.suffix(2) == ["T-1 fault closed", "T-2 battery closed"])
        course.restart([fault])
        #expect(course.told.last == "T-1 fault reopened")
    }

    @Test func `closes when its device is no longer in the registry`() throws {
        var course = Course()
        course.caretaker.note(try state(.flag(.fault, true)), of: 0, at: course.now)
        course.turn()
        var other = Caretaker(
            devices: [Course.device("another")], settings: UpkeepSettings(), utcOffset: .zero, at: course.now)
        other.restore(course.stored, states: { _ in DeviceState() }, at: course.now)
        #expect(other.openTickets == [])
        #expect(other.takeChanges().tickets.map(\.closedBy) == ["devices.csv"])
    }

    @Test func `is not closed by hand against what the device says`() throws {
        var course = Course()
        course.caretaker.note(try state(.flag(.fault, true)), of: 0, at: course.now)
        course.turn()
        guard case .refused(let why) = course.caretaker.close(1, by: "f", why: "looked at it", at: course.now) else {
            Issue.record("it was closed")
            return
        }
        #expect(why.contains("the device says that it has a fault"))
        let unknown = course.caretaker.close(7, by: "f", why: "", at: course.now)
        #expect(unknown == .unknown)
    }

    @Test func `is shared by those of a block whose mains is lost, beyond a number`() throws {
        let devices = (0..<50).map { Course.device("d-\($0)") }
        var course = Course(devices) { $0.share = 5 }
        let lost = try state(.flag(.power, true))
        for index in devices.indices { course.caretaker.note(lost, of: index, at: course.now) }
        course.pass(.seconds(600))
        #expect(course.told.count == 6)
        let shared = try #require(course.caretaker.openTickets.last)
        #expect(shared.device == nil && shared.place == Place(block: "a") && shared.deviceCount == 45)
        #expect(shared.devices.count == 20)
        #expect(shared.evidence.text.english.hasPrefix("45 more devices of the block: mains power lost (d-5, d-6"))
        course.restart(devices.map { _ in lost })
        course.pass(.seconds(7200))
        #expect(course.told.count == 6)
        #expect(course.caretaker.openTickets.last?.deviceCount == 45)
        for index in devices.indices { course.caretaker.note(DeviceState(), of: index, at: course.now) }
        course.pass(.seconds(3600))
        #expect(course.caretaker.openTickets == [] && course.told.count == 12)
    }

    @Test func `is one for all of a block that were never heard, and names those that are left`() throws {
        let devices = (0..<700).map { Course.device("d-\($0)") }
        var course = Course(devices)
        var unheard = DeviceState()
        unheard.silent = true
        for index in devices.indices { course.caretaker.note(unheard, of: index, at: course.now) }
        course.pass(.seconds(60))
        let ticket = try #require(course.caretaker.openTickets.first)
        #expect(course.caretaker.openTickets.count == 1 && ticket.kind == .neverHeard && ticket.device == nil)
        #expect(ticket.deviceCount == 700 && course.told.count == 1)
        #expect(ticket.evidence.text.english.hasPrefix("700 devices of the block were never heard (d-0, d-1, d-2, "))
        #expect(ticket.evidence.text.english.hasSuffix(", …; 'smokehub devices --not-well' lists them)"))
        // The first word comes a moment before supervision takes it in.
        var speaks = unheard
        speaks.heardAt = course.now
        for index in devices.indices.dropLast(2) {
            course.caretaker.note(speaks, of: index, at: course.now)
            course.caretaker.note(DeviceState(), of: index, at: course.now)
        }
        course.pass(.seconds(60))
        #expect(
            course.caretaker.openTickets.map(\.evidence.text.english) == [
                "2 devices of the block were never heard (d-698, d-699)"
            ])
        course.restart(devices.indices.map { $0 < 698 ? DeviceState() : unheard })
        course.pass(.seconds(7200))
        #expect(course.caretaker.openTickets.map(\.deviceCount) == [2] && course.told.count == 1)
    }

    @Test func `is not opened beyond what can be held, and that is said once`() throws {
        let count = TicketBook.ticketsMax + 50
        var course = Course((0..<count).map { Course.device("d-\($0)") })
        let fault = try state(.flag(.fault, true))
        for index in 0..<count { course.caretaker.note(fault, of: index, at: course.now) }
        course.turn()
        #expect(course.told.count == Caretaker.ticketsPerStep, "few at a time")
        for _ in 0..<200 { course.turn() }
        #expect(course.caretaker.openTickets.count == TicketBook.ticketsMax)
        #expect(course.told.filter { $0 == "full" }.count == 1)
    }

    @Test func `is told in a digest once a day, by day, the most urgent first`() throws {
        var course = Course((0..<15).map { Course.device("d-\($0)") })
        course.pass(.seconds(9 * 3600))
        let nothing = course.digest()
        #expect(nothing == nil, "nothing is open")
        course.endDay()
        let fault = try state(.flag(.fault, true))
        for index in 0..<15 { course.caretaker.note(fault, of: index, at: course.now) }
        course.caretaker.note(try state(.flag(.fault, true), .flag(.waterLeak, true)), of: 3, at: course.now)
        course.turn()
        let night = course.digest()
        #expect(night == nil, "it is night")
        course.pass(.seconds(9 * 3600))
        let digest = course.digest()
        let text = try #require(digest)
        #expect(
            text.english.hasPrefix(
                "16 tickets are open, 0 overdue, 16 new in a day. "
                    + "T-16 water leak, d-3 in Block A, 1A, due 2026-03-03; T-1 fault"))
        #expect(text.english.hasSuffix("; and 6 more."))
        #expect(text.traditionalChinese.hasPrefix("共有 16 張維修單"))
        course.keep()
        course.restart((0..<15).map { _ in fault })
        let again = course.digest()
        #expect(again == nil, "once a day, also over a restart")
        course.pass(.seconds(86_400))
        let next = course.digest()
        #expect(next?.english.contains("15 tickets are open, 0 overdue, 0 new in a day") == true)
        course.pass(.seconds(86_400))
        let late = course.digest()
        #expect(late?.english.contains("15 tickets are open, 15 overdue") == true)
    }
}

@Suite struct `Daily figures` {
    @Test func `are bounded by days, whatever a device says`() throws {
        var course = Course { $0.days = 30 }
        for day in 0..<200 {
            course.hear(.number(.humidity, .infinity), .number(.humidity, 40), .number(.temperature, 20))
            course.day(.battery, 50 + Double(day % 2), 90)
        }
        for series in [Series.battery, .humidity, .temperature] {
            #expect(course.line(series)?.days.count == 30)
        }
        #expect(try #require(course.trends["smoke-1"]).count == 1 + 3 * (7 + 30 * 20))
        let last = try #require(course.line(.battery)?.days.last)
        #expect(last.count == 2 && last.min == 51 && last.max == 90 && last.last == 90 && last.mean == 70.5)
    }

    @Test func `are the same whether a hub stops in the middle of a day or not`() throws {
        func course(stops: Bool) -> DeviceTrends.Line? {
            var course = Course()
            course.hear(.number(.temperature, 10))
            course.pass(.seconds(4 * 3600))
            course.hear(.number(.temperature, 30))
            if stops {
                let (devices, next) = course.caretaker.nextUnwritten(after: 0, limit: 10)
                #expect(devices == [0] && next == nil)
                course.caretaker.put(0, stored: course.trends["smoke-1"])
                course.keep()
                course.restart()
            }
            course.hear(.number(.temperature, 50))
            course.endDay()
            return course.line(.temperature)
        }
        #expect(course(stops: true) == course(stops: false))
        #expect(course(stops: true)?.days.map(\.mean) == [30])
    }

    @Test func `that are damaged are begun anew`() throws {
        var trends = DeviceTrends()
        for day in 1...20 {
            trends.add(
                DailyAggregate(day: day, count: 1, min: 1, max: 1, mean: 1, last: 1), to: .battery, daysMax: 90)
        }
        let bytes = trends.bytes
        #expect(DeviceTrends(bytes: bytes) == trends)
        #expect(DeviceTrends(bytes: []) == nil)
        for length in 2..<bytes.count { #expect(DeviceTrends(bytes: Array(bytes.prefix(length))) == nil) }
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << bit
                _ = DeviceTrends(bytes: damaged)
            }
        }
    }

    @Test func `and tickets come back from the database as they went in`() throws {
        let path = NSTemporaryDirectory() + "smokehub-upkeep-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var course = Course([Course.device("b", .smoke, made: "2015-01"), Course.device("c")])
        course.caretaker.note(
            GivenCause(incident: "none", cause: .dust, by: "x"))
        for _ in 0..<3 { course.hear(.number(.battery, 12)) }
        course.caretaker.advance(to: course.now + .seconds(60))
        while course.caretaker.isInRound {
            for index in course.caretaker.nextTurn(limit: 1, at: course.now) {
                course.caretaker.judge(index, stored: nil, at: course.now)
            }
        }
        var changes = course.caretaker.takeChanges()
        let nuisance = Nuisance(
            incident: "a-fire-1", device: "b", at: course.now, cause: .dust, wasConfirmed: false)
        changes.nuisances = [nuisance]
        changes.digestDay = 7
        var commit = HubDatabase.Commit(time: course.now)
        commit.upkeep = changes
        do { try HubDatabase(path: path + "/hub.sqlite").commit(commit) }
        let database = try HubDatabase(path: path + "/hub.sqlite")
        let stored = try database.storedUpkeep(closedSince: course.now)
        #expect(stored.tickets == changes.tickets && stored.tickets.map(\.kind) == [.battery, .endOfLife])
        #expect(stored.lastNumber == 2 && stored.digestDay == 7 && stored.devices == ["b"])
        #expect(stored.nuisances == [nuisance])
        #expect(try database.trends(of: ["b", "c"]) == ["b": changes.trends[0].bytes])
        #expect(try database.tickets(open: true).count == 2 && database.tickets(open: false).isEmpty)

        var later = HubDatabase.Commit(time: course.now)
        var closed = changes.tickets
        for index in closed.indices {
            closed[index].isOpen = false
            closed[index].closedAt = course.now
        }
        later.upkeep.tickets = closed
        later.upkeep.absolved = ["b"]
        later.upkeep.forgottenTrends = ["b"]
        try database.commit(later)
        #expect(try database.tickets(open: false).count == 2)
        later.upkeep = UpkeepChanges()
        later.upkeep.closedBefore = course.now + .seconds(1)
        later.upkeep.lastNumber = 2
        try database.commit(later)
        let rest = try database.storedUpkeep(closedSince: course.now)
        #expect(rest.tickets == [] && rest.nuisances == [] && rest.devices == [])
        #expect(rest.lastNumber == 2, "a number is never used again")
    }
}

@Suite struct `A spreadsheet's row` {
    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""), ("two\nlines", "\"two\nlines\""),
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""), ("'quoted", "''quoted"),
        ("＝1", "'＝1"), ("電池", "電池"), ("", ""), (" x", "\" x\""),
    ])
    func `is no formula, and comes back as it was`(_ text: String, _ written: String) {
        #expect(SpreadsheetRow([text, "end"]).text == written + ",end\r\n")
    }
}
