import Foundation
import Registry
import Rules
import Testing

@testable import Notify

enum ShippedLanguageTags {
    static let all = ["en", "fil", "hi", "id", "ne", "ur", "zh-Hans", "zh-Hant"]
}

@Suite struct `Every language that is shipped` {
    static let tags = ShippedLanguageTags.all

    private func texts(_ tag: String) throws -> MessageTexts {
        try #require(try Harbour.catalogue().texts.first { $0.language.tag == tag })
    }

    private func file(_ tag: String) throws -> String {
        try ConfigFile.read("\(Harbour.configuration)/messages/\(tag).yaml").text
    }

    @Test func `is one that residents of Hong Kong read`() throws {
        #expect(try Harbour.catalogue().languages.map(\.tag) == Self.tags)
    }

    @Test(arguments: tags, Alert.News.Kind.allCases) func `has words of its own for what is announced`(
        _ tag: String, _ kind: Alert.News.Kind
    ) throws {
        let texts = try texts(tag)
        var news = Alert.News(kind)
        if [.bellOff, .bellOverdue].contains(kind) { news.until = "2026-11-23 18:00" }
        let alert = Alert(
            announcing: LogRecord.Text("English.", "中文。"), id: "a-notice-1", at: Harbour.noon, block: "a",
            places: [Place(block: "a", floor: "12", flat: "C")], verb: "disable", to: [.block], news: news)
        let directory = Directory(estate: Harbour.estate, residents: [], devices: [])
        let reader = Harbour.person("r", "a/4/A", "webhook:x", role: .resident, language: texts.language)
        let text = try Harbour.catalogue().notice(
            alert, to: try #require(reader.contacts.first), resident: reader, directory: directory, now: Harbour.noon,
            link: nil
        ).text
        let isBuiltIn = ["en", "zh-Hant"].contains(tag)
        #expect(isBuiltIn == (text.contains("English.") || text.contains("中文。")))
        #expect(isBuiltIn || text.contains(Harbour.estate.blocks[0].name[texts.language]))
        #expect(isBuiltIn || news.until.map { text.contains($0) } ?? true)
    }

    @Test(arguments: tags) func `says who speaks, where it is, and the id, and leaves no variable over`(
        _ tag: String
    ) throws {
        let texts = try texts(tag)
        let directory = Directory(estate: Harbour.estate, residents: [], devices: [])
        let block = Harbour.estate.blocks[0].name[texts.language]
        for place in ["a/4/A", "a/12/stair-1"] {
            for hazard in Hazard.allCases {
                for stage in Stage.allCases {
                    for (position, role) in Self.readers {
                        let alert = Harbour.alert("a-\(hazard)-7/3", stage, [.block], at: place, hazard: hazard)
                        let reader = Harbour.person(
                            "r", position == "inside" ? place : position, "webhook:x", role: role,
                            language: texts.language)
                        let notice = try Harbour.catalogue().notice(
                            alert, delivery: "d", to: reader.contacts[0], resident: reader, directory: directory,
                            now: alert.at)
                        #expect(notice.text.hasSuffix(" #a-\(hazard)-7/3"))
                        #expect(notice.short.hasSuffix(" #a7/3"))
                        for text in [notice.text, notice.short, notice.title] {
                            #expect(text.contains(block), "\(text)")
                            #expect(!text.contains { "{}".contains($0) }, "\(text)")
                        }
                        for text in [notice.text, notice.title] {
                            #expect(text.contains(texts.places.name(Harbour.place(place))), "\(text)")
                        }
                        #expect(notice.short.contains(texts.short.places.name(Harbour.place(place))), "\(notice.short)")
                        for text in [notice.text, notice.short] { #expect(text.prefix(20).contains("SmokeHub")) }
                    }
                }
            }
        }
    }

    /// Where readers are, when it burns in a/4/A or a/12/stair-1.
    static let readers: [(String, Resident.Role)] = [
        ("inside", .resident), ("a/4/B", .resident), ("a/9/A", .resident), ("a/3/A", .resident), ("a", .resident),
        ("b/4/A", .resident), ("", .guardian),
    ]

    @Test(arguments: tags, [Stage.confirmed, .spreading])
    func `tells a fire differently to each place, and to staff`(_ tag: String, _ stage: Stage) throws {
        let texts = try texts(tag)
        let directory = Directory(estate: Harbour.estate, residents: [], devices: [])
        let alert = Harbour.alert("a-fire-7/3", stage, [.block], at: "a/4/A")
        let notices = try Self.readers.map { position, role in
            let reader = Harbour.person(
                "r", position == "inside" ? "a/4/A" : position, "webhook:x", role: role, language: texts.language)
            return try Harbour.catalogue().notice(
                alert, delivery: "d", to: reader.contacts[0], resident: reader, directory: directory, now: alert.at)
        }
        #expect(Set(notices.map(\.text)).count == notices.count)
        let shorts = stage == .confirmed ? notices.map(\.short) : []
        #expect(Set(shorts).count == shorts.count)
    }

    @Test(arguments: tags) func `names Hong Kong's emergency number and no other`(_ tag: String) throws {
        let file = try file(tag)
        #expect(file.contains("999"))
        #expect(!file.contains(/\b(911|112|110|119|120|100|101|102|15)\b/))
    }

    @Test(arguments: tags.filter { $0 != "en" }) func `has to be confirmed by a native speaker, and says so`(
        _ tag: String
    ) throws {
        let top = try file(tag).split(separator: "\n").prefix(2)
        #expect(top.last?.contains("A native speaker must confirm it before use.") == true)
        #expect(top.first?.unicodeScalars.contains { $0.value > 127 } == true || ["fil", "id"].contains(tag))
    }

    /// No mark of direction is needed where the first letter is of the right one, and each would cost a unit.
    @Test func `in Urdu begins with an Urdu letter and has no marks of direction`() throws {
        let texts = try texts("ur")
        let marks = Set(
            "\u{200E}\u{200F}\u{061C}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}"
                .unicodeScalars)
        #expect(try file("ur").unicodeScalars.allSatisfy { !marks.contains($0) })
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        let circumstances = MessageTexts.Circumstances(
            position: .above, blocks: ["Block A"], estate: "Harbour", minutesLate: 0)
        for text in [
            texts.text(alert, circumstances), texts.shortText(alert, circumstances),
            texts.title(alert, circumstances),
        ] {
            let first = try #require(text.unicodeScalars.first { $0.properties.isAlphabetic })
            #expect((0x0600...0x06FF).contains(first.value), "\(text)")
        }
    }
}
