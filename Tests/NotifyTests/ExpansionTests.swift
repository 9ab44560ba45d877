import Registry
import Rules
import Store
import Testing

@testable import Notify

/// Tells a row of alerts to a set of people, and shows who is told of each, in order.
private func told(_ alerts: [Alert], _ residents: [Resident], devices: [Device] = []) -> [[String]] {
    let directory = Directory(estate: Harbour.estate, residents: residents, devices: devices)
    var book = ToldBook([])
    return alerts.map { alert in
        let expansion = Expansion(alert, sequence: 1, at: Harbour.noon, directory: directory, book: book)
        for entry in expansion.told { book.note(entry) }
        return expansion.deliveries.map(\.contact)
    }
}

private let people = [
    Harbour.person("r9", "a/9/A", "webhook:x"), Harbour.person("r4", "a/4/A", "webhook:x"),
    Harbour.person("r4b", "a/4/B", "webhook:x"), Harbour.person("r5", "a/5/A", "webhook:x"),
    Harbour.person("r3", "a/3/A", "webhook:x"), Harbour.person("caretaker", "a", "webhook:x"),
    Harbour.person("other", "b/4/A", "webhook:x"), Harbour.person("owner", "", "webhook:x"),
    Harbour.person("g-a", "a", "webhook:x", role: .guardian), Harbour.person("g-b", "b", "webhook:x", role: .guardian),
    Harbour.person("g-all", "", "webhook:x", role: .guardian),
    Harbour.person("w-8", "a/8/B", "webhook:x", role: .warden),
]

@Suite struct `An alert's audience` {
    @Test func `leaves out who has moved out by the estate's clocks`() throws {
        var leaver = Harbour.person("r4", "a/4/A", "webhook:x")
        // The alert is of noon by UTC, which is eight in the evening of that day.
        leaver.until = CalendarDay("2025-11-23")
        let people = [leaver, Harbour.person("r4b", "a/4/B", "webhook:x")]
        let alert = Harbour.alert("a-fire-1/1", .confirmed, [.block, .told], at: "a/4/A")
        for (offset, expected) in [(Duration.seconds(11 * 3600), ["r4/1", "r4b/1"]), (.seconds(13 * 3600), ["r4b/1"])] {
            let directory = Directory(estate: Harbour.estate, residents: people, devices: [], utcOffset: offset)
            let expansion = Expansion(
                alert, sequence: 1, at: Harbour.noon, directory: directory, book: ToldBook([]))
            #expect(expansion.deliveries.map(\.contact) == expected)
        }
    }

    @Test(arguments: [
        ([Audience.flat], ["r4/1"]),
        ([.neighbours], ["r4b/1"]),
        ([.floor], ["r4/1", "r4b/1"]),
        ([.floorAbove], ["r5/1"]),
        ([.wardens], ["w-8/1"]),
        ([.adjacent], ["g-b/1", "other/1"]),
        ([.block], ["r4/1", "r4b/1", "r5/1", "r3/1", "w-8/1", "r9/1", "caretaker/1", "g-a/1"]),
        (
            [.estate],
            [
                "r4/1", "r4b/1", "r5/1", "r3/1", "w-8/1", "r9/1", "caretaker/1", "g-a/1", "g-b/1", "other/1", "g-all/1",
                "owner/1",
            ]
        ),
    ])
    func `is told nearest to the danger first, above before below`(_ audience: [Audience], _ expected: [String]) {
        #expect(told([Harbour.alert("a-fire-1/1", .confirmed, audience, at: "a/4/A")], people) == [expected])
    }

    @Test(arguments: [
        (
            Block.Policy.simultaneous, Stage.confirmed,
            ["r4/1", "r4b/1", "r5/1", "r3/1", "w-8/1", "r9/1", "caretaker/1", "g-a/1"]
        ),
        (.phased, .confirmed, ["r4/1", "r4b/1", "r5/1", "caretaker/1", "g-a/1"]),
        (.phased, .spreading, ["r4/1", "r4b/1", "r5/1", "r3/1", "w-8/1", "r9/1", "caretaker/1", "g-a/1"]),
        (.stayPut, .confirmed, ["r4/1", "r4b/1", "r5/1", "caretaker/1", "g-a/1"]),
        (.stayPut, .spreading, ["r4/1", "r4b/1", "r5/1", "caretaker/1", "g-a/1"]),
    ])
    func `in a block is whom its policy tells to act`(_ policy: Block.Policy, _ stage: Stage, _ expected: [String]) {
        var estate = Harbour.estate
        estate.blocks[0].policy = policy
        let directory = Directory(estate: estate, residents: people, devices: [])
        let alert = Harbour.alert("a-fire-1/1", stage, [.block], at: "a/4/A")
        let expansion = Expansion(
            alert, sequence: 1, at: Harbour.noon, directory: directory, book: ToldBook([]))
        #expect(expansion.deliveries.map(\.contact) == expected)
    }

    @Test(arguments: [Block.Policy.simultaneous, .phased, .stayPut])
    func `of an announcement is the whole block whatever its policy, and no siren`(_ policy: Block.Policy) {
        var estate = Harbour.estate
        estate.blocks[0].policy = policy
        let directory = Directory(
            estate: estate, residents: people,
            devices: [Harbour.siren("s9", "a/9/A"), Harbour.siren("s", "a/4/corridor")]
        )
        let alert = Alert(
            announcing: LogRecord.Text("The bell is off.", "警鐘停用。"), id: "a-notice-1", at: Harbour.noon, block: "a",
            places: [Place(block: "a")], verb: "disable", to: [.guards, .block])
        let expansion = Expansion(alert, sequence: 1, at: Harbour.noon, directory: directory, book: ToldBook([]))
        #expect(
            expansion.deliveries.map(\.contact) == [
                "caretaker/1", "g-a/1", "g-all/1", "r3/1", "r4/1", "r4b/1", "r5/1", "r9/1", "w-8/1",
            ])
    }

    @Test func `has the guards of the block and the estate in front while it is investigated`() {
        let alert = Harbour.alert("a-fire-1/1", .investigate, [.flat, .neighbours, .guards], at: "a/4/A")
        #expect(told([alert], people) == [["g-a/1", "g-all/1", "r4/1", "r4b/1"]])
    }

    @Test func `has the people of the burning floor before the guards once it is confirmed`() {
        let alert = Harbour.alert("a-fire-1/1", .confirmed, [.floor, .floorAbove, .guards], at: "a/4/A")
        #expect(told([alert], people) == [["r4/1", "g-a/1", "g-all/1", "r4b/1", "r5/1"]])
    }

    @Test func `names a person once, whatever names them`() {
        let alert = Harbour.alert("a-fire-1/1", .confirmed, [.flat, .floor, .block, .estate], at: "a/4/A")
        let contacts = told([alert], people)[0]
        #expect(contacts.count == Set(contacts).count)
    }

    @Test func `is everybody above each of several floors`() {
        let alert = Harbour.alert("a-fire-1/1", .confirmed, [.floorAbove], at: "a/4/A", "a/3/A")
        #expect(told([alert], people)[0].contains("r5/1"))
    }

    @Test func `takes in both blocks of an estate-wide fire`() {
        var alert = Harbour.alert("estate-fire-1/1", .spreading, [.block], at: "a/4/A", "b/4/A")
        alert.block = "*"
        #expect(told([alert], people)[0].contains("other/1"))
    }

    @Test func `of nobody is noticed`() {
        let directory = Directory(estate: Harbour.estate, residents: [], devices: [])
        let alert = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
        #expect(Expansion(alert, sequence: 1, at: Harbour.noon, directory: directory, book: ToldBook([])).isDeaf)
    }
}

@Suite struct `A person is told a stage once` {
    private let flat4 = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")

    @Test func `however many detectors shout`() {
        let more = Harbour.alert("a-fire-1/2", .confirmed, [.floor, .block], at: "a/4/A")
        #expect(told([flat4, more], people)[1].isEmpty)
    }

    @Test func `but again at each new stage, and when a stage comes back`() {
        let clearing = Harbour.alert("a-fire-1/2", .clearing, [.told], at: "a/4/A")
        let again = Harbour.alert("a-fire-1/3", .confirmed, [.block], at: "a/4/A")
        let all = told([flat4, clearing, again], people)
        #expect(all[1] == all[0])
        #expect(all[2] == all[0])
    }

    @Test func `but again when the danger comes to their flat or floor, and nobody else then`() {
        let nearer = Harbour.alert("a-fire-1/2", .confirmed, [.flat, .floor], at: "a/4/A", "a/9/A")
        #expect(told([flat4, nearer], people)[1] == ["r9/1"])
        let inside = Harbour.alert("a-fire-1/2", .confirmed, [.flat, .floor], at: "a/4/A", "a/4/B")
        #expect(told([flat4, inside], people)[1] == ["r4b/1"])
    }

    @Test func `but again when it is repeated to those who have not answered`() {
        let repeated = Harbour.alert("a-fire-1/2", .confirmed, [.guards], at: "a/4/A", repetition: 1)
        #expect(told([flat4, repeated], people)[1] == ["g-a/1", "g-all/1"])
    }

    @Test func `but again when the building's alarm turns out to be silent`() {
        let silent = Harbour.alert("a-fire-1/2", .confirmed, [.block], at: "a/4/A", contradiction: true)
        #expect(told([flat4, silent, silent], people).map(\.count) == [8, 8, 0])
    }

    @Test func `and the all-clear goes to all who were told and to no other`() {
        let few = Harbour.alert("a-fire-1/1", .investigate, [.flat, .guards], at: "a/4/A")
        let clear = Harbour.alert("a-fire-1/2", .clearing, [.told], at: "a/4/A")
        #expect(Set(told([few, clear], people)[1]) == ["r4/1", "g-a/1", "g-all/1"])
    }
}

@Suite struct `Sirens` {
    private let residents = [
        Harbour.person("r4", "a/4/A", "siren:s4 webhook:x"), Harbour.person("r4-2", "a/4/A", "siren:s4 webhook:x"),
        Harbour.person("r4b", "a/4/B", "siren:s4b webhook:x"), Harbour.person("r4c", "a/4/C", "siren:s4c"),
        Harbour.person("g-a", "a", "siren:desk", role: .guardian),
    ]
    private let devices = [
        Harbour.siren("s4", "a/4/A"), Harbour.siren("s4b", "a/4/B"), Harbour.siren("s4c", "a/4/C"),
        Harbour.siren("corridor-4", "a/4/corridor"), Harbour.siren("desk", "b/1/corridor"),
        Harbour.siren("corridor-9", "a/9/corridor"),
    ]

    private func sounded(_ alerts: Alert...) -> [[String]] {
        told(alerts, residents, devices: devices).map { $0.filter { $0.hasPrefix("siren/") } }
    }

    @Test func `sound in the whole audience once a fire is confirmed, each once`() {
        let alert = Harbour.alert("a-fire-1/1", .confirmed, [.floor], at: "a/4/A")
        #expect(Set(sounded(alert)[0]) == ["siren/s4", "siren/s4b", "siren/s4c", "siren/corridor-4"])
        #expect(sounded(alert)[0].count == 4)
    }

    @Test func `sound while it is investigated only where it alarms, for staff, and for whom nothing else reaches`() {
        let alert = Harbour.alert("a-fire-1/1", .investigate, [.flat, .neighbours, .guards], at: "a/4/A")
        #expect(Set(sounded(alert)[0]) == ["siren/s4", "siren/s4c", "siren/desk"])
    }

    @Test func `stop when it clears, and only those that sounded`() {
        let fire = Harbour.alert("a-fire-1/1", .confirmed, [.floor], at: "a/4/A")
        let clear = Harbour.alert("a-fire-1/2", .clearing, [.told], at: "a/4/A")
        let all = sounded(fire, clear)
        #expect(Set(all[1]) == Set(all[0]))
    }

    @Test func `go on for another incident that still needs them`() {
        let fire = Harbour.alert("a-fire-1/1", .confirmed, [.floor], at: "a/4/A")
        let gas = Harbour.alert("a-gas-1/1", .confirmed, [.flat], at: "a/4/A", hazard: .gas)
        let clear = Harbour.alert("a-fire-1/2", .clearing, [.told], at: "a/4/A")
        #expect(!sounded(fire, gas, clear)[2].contains("siren/s4"))
        let drill = Harbour.alert("a-gas-1/1", .confirmed, [.flat], at: "a/4/A", hazard: .gas, exercise: "d1")
        #expect(sounded(fire, drill, clear)[2].contains("siren/s4"))
    }
}
