import Foundation
import Notify
import Registry
import Store
import Testing

@Suite struct `An answer` {
    private let answers: AnswerWords

    init() throws { answers = try Harbour.catalogue().answers }

    @Test(arguments: [
        ("safe", Answer.safe), ("Safe!", .safe), ("  SAFE 👍\n", .safe), ("I’m safe.", .safe), ("安全", .safe),
        ("平安！🙏", .safe), ("1", .safe), ("1️⃣", .safe), ("１", .safe), ("1.", .safe), ("safe safe", .safe),
        ("1 safe", .safe), ("安全 safe", .safe), ("safe #a7/3", .safe), ("OK", .safe),
        ("Need help", .needHelp), ("help!!!", .needHelp), ("HELP ME", .needHelp), ("求助", .needHelp),
        ("救命！！", .needHelp), ("2", .needHelp), ("need   help", .needHelp), ("need\u{A0}help", .needHelp),
        ("False alarm.", .falseAlarm), ("誤報", .falseAlarm), ("3", .falseAlarm), ("(false-alarm)", .falseAlarm),
    ])
    func `is understood with whatever stands around it`(_ text: String, _ expected: Answer) {
        #expect(answers.read(text) == expected)
    }

    @Test(arguments: [
        "", " ", "👍", "not safe", "不安全", "I am not safe", "safe help", "1 2", "12", "4", "safe?no", "unsafe",
        "what is this", "helpless", "#a7/3", "安全嗎我不知道", "no",
    ])
    func `that is unknown or could mean two things is left to a person`(_ text: String) {
        #expect(answers.read(text) == nil)
    }

    @Test func `is understood in every language, by every word that its file has`() throws {
        for answer in Answer.allCases {
            for language in try Harbour.catalogue().languages {
                let file = try ConfigFile.read("\(Harbour.configuration)/messages/\(language.tag).yaml")
                let words = try #require(
                    try YAMLDocument(file).root.mapping()["answers"]?.mapping()[answer.rawValue]?.list())
                for word in words { #expect(answers.read("“\(try word.text().uppercased())!”") == answer) }
            }
        }
    }

    @Test(arguments: [
        ("safe: [safe,", "safe: [help,", "'help' means 'safe' already, here or in another language"),
        ("safe: [safe,", "safe: [\"2\",", "'2' means 'need-help' already"),
        ("safe: [safe,", "safe: [\"!\",", "there is no word in '!'"),
        ("need-help: [", "help: [", "unknown key 'help'"),
        ("false-alarm: [false alarm, no fire, \"there is no fire\"]", "false-alarm: []", "there is no word"),
    ])
    func `has each mistake in its words named`(_ old: String, _ new: String, _ expected: String) throws {
        let all = try Harbour.mistakes(inEnglish: old, new).joined(separator: "\n")
        #expect(all.contains(expected), "\(all)")
    }
}
