import Registry
import Rules
import Store
import Testing

@testable import Notify

@Suite struct `A station` {
    private static func told(_ alerts: Alert..., stations: [Station], residents: [Resident] = []) -> [[String]] {
        let directory = Directory(estate: Harbour.estate, residents: residents, devices: [], stations: stations)
        var book = ToldBook([])
        return alerts.map { alert in
            let expansion = Expansion(alert, sequence: 1, at: Harbour.noon, directory: directory, book: book)
            for entry in expansion.told { book.note(entry) }
            return expansion.deliveries.map(\.contact)
        }
    }

    private static let everywhere = [Station(channel: "cap", name: "city")]

    @Test func `of no place gets every alert, repetitions included, behind the people`() {
        let people = [Harbour.person("r4", "a/4/A", "webhook:x")]
        let alerts = Self.told(
            Harbour.alert("a-fire-1/1", .investigate, [.flat], at: "a/4/A"),
            Harbour.alert("a-fire-1/2", .investigate, [.guards], at: "a/4/A", repetition: 1),
            Harbour.alert("a-fire-1/3", .closed, [.told], at: "a/4/A"),
            stations: Self.everywhere, residents: people)
        #expect(alerts == [["r4/1", "cap/city"], ["cap/city"], ["r4/1", "cap/city"]])
    }

    @Test func `is not told of announcements, and hears of a silence only what people hear`() {
        let announced = Alert(
            announcing: LogRecord.Text("Drill today", "今日演習"), id: "n-1", at: Harbour.noon, block: "a", places: [],
            verb: "disable", to: [.guards])
        var alerts = [Alert.Sounders.stop, .quiet, .resume].map { sounders in
            var alert = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
            alert.sounders = sounders
            return alert
        }
        alerts.append(announced)
        let stations = Self.everywhere + [Station(channel: "speech", name: "lobby", place: Harbour.place("a"))]
        #expect(alerts.map { Self.told($0, stations: stations)[0] } == [[], ["cap/city"], [], []])
    }

    @Test func `that receives alerts does not hide that nobody is there to hear`() {
        let directory = Directory(
            estate: Harbour.estate, residents: [], devices: [], stations: Self.everywhere)
        let alert = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
        let expansion = Expansion(
            alert, sequence: 1, at: Harbour.noon, directory: directory, book: ToldBook([]))
        #expect(expansion.isDeaf && expansion.deliveries.map(\.contact) == ["cap/city"])
    }

    @Test func `of a place speaks for its people once it is confirmed, once a stage, and gives the all-clear`() {
        let stations = ["a", "a/4/corridor", "b"].map {
            Station(channel: "speech", name: $0.replacing("/", with: "-"), place: Harbour.place($0))
        }
        let told = Self.told(
            Harbour.alert("a-fire-1/1", .investigate, [.flat, .floor], at: "a/4/A"),
            Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A"),
            Harbour.alert("a-fire-1/3", .confirmed, [.block], at: "a/4/A"),
            Harbour.alert("a-fire-1/4", .closed, [.told], at: "a/4/A"), stations: stations)
        let near: Set = ["speech/a", "speech/a-4-corridor"]
        #expect(told.map(Set.init) == [[], near, [], near])
    }

    @Test func `that shows what it is told sees the end of each incident, and a player speaks only at the last`() {
        let stations = [true, false].map {
            Station(channel: "x", name: "\($0)", place: Harbour.place("a"), seesEveryEnd: $0)
        }
        let told = Self.told(
            Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A"),
            Harbour.alert("a-co-1/1", .confirmed, [.block], at: "a/4/A", hazard: .co),
            Harbour.alert("a-fire-1/2", .closed, [.told], at: "a/4/A"),
            Harbour.alert("a-co-1/2", .closed, [.told], at: "a/4/A", hazard: .co), stations: stations)
        let both: Set = ["x/true", "x/false"]
        #expect(told.map(Set.init) == [both, both, ["x/true"], both])
    }

    @Test func `is left out of exercises where it is to be`() {
        let drill = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A", exercise: "d1")
        let stations = [true, false].map {
            Station(channel: "speech", name: "\($0)", place: Harbour.place("a"), hearsDrills: $0)
        }
        #expect(Self.told(drill, stations: stations) == [["speech/true"]])
    }

    @Test(.timeLimit(.minutes(1))) func `is delivered to like a person, and counted apart from people`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel()
        let directory = Directory(estate: Harbour.estate, residents: [], devices: [], stations: Self.everywhere)
        let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
        try await notifying(database, AlertList(fire), directory, channels: ["cap": channel]) { _ in
            let sent = await channel.sendings.next(1)
            #expect(sent.map(\.notice.id) == ["a-fire-1/1/cap/city"] && sent.map(\.contact.address) == ["city"])
            let records = try await database.records { $0.details["channel"] == "cap" }
            #expect(records.contains { $0.text.english.contains("1 of 1 receivers told by cap") })
            #expect(try database.asked(since: Harbour.noon).isEmpty)
            #expect(try database.expandedAlerts(ofIncident: "a-fire-1").map(\.id) == ["a-fire-1/1"])
            #expect(try database.expandedAlerts(ofIncident: "a-fire").isEmpty)
            #expect(try database.alert("a-fire-1/1") == fire && database.latestAlerts(5) == [fire])
        }
    }
}
