import Registry
import Rules
import Store
import Testing

@testable import Notify

@Suite struct `An update` {
    private let first = Harbour.alert("a-fire-1/1", .investigate, [.flat, .neighbours], at: "a/4/A")
    private let people = [Harbour.person("r4", "a/4/A", "webhook:x"), Harbour.person("r9", "a/9/A", "webhook:x")]

    private func text(_ alert: Alert, _ before: Told.Before?, _ tag: String = "en") throws -> Notice {
        let reader = Harbour.person("r", "a/9/A", "webhook:x", language: Language(tag))
        return try Harbour.catalogue().notice(
            alert, delivery: "d", to: reader.contacts[0], resident: reader,
            directory: Directory(estate: Harbour.estate, residents: [], devices: []), now: alert.at, before: before)
    }

    private func before(_ stage: Stage, _ places: String..., contradiction: Bool = false) -> Told.Before {
        Told.Before(stage: stage, places: places.map(Harbour.place), contradiction: contradiction)
    }

    @Test func `says first what has changed since the person was last told`() throws {
        let alert = Harbour.alert(
            "a-fire-1/2", .confirmed, [.block], at: "a/4/A", "a/5/B", exercise: nil, contradiction: true)
        let text = try text(alert, before(.investigate, "a/4/A")).text
        #expect(
            text.hasPrefix(
                "SmokeHub alarm: Update: now confirmed; now also flat 5B; the building's own alarm is silent. FIRE below you"
            ))
    }

    @Test(arguments: [
        (Stage.investigate, Stage.confirmed, "now confirmed"), (.confirmed, .spreading, "it is spreading"),
        (.investigate, .spreading, "it is spreading"), (.confirmed, .clearing, "no detector alarms any more"),
        (.clearing, .confirmed, "it alarms again"), (.clearing, .investigate, "it alarms again"),
    ])
    func `names the new stage`(_ old: Stage, _ new: Stage, _ words: String) throws {
        let alert = Harbour.alert("a-fire-1/2", new, [.block], at: "a/4/A")
        #expect(try text(alert, before(old, "a/4/A")).text.contains("Update: \(words). "))
    }

    @Test func `is none if nothing has changed, or the danger is over, or it is the first`() throws {
        let again = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A", repetition: 1)
        #expect(try !text(again, before(.confirmed, "a/4/A")).text.contains("Update"))
        #expect(try !text(again, nil).text.contains("Update"))
        let silent = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A", contradiction: true)
        #expect(try !text(silent, before(.confirmed, "a/4/A", contradiction: true)).text.contains("Update"))
        let closed = Harbour.alert("a-fire-1/2", .closed, [.told], at: "a/4/A", "a/5/A", contradiction: true)
        #expect(try !text(closed, before(.clearing, "a/4/A")).text.contains("Update"))
    }

    @Test func `names no new place where nobody can remember which are new`() throws {
        let alert = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A", "a/5/A")
        let many = Told.Before(
            stage: .confirmed, places: (1...16).map { Place(block: "a", floor: "\($0)") }, contradiction: false)
        #expect(try !text(alert, many).text.contains("Update"))
        #expect(try !text(alert, before(.confirmed)).text.contains("Update"))
    }

    @Test(arguments: ShippedLanguageTags.all) func `stands in every language, and in one SMS if it costs no other`(
        _ tag: String
    ) throws {
        let alert = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A", "a/5/B")
        let (news, plain) = (try text(alert, before(.investigate, "a/4/A"), tag), try text(alert, nil, tag))
        #expect(news.text.count > plain.text.count + 8)
        let place = try Harbour.catalogue().texts.first { $0.language.tag == tag }?.places.name(Harbour.place("a/5/B"))
        #expect(news.text.contains(try #require(place)))
        #expect(SMSText(news.short).segments == SMSText(plain.short).segments)
        #expect(!news.text.contains { "{}".contains($0) })
        if tag == "en" { #expect(news.short.hasPrefix("SmokeHub UPDATE FIRE Block A 4A +1: below you.")) }
    }

    @Test func `of an exercise has the exercise before it`() throws {
        let alert = Harbour.alert("a-fire-drill-1/2", .confirmed, [.block], at: "a/4/A", exercise: "d1")
        let text = try text(alert, before(.investigate, "a/4/A")).text
        #expect(text.contains("Nothing is burning. Update: now confirmed. FIRE"))
    }

    // MARK: What is remembered

    private func dispatcher(_ database: NotifyDatabase) throws -> Dispatcher {
        Dispatcher(
            try database.state(), directory: Directory(estate: Harbour.estate, residents: people, devices: []),
            channels: ["webhook": RecordingChannel()], settings: quick, random: Middle())
    }

    private func tell(_ alert: Alert, _ sequence: Int64, _ dispatcher: inout Dispatcher) -> [String: Told.Before] {
        dispatcher.expand(alert, sequence: sequence, at: alert.at)
        var known: [String: Told.Before] = [:]
        for departure in dispatcher.departures(at: alert.at) {
            if let before = departure.before { known[departure.delivery.target] = before }
            dispatcher.take(.accepted(), of: departure.delivery.id, at: alert.at)
        }
        return known
    }

    @Test func `is one for those who were told before, and only for them`() throws {
        var dispatcher = try dispatcher(.inMemory())
        #expect(tell(first, 1, &dispatcher).isEmpty)
        let confirmed = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A", "a/5/A")
        #expect(tell(confirmed, 2, &dispatcher) == ["r4": before(.investigate, "a/4/A")])
        let spreading = Harbour.alert("a-fire-1/3", .spreading, [.block], at: "a/4/A", "a/5/A", contradiction: true)
        let known = before(.confirmed, "a/4/A", "a/5/A")
        #expect(tell(spreading, 3, &dispatcher) == ["r4": known, "r9": known])
    }

    @Test func `is none of what never reached the person`() throws {
        var dispatcher = try dispatcher(.inMemory())
        dispatcher.expand(first, sequence: 1, at: first.at)
        let confirmed = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A")
        #expect(tell(confirmed, 2, &dispatcher).isEmpty)
        let spreading = Harbour.alert("a-fire-1/3", .spreading, [.block], at: "a/4/A")
        #expect(tell(spreading, 3, &dispatcher)["r4"]?.stage == .confirmed)
    }

    @Test func `reads the same after a crash`() throws {
        let database = try NotifyDatabase.inMemory()
        var dispatcher = try dispatcher(database)
        _ = tell(first, 1, &dispatcher)
        try database.writeAtOnce(dispatcher.unwritten)
        let confirmed = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A", "a/5/A")
        dispatcher.expand(confirmed, sequence: 2, at: confirmed.at)
        let departed = dispatcher.departures(at: confirmed.at).map(\.before)
        try database.writeAtOnce(dispatcher.unwritten)
        var restarted = try self.dispatcher(database)
        #expect(restarted.departures(at: confirmed.at).map(\.before) == departed)
        #expect(departed.compactMap(\.self) == [before(.investigate, "a/4/A")])
    }

    @Test func `forgets the places beyond the sixteenth`() {
        var book = ToldBook([])
        for floor in 1...40 {
            book.note(
                Told(
                    incident: "i", target: "r", stage: .confirmed, nearness: 1, contradiction: false, isExercise: false,
                    at: Harbour.noon, places: [Place(block: "a", floor: "\(floor)")]))
        }
        #expect(book.entry("i", "r")?.places.map(\.floor) == (1...16).map { "\($0)" })
    }
}
