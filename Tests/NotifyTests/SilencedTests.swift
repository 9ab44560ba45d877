import Registry
import Rules
import Store
import Testing

@testable import Notify

@Suite struct `A silenced incident` {
    private let people = [
        Harbour.person("r4", "a/4/A", "webhook:x"), Harbour.person("r4b", "a/4/B", "webhook:x"),
        Harbour.person("g-a", "a", "webhook:x siren:desk", role: .guardian),
    ]
    private let sirens = [
        Harbour.siren("s4", "a/4/A"), Harbour.siren("s4b", "a/4/B"), Harbour.siren("desk", "a/lobby"),
    ]

    private func told(_ alerts: [Alert]) -> [[String]] {
        let directory = Directory(estate: Harbour.estate, residents: people, devices: sirens)
        var book = ToldBook([])
        return alerts.map { alert in
            let expansion = Expansion(alert, sequence: 1, at: Harbour.noon, directory: directory, book: book)
            #expect(!expansion.isDeaf)
            for entry in expansion.told { book.note(entry) }
            return expansion.deliveries.map(\.contact).sorted()
        }
    }

    private func alert(
        _ number: Int, _ stage: Stage, _ audience: [Audience], _ sounders: Alert.Sounders? = nil,
        incident: String = "a-fire-1"
    ) -> Alert {
        var alert = Harbour.alert("\(incident)/\(number)", stage, audience, at: "a/4/A")
        alert.sounders = sounders
        return alert
    }

    @Test func `has its sirens stopped, and people told on; at its end they sound again, and staff hear of it`() {
        #expect(
            told([
                alert(1, .investigate, [.flat, .guards]),
                alert(2, .investigate, [.told], .stop),
                alert(3, .investigate, [.floor, .guards], .quiet),
                alert(4, .investigate, [.told, .guards], .resume),
            ]) == [
                ["g-a/1", "r4/1", "siren/desk", "siren/s4"],
                ["siren/desk", "siren/s4"],
                ["r4b/1"],
                ["g-a/1", "siren/desk", "siren/s4"],
            ])
    }

    @Test func `sounds at its end also what would have been sounded in it`() {
        #expect(
            told([
                alert(1, .confirmed, [.flat]),
                alert(2, .confirmed, [.told], .stop),
                alert(3, .confirmed, [.floor], .quiet),
                alert(4, .confirmed, [.told, .guards], .resume),
            ]).last == ["g-a/1", "siren/s4", "siren/s4b"])
    }

    @Test func `leaves on the sirens that another incident sounds`() {
        #expect(
            told([
                alert(1, .confirmed, [.flat]), alert(1, .confirmed, [.flat], incident: "a-co-2"),
                alert(2, .confirmed, [.told], .stop),
            ]).last == [])
    }
}
