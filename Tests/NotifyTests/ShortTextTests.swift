import Foundation
import Registry
import Rules
import Store
import Testing

@testable import Notify

@Suite struct `A short text` {
    private let catalogue: MessageCatalogue
    private let directory = Directory(estate: Harbour.estate, residents: [], devices: [])

    init() throws { catalogue = try Harbour.catalogue() }

    private func notice(
        _ alert: Alert, at place: String, _ language: Language = .english, link: String? = nil,
        takesReplies: Bool = false
    ) -> Notice {
        let reader = Harbour.person("r", place, "webhook:x", language: language)
        return catalogue.notice(
            alert, delivery: "d", to: reader.contacts[0], resident: reader, directory: directory, now: Harbour.noon,
            link: link, takesReplies: takesReplies)
    }

    @Test func `says who speaks, what, where, what to do and a short id, and then how to answer`() {
        let alert = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        #expect(
            notice(alert, at: "a/9/A", link: "https://safe.example/a/k3VbQ9xT2m").short
                == "SmokeHub FIRE Block A 4A: below you. Leave now by stairs, not lift. Smoke: go back, seal door, "
                + "999. #a7/3 https://safe.example/a/k3VbQ9xT2m")
        #expect(
            notice(alert, at: "a/9/A", .traditionalChinese, link: "https://safe.example/a/k3VbQ9xT2m").short
                == "SmokeHub火警：A座4樓A，走樓梯 #a7/3 https://safe.example/a/k3VbQ9xT2m")
    }

    @Test func `of an exercise says so first`() {
        let alert = Harbour.alert("a-fire-drill-7/3", .confirmed, [.block], at: "a/4/A", exercise: "d1")
        #expect(notice(alert, at: "a/9/A").short == "DRILL / 演習 SmokeHub FIRE Block A 4A: leave now #a7/3")
    }

    @Test(arguments: [
        ("a", ["a"], "Harbour View Garden: Block A"), ("*", ["a", "b"], "Harbour View Garden"),
    ])
    func `of an announcement is what was announced, under the name of the place, and asks nobody`(
        _ block: String, _ blocks: [String], _ title: String
    ) {
        let alert = Alert(
            announcing: LogRecord.Text("The bell is off.", "警鐘停用。"), id: "a-notice-1", at: Harbour.noon, block: block,
            places: blocks.map { Place(block: $0) }, verb: "disable", to: [.block])
        let notice = notice(alert, at: "a/9/A", link: "https://safe.example/a/k3VbQ9xT2m", takesReplies: true)
        #expect(notice.short == "SmokeHub The bell is off. #a-notice-1")
        #expect(notice.title == title)
        #expect(notice.question == nil)
    }

    @Test func `of what is announced in an exercise begins with DRILL, and so does its title`() {
        var alert = Alert(
            announcing: LogRecord.Text("HELP IS NEEDED.", "有人求助。"), id: "a-notice-1", at: Harbour.noon, block: "a",
            places: [Place(block: "a")], verb: "need-help", to: [.guards])
        alert.exercise = "d1"
        let notice = notice(alert, at: "a/9/A")
        #expect(notice.short == "DRILL / 演習 SmokeHub HELP IS NEEDED. #a-notice-1")
        #expect(notice.title == "DRILL / 演習 Harbour View Garden: Block A")
    }

    @Test func `of an announcement names SmokeHub once`() {
        let words = LogRecord.Text("SmokeHub hears the panel again.", "SmokeHub 現已收到訊號。")
        let alert = Alert(
            announcing: words, id: "a-notice-1", at: Harbour.noon, block: "a", places: [Place(block: "a")],
            verb: "bell", to: [.guards])
        #expect(notice(alert, at: "a/9/A").short == "SmokeHub hears the panel again. #a-notice-1")
        #expect(
            notice(alert, at: "a/9/A", .traditionalChinese).short == "SmokeHub 現已收到訊號。 #a-notice-1")
    }

    @Test func `names one place and counts the others`() {
        let alert = Harbour.alert("a-fire-7/3", .spreading, [.block], at: "a/4/A", "a/5/A", "a/3/stair-1")
        #expect(notice(alert, at: "a/9/A").short.hasPrefix("SmokeHub FIRE SPREADS Block A 4A +2: below you."))
    }

    @Test func `names one block of an estate-wide fire and counts the others`() {
        var alert = Harbour.alert("estate-fire-1/1", .confirmed, [.estate], at: "a/4/A", "a/5/A", "b/4/A")
        alert.block = "*"
        let short = notice(alert, at: "").short
        #expect(short.hasPrefix("SmokeHub FIRE Block A +1 4A: leave now by stairs"))
        #expect(short.hasSuffix(" #estate1/1"))
    }

    @Test func `says what else there is as long as it costs no further SMS`() {
        let alert = Harbour.alert(
            "a-fire-7/3", .confirmed, [.block], at: "a/4/A", repetition: 1, late: true, contradiction: true)
        let roomy = notice(alert, at: "b/4/A").short
        #expect(roomy.contains("Building alarm is silent: do not wait for it. Began 0 min ago."))
        let full = notice(alert, at: "b/4/A", link: "https://safe.example/a/k3VbQ9xT2m").short
        #expect(SMSText(full).segments == 1)
        #expect(!full.contains("silent"))
    }

    @Test func `asks for a reply only where one is read, and nobody when it is over`() {
        let fire = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        #expect(notice(fire, at: "b/4/A", takesReplies: true).short.contains("Reply 1 if safe, 2 for help. #a7/3"))
        #expect(!notice(fire, at: "b/4/A").short.contains("Reply"))
        let closed = Harbour.alert("a-fire-7/9", .closed, [.told], at: "a/4/A")
        let over = notice(closed, at: "b/4/A", link: "https://safe.example/a/k3VbQ9xT2m", takesReplies: true)
        #expect(over.question == nil)
        #expect(over.short.hasSuffix(" #a7/9"))
        #expect(!over.short.contains("Reply"))
    }

    @Test func `has a question with the words of the reader's language, and of a false alarm only in their own home`() {
        let fire = Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/4/A")
        let link = "https://safe.example/a/k3VbQ9xT2m"
        #expect(notice(fire, at: "b/4/A", link: link).question?.words.map(\.text) == ["safe", "need help"])
        #expect(
            notice(fire, at: "a/4/A", .traditionalChinese, link: link).question
                == Notice.Question(
                    url: link, words: [.init(.safe, "安全"), .init(.needHelp, "求助"), .init(.falseAlarm, "誤報")]))
        #expect(notice(fire, at: "a/4/A").question == nil)
    }

    @Test(arguments: [
        ("a-fire-7/3", "a7/3"), ("a-fire-drill-7/3", "a7/3"), ("tower-1-fire-12/1", "tower-1-12/1"),
        ("fire-fire-2/1", "fire2/1"), ("estate-fire-1/2", "estate1/2"), ("a-fire-7/3-2", "a7/3-2"),
    ])
    func `has an id that is short and the estate's only one`(_ id: String, _ expected: String) {
        #expect(Harbour.alert(id, .confirmed, [.block], at: "a/4/A").shortID == expected)
    }
}

@Suite struct `The first message of a fire` {
    static let languages = (try? Harbour.catalogue().languages) ?? []

    private func config() throws -> Estate {
        var mistakes = Mistakes()
        return try #require(EstateRegistry.read(folder: Harbour.configuration, &mistakes)).estate
    }

    /// With the longest names of an estate: every text of a language, and how it is counted.
    private func texts(
        _ language: Language, _ estate: Estate, host: String? = nil, exercise: String? = nil
    ) throws -> [(StagedTexts.Key, SMSText)] {
        let texts = try #require(try Harbour.catalogue().texts.first { $0.language == language })
        return LongestNames(of: estate, in: texts).samples.flatMap { sample in
            texts.short.texts.entries.filter { $0.key.isFirstMessage }.map { entry in
                (entry.key, SMSText(texts.shortText(entry.key, sample, answerHost: host, exercise: exercise)))
            }
        }
    }

    @Test(arguments: languages) func `fits one SMS with the longest names, and so does an exercise`(
        _ language: Language
    ) throws {
        for exercise in [nil, "d1"] {
            for (key, sms) in try texts(language, config(), exercise: exercise) {
                #expect(sms.segments == 1, "\(key) \(sms.units) \(sms.alphabet): \(sms.text)")
                #expect(sms.text.contains("SmokeHub"))
                #expect(sms.text.contains("999/9"))
            }
        }
    }

    @Test(arguments: languages) func `fits one SMS with the link to answer by`(_ language: Language) throws {
        for (key, sms) in try texts(language, config(), host: "safe.example") {
            #expect(sms.segments == 1, "\(key) \(sms.units) \(sms.alphabet): \(sms.text)")
        }
    }

    @Test func `always has the link in English and Chinese`() throws {
        for language in [Language.english, .traditionalChinese] {
            for (_, sms) in try texts(language, config(), host: "safe.example") {
                #expect(sms.text.hasSuffix("https://safe.example/a/0123456789"))
            }
        }
    }

    @Test func `is refused where a name is too long, at its place, with what it comes to`() throws {
        var estate = Harbour.estate
        estate.blocks[1].name = LocalizedText([
            (.english, "Block B"), (.traditionalChinese, String(repeating: "長", count: 50) + "樓"),
        ])
        let misfits = try Harbour.catalogue().misfits(in: estate)
        let first = try #require(misfits.first)
        #expect(misfits.allSatisfy { $0.file.hasSuffix("zh-Hant.yaml") || $0.file.hasSuffix("zh-Hans.yaml") })
        #expect(first.line > 100 && first.column > 1)
        #expect(first.problem.hasPrefix("short.texts.fire."))
        #expect(first.problem.contains(/this is more than one SMS: 'SmokeHub.*長樓.*' takes [0-9]+ of 70 units/))
        #expect(first.problem.hasSuffix("units in UCS-2"))
        #expect(first.mend.contains(/by [0-9]+$/))
    }

    @Test func `is refused for one character that halves what fits, and the character is named`() throws {
        var estate = Harbour.estate
        estate.blocks[0].name = LocalizedText([(.english, "Harbour View Garden Phase Two Block One")])
        #expect(try !Harbour.catalogue().misfits(in: estate).contains { $0.file.hasSuffix("/en.yaml") })
        estate.blocks[1].name = LocalizedText([(.english, "St Mary’s and St John the Evangel")])
        let english = try Harbour.catalogue().misfits(in: estate).filter { $0.file.hasSuffix("/en.yaml") }
        #expect(english.count == 10)
        #expect(english.allSatisfy { $0.problem.contains("units in UCS-2, because of '’'") })
        #expect(english.allSatisfy { $0.mend.contains("write other characters") })
    }

    @Test func `fits with the long names that real blocks have, in brief`() throws {
        var estate = Harbour.estate
        estate.blocks[1].name = LocalizedText([(.english, "Wang Cheong House"), (.traditionalChinese, "宏昌閣")])
        #expect(try Harbour.catalogue().misfits(in: estate).map(\.description) == [])
        for (key, sms) in try texts(Language("hi"), estate) where key.stage == .confirmed && key.position == .default {
            #expect(sms.text.contains("Wang Cheong House") && sms.text.contains(": निकलें #"), "\(sms.text)")
        }
    }

    @Test func `is counted with the link`() throws {
        var estate = Harbour.estate
        estate.blocks[1].name = LocalizedText([(.english, "Block B"), (.traditionalChinese, "乙座")])
        let catalogue = try Harbour.catalogue()
        #expect(catalogue.misfits(in: estate, answerHost: "safe.example").isEmpty)
        let long = catalogue.misfits(in: estate, answerHost: "safety.harbour-view.example")
        #expect(long.contains { $0.file.hasSuffix("zh-Hant.yaml") })
    }
}
