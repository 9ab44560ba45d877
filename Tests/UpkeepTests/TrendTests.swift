import Devices
import Registry
import Rules
import Testing

@testable import Upkeep

@Suite struct `A battery` {
    @Test func `that falls steadily opens a ticket when it will be low within a month, due on that day`() throws {
        var course = Course()
        for day in 0..<20 { course.day(.battery, 90 - Double(day) * 0.5) }
        #expect(course.told == [], "80 % and half a percent a day: low in 130 days")
        for day in 0..<40 { course.day(.battery, 80 - Double(day)) }
        #expect(course.told == ["T-1 battery opened"])
        let ticket = try #require(course.caretaker.openTickets.first)
        #expect(ticket.sources == .trend)
        let left = try #require(ticket.evidence.numbers.first { $0.name == "days_left" }).value
        // The last value is 41 %, a percent less each day, and 15 % is low.
        #expect(left == 26)
        #expect(ticket.evidence.text.english.contains("falling 1 % a day over 30 days: low in 26 days at this rate"))
        #expect(ticket.evidence.text.traditionalChinese.contains("26 天後電量不足"))
        let days = (ticket.due - course.now).components.seconds / 86_400
        #expect((25...26).contains(days))
    }

    @Test func `that is steady, or waves with the weather, opens none`() {
        var course = Course()
        for day in 0..<90 { course.day(.battery, 40 + Double(day % 7)) }
        #expect(course.told == [])
    }

    @Test func `is not predicted from a week`() {
        var course = Course()
        for day in 0..<10 { course.day(.battery, 50 - Double(day) * 2) }
        #expect(course.told == [])
    }

    @Test func `a few wild days do not bend`() {
        var course = Course()
        for day in 0..<40 { course.day(.battery, day % 9 == 4 ? 16 : 80) }
        #expect(course.told == [])
    }

    @Test func `that is replaced closes its ticket, and one that runs low again reopens it`() throws {
        var course = Course()
        for day in 0..<30 { course.day(.battery, 60 - Double(day)) }
        #expect(course.told == ["T-1 battery opened"])
        course.day(.battery, 30, 100)
        course.day(.battery, 100)
        course.endDay()
        #expect(course.told == ["T-1 battery opened", "T-1 battery closed"])
        course.hear(.number(.battery, 12))
        course.turn()
        #expect(course.told.last == "T-1 battery reopened")
        let ticket = try #require(course.caretaker.openTickets.first)
        #expect(ticket.reopened == 1 && ticket.state == .reopened && ticket.sources == .level)
    }

    @Test func `that is low at once opens one at once, and closes well above where it opened`() {
        var course = Course()
        course.hear(.number(.battery, 15))
        course.turn()
        #expect(course.told == ["T-1 battery opened"])
        course.hear(.number(.battery, 25))
        course.pass(.seconds(7200))
        #expect(course.told.count == 1, "25 % is neither low nor good")
        course.hear(.number(.battery, 30))
        course.pass(.seconds(3599))
        #expect(course.told.count == 1, "it has not settled")
        course.pass(.seconds(1))
        #expect(course.told.last == "T-1 battery closed")
    }

    @Test func `of which only the broker remembers something is not judged`() {
        var course = Course()
        course.hear(.number(.battery, 3), live: false)
        course.endDay()
        #expect(course.told == [] && course.trends.isEmpty)
    }
}

@Suite struct `The volts of a battery` {
    @Test func `that sink open a ticket before they are low, with the rate, and close it with a new battery`() throws {
        var course = Course()
        for day in 0..<60 { course.day(.batteryVoltage, 3 - Double(day) * 0.006) }
        #expect(course.told == ["T-1 battery opened"])
        let ticket = try #require(course.caretaker.openTickets.first)
        #expect(
            ticket.evidence.text.english
                == "battery at 2646 mV, falling 6 mV a day over 30 days: 2500 mV, which is low, in 24 days at this rate"
        )
        #expect(ticket.evidence.text.traditionalChinese.contains("24 天後降至 2500 mV"))
        let numbers = Dictionary(uniqueKeysWithValues: ticket.evidence.numbers.map { ($0.name, $0.value) })
        #expect(numbers["low"] == 2500 && numbers["days_left"] == 24 && numbers["days_seen"] == 30)
        let days = (ticket.due - course.now).components.seconds / 86_400
        #expect((22...24).contains(days))
        for _ in 0..<3 { course.day(.batteryVoltage, 3.1) }
        #expect(course.told == ["T-1 battery opened", "T-1 battery closed"])
    }

    @Test func `that hold, or go up and down with the weather, open none`() {
        var course = Course()
        for day in 0..<90 { course.day(.batteryVoltage, 2.9 + Double(day % 9 - 4) * 0.02) }
        #expect(course.told == [])
    }

    @Test func `that are low already when they are first heard are told after two days`() {
        var course = Course()
        course.day(.batteryVoltage, 2.44)
        #expect(course.told == [])
        course.day(.batteryVoltage, 2.45)
        #expect(course.told == ["T-1 battery opened"])
    }

    @Test func `do not count where the device gives a percentage, unless its model is written down`() {
        func course(_ adjust: (inout UpkeepSettings) -> Void = { _ in }) -> Course {
            var course = Course([Course.device(model: "R311W")], adjust)
            for day in 0..<40 {
                course.hear(.number(.battery, 60))
                course.day(.batteryVoltage, 2.7 - Double(day) * 0.008)
            }
            return course
        }
        #expect(course().told == [])
        #expect(course { $0.battery.lowVoltsByModel["R311W"] = 2.3 }.told == ["T-1 battery opened"])
        #expect(course { $0.battery.lowVoltsByModel["R311W"] = 1.8 }.told == [])
    }

    @Test func `of cells that volts alone do not tell are judged by the model alone`() {
        var course = Course()
        for day in 0..<40 { course.day(.batteryVoltage, 3.6 - Double(day) * 0.02) }
        #expect(course.told == [])
        var known = Course([Course.device(model: "flood-sensor")]) { $0.battery.lowVoltsByModel["flood-sensor"] = 3 }
        for day in 0..<40 { known.day(.batteryVoltage, 3.6 - Double(day) * 0.02) }
        #expect(known.told == ["T-1 battery opened"])
    }
}

@Suite struct `A smoke chamber` {
    private func clean() -> Course {
        var course = Course()
        for day in 0..<20 { course.day(.smokeDensity, 0.01, 0.012 + Double(day % 3) / 1000, unit: "dB/m") }
        return course
    }

    @Test func `that gets dirty opens a ticket, and closes it when it is cleaned`() throws {
        var course = clean()
        #expect(course.told == [])
        for day in 0..<30 { course.day(.smokeDensity, 0.01 + Double(day) / 1000, 0.05, unit: "dB/m") }
        #expect(course.told == ["T-1 contamination opened"])
        let ticket = try #require(course.caretaker.openTickets.first)
        let numbers = Dictionary(uniqueKeysWithValues: ticket.evidence.numbers.map { ($0.name, $0.value) })
        #expect(try #require(numbers["background"]) >= 0.03)
        #expect(abs(try #require(numbers["first"]) - 0.01) < 0.001)
        #expect(try #require(numbers["slope"]) > 0)
        for _ in 0..<3 { course.day(.smokeDensity, 0.009, 0.011, unit: "dB/m") }
        #expect(course.told == ["T-1 contamination opened", "T-1 contamination closed"])
    }

    @Test func `above which somebody cooks every evening is not dirty`() {
        var course = clean()
        for _ in 0..<40 { course.day(.smokeDensity, 0.01, 0.011, 0.4, 1.2, 0.3, 0.01, unit: "dB/m") }
        #expect(course.told == [])
    }

    @Test func `in which a day of smoke stood is not dirty`() {
        var course = clean()
        course.day(.smokeDensity, 0.2, 0.9, unit: "dB/m")
        for _ in 0..<10 { course.day(.smokeDensity, 0.01, unit: "dB/m") }
        #expect(course.told == [])
    }

    @Test func `that was dirty from its first day is told by its unit, where that is known`() {
        var known = Course()
        for _ in 0..<6 { known.day(.smokeDensity, 0.06, unit: "dB/m") }
        #expect(known.told == ["T-1 contamination opened"])
        var unknown = Course()
        for _ in 0..<40 { unknown.day(.smokeDensity, 6) }
        #expect(unknown.told == [])
        for _ in 0..<10 { unknown.day(.smokeDensity, 13) }
        #expect(unknown.told == ["T-1 contamination opened"], "twice its first weeks, whatever the unit")
    }

    @Test func `closed by hand begins anew`() throws {
        var course = clean()
        for _ in 0..<10 { course.day(.smokeDensity, 0.04, unit: "dB/m") }
        #expect(course.told == ["T-1 contamination opened"])
        guard case .closed(let ticket) = course.caretaker.close(1, by: "fitter", why: "new device", at: course.now)
        else {
            Issue.record("it was not closed")
            return
        }
        #expect(ticket.closedBy == "fitter")
        for _ in 0..<30 { course.day(.smokeDensity, 0.04, unit: "dB/m") }
        #expect(course.told == ["T-1 contamination opened", "T-1 contamination closed"])
        #expect(course.line(.smokeDecibels)?.baseline == 0.04)
    }
}

@Suite struct `A signal` {
    @Test(arguments: [("dBm", -60.0, -72.0, -61.0), ("lqi", 180, 120, 175)])
    func `that sinks opens a ticket, and closes it when it is back`(
        _ unit: String, _ good: Double, _ bad: Double, _ back: Double
    ) {
        var course = Course()
        for day in 0..<20 { course.day(.signal, good + Double(day % 3), unit: unit) }
        for _ in 0..<8 { course.day(.signal, good + (bad - good) / 2, unit: unit) }
        #expect(course.told == [], "half the way is within the weather")
        for _ in 0..<8 { course.day(.signal, bad, unit: unit) }
        #expect(course.told == ["T-1 signal opened"])
        for _ in 0..<8 { course.day(.signal, back, unit: unit) }
        #expect(course.told == ["T-1 signal opened", "T-1 signal closed"])
    }

    @Test func `of -110 dBm that always was is no trouble`() {
        var course = Course()
        for _ in 0..<40 { course.day(.signal, -110, unit: "dBm") }
        #expect(course.told == [])
    }
}

@Suite struct `What a device stands` {
    @Test func `is its model's range, on two days of three`() {
        var course = Course([Course.device("s", .smoke, model: "X1")]) {
            $0.climate.rangesByModel["X1"] = .init(temperature: -5...38, humidityMax: 80)
        }
        for _ in 0..<5 { course.day(.temperature, 20, 37) }
        course.day(.temperature, 20, 60)
        course.day(.temperature, 20, 30)
        #expect(course.told == [], "one hot day is a fire or a heater")
        for _ in 0..<2 { course.day(.temperature, 20, 39) }
        #expect(course.told == ["T-1 temperature opened"])
        for _ in 0..<3 { course.day(.temperature, 20, 30) }
        course.endDay()
        #expect(course.told.last == "T-1 temperature closed")
    }

    @Test func `of damp is a day's mean, for a shower is over in minutes`() {
        var course = Course()
        for _ in 0..<5 { course.day(.humidity, 60, 60, 60, 99) }
        #expect(course.told == [])
        for _ in 0..<2 { course.day(.humidity, 96, 97) }
        #expect(course.told == ["T-1 humidity opened"])
    }
}

@Suite struct `The end of a device's life` {
    @Test func `is told three months before, by kind and model`() throws {
        var course = Course([
            Course.device("old", .smoke, made: "2016-05"), Course.device("young", .smoke, made: "2016-08"),
            Course.device("co", .co, made: "2019-02"), Course.device("good-co", .co, model: "C10", made: "2019-02"),
            Course.device("unknown", .smoke), Course.device("siren", .siren, made: "2001-01"),
        ]) { $0.life.yearsByModel["C10"] = 10 }
        course.pass(.seconds(120))
        #expect(course.caretaker.openTickets.map(\.device) == ["old", "co"])
        let old = course.caretaker.openTickets[0]
        // Ten years after May 2016 begin on 1 May; it is told on 1 March.
        #expect(old.due.date(utcOffset: .zero) == "2026-05-01")
        #expect(old.evidence.text.english == "made 2016-05; its life of 10 years ends 2026-05")
        #expect(course.caretaker.openTickets[1].evidence.text.english.contains("was over 2026-02"))
        guard case .refused(let why) = course.caretaker.close(1, by: "f", why: "replaced", at: course.now) else {
            Issue.record("it was closed, and would be reopened")
            return
        }
        #expect(why.contains("devices.csv"))
    }

    @Test func `closes when another device with a later date hangs there`() {
        var course = Course([Course.device("a", .smoke, made: "2015-01")])
        course.pass(.seconds(120))
        var next = Course([Course.device("a", .smoke, made: "2026-01")])
        next.caretaker.restore(
            StoredUpkeep(tickets: course.stored.tickets), states: { _ in DeviceState() }, at: next.now)
        next.pass(.seconds(7200))
        #expect(next.told == ["T-1 end-of-life closed"])
    }
}

extension StoredUpkeep {
    init(tickets: [Ticket]) {
        self.init()
        self.tickets = tickets
    }
}

@Suite struct `A part of the building` {
    @Test func `that leans is told at once, whatever a restart forgets`() {
        var course = Course([Course.device("post", .sensor)])
        course.hear(.flag(.tilt, true))
        course.turn()
        #expect(course.told == ["T-1 tilt opened"])
        course.restart()
        course.hear(.flag(.tilt, true))
        course.turn()
        #expect(course.told == ["T-1 tilt opened"])
        course.hear(.flag(.tilt, false))
        course.pass(.seconds(3600))
        #expect(course.told.last == "T-1 tilt closed")
    }

    @Test func `that shakes all day is told, and closes when it is still again`() {
        var course = Course([Course.device("pump", .sensor)])
        func shake(_ times: Int) {
            for _ in 0..<times {
                // A message that repeats what was known is no further time.
                course.hear(.flag(.vibration, true))
                course.hear(.flag(.vibration, true))
                course.hear(.flag(.vibration, false))
            }
            course.endDay()
        }
        for _ in 0..<3 { shake(20) }
        #expect(course.told == [])
        for _ in 0..<2 { shake(21) }
        #expect(course.told == ["T-1 vibration opened"])
        for _ in 0..<4 { course.endDay() }
        #expect(course.told.last == "T-1 vibration closed")
    }
}

@Suite struct `Nuisance alarms` {
    @Test func `too many within a month open a ticket, and a cause that is a fire takes one back`() throws {
        func nuisances(_ causes: [Cause]) -> NuisanceMemory {
            var memory = NuisanceMemory()
            for (number, cause) in causes.enumerated() {
                memory.add(
                    Nuisance(
                        incident: "a-fire-\(number)", device: "d", at: Course.start, cause: cause,
                        wasConfirmed: false))
            }
            return memory
        }
        let settings = UpkeepSettings.Nuisance()
        let later = Course.start + .seconds(29 * 86_400)
        guard case .trouble(let evidence, _) = nuisances([.cooking, .unknown, .steam]).judge("d", at: later, settings)
        else {
            Issue.record("three are too many")
            return
        }
        #expect(evidence.text.english.contains("3 alarms about nothing in 30 days: a-fire-0 (cooking)"))
        #expect(nuisances([.cooking, .test, .malicious, .fire]).judge("d", at: later, settings) == .mended)
        #expect(nuisances([.cooking, .steam]).judge("d", at: later, settings) == .unsure)
        var memory = nuisances([.unknown, .unknown, .unknown])
        let changed = memory.note(GivenCause(incident: "a-fire-1", cause: .fire, by: "guard"))
        #expect(changed.map(\.cause) == [.fire])
        #expect(memory.judge("d", at: later, settings) == .unsure)
        #expect(memory.judge("d", at: later + .seconds(2 * 86_400), settings) == .mended)
        memory.forget("d")
        #expect(memory.judge("d", at: Course.start, settings) == .mended)
    }
}
