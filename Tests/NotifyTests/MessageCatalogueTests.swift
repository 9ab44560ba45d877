import Foundation
import Notify
import Registry
import Rules
import Testing

@Suite struct `The messages` {
    private let directory = Directory(estate: Harbour.estate, residents: [], devices: [])
    private let catalogue: MessageCatalogue

    init() throws { catalogue = try Harbour.catalogue() }

    private func text(
        _ alert: Alert, at place: String, _ language: Language = .english, role: Resident.Role = .resident
    )
        throws -> String
    {
        let reader = Harbour.person("r", place, "webhook:x", role: role, language: language)
        return catalogue.text(alert, for: reader, directory: directory, now: alert.at + .seconds(300))
    }

    @Test func `differ by where the reader is`() throws {
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        let texts = try ["a/4/A", "a/4/B", "a/9/A", "a/3/A", "a", "b/4/A"].map { try text(alert, at: $0) }
        #expect(Set(texts).count == texts.count)
        #expect(texts[2].contains("FIRE below you"))
        #expect(texts[3].contains("FIRE above you"))
    }

    @Test func `of an exercise say so first, in every language`() throws {
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A", exercise: "d1")
        #expect(try text(alert, at: "a/4/A").hasPrefix("DRILL / 演習 SmokeHub alarm: This is an exercise."))
        #expect(
            try text(alert, at: "a/4/A", .traditionalChinese).hasPrefix("DRILL / 演習 SmokeHub 警報：現正進行演習"))
    }

    @Test func `add what is special about an alert`() throws {
        let alert = Harbour.alert(
            "a-fire-7/3", .confirmed, [.block], at: "a/4/A", repetition: 1, late: true, contradiction: true)
        let text = try text(alert, at: "a/9/A")
        #expect(text.contains("The building's own alarm is silent."))
        #expect(text.contains("about 5 min ago"))
        #expect(text.contains("Sent again (no. 2)."))
    }

    @Test func `name places as people call them, and keep an ampersand`() throws {
        let stair = Harbour.alert("b-fire-7/3", .confirmed, [.block], at: "b/12/stair-1")
        #expect(try text(stair, at: "b/4/A").contains("the staircase 1 on floor 12"))
        #expect(try text(stair, at: "b/4/A", .traditionalChinese).contains("12樓樓梯 1"))
        #expect(try text(stair, at: "b/4/A").contains("Block B & Co"))
        let many = Harbour.alert("a-fire-7/3", .spreading, [.block], at: "a/1/A", "a/2/A", "a/3/A", "a/4/A", "a/5/A")
        #expect(try text(many, at: "a/9/A").contains("flat 1A, flat 2A, flat 3A and 2 more"))
    }

    @Test(arguments: [
        ("zh-Hant", "zh-Hant"), ("zh-Hans", "zh-Hans"), ("zh", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-CN", "zh-Hans"),
        ("zh-Hant-HK", "zh-Hant"), ("en-GB", "en"), ("tl", "fil"), ("th", "en"),
    ])
    func `are in the reader's language or the nearest there is`(_ wanted: String, _ expected: String) throws {
        #expect(catalogue.language(for: Language(wanted)).tag == expected)
    }
}

@Suite struct `A file of messages` {
    @Test(arguments: [
        ("drill: \"This", "dril: \"This", "unknown key 'dril'"),
        ("  help:\n", "  helpp:\n", "unknown key 'helpp'"),
        ("(no. {{number}})", "(no. {{count}})", "'{{count}}' is no variable here; write one of {{number}}"),
        ("The water leak at {{place}}, {{block}} is", "The water leak is", "the text does not say where it is"),
        ("All clear in {{block}}: the fire", "All clear in {{blok}}: the fire", "'{{blok}}' is no variable here"),
        ("about {{minutes}} min", "about {{minutes min", "'{{' is never closed"),
        ("about {{minutes}} min", "about {{#minutes}} min", "is no mustache template"),
        ("      default: \"The water leak at", "      staff: \"The water leak at", "the key 'default' is missing"),
        ("speaker: \"SmokeHub alarm: \"", "speaker:", "speaker: nothing is written here"),
        ("titles:\n", "title:\n", "the key 'titles' is missing"),
        ("  link: always", "  link: never", "short.link: unknown 'never'"),
        ("\"FIRE SPREADING: {{block}}, {{place}}\"", "FIRE", "the text does not say where it is"),
        ("\"All clear {{block}} {{place}}: gas", "\"{{block}} {{link}}: gas", "'{{link}}' is no variable here"),
    ])
    func `has each mistake named with its place`(_ old: String, _ new: String, _ expected: String) throws {
        let found = try Harbour.mistakes(inEnglish: old, new)
        let all = found.joined(separator: "\n")
        #expect(all.contains(expected), "\(all)")
        #expect(
            found.allSatisfy { $0.wholeMatch(of: /en\.yaml:[1-9]\d*:[1-9]\d*: .*/.dotMatchesNewlines()) != nil },
            "\(all)")
    }
}
