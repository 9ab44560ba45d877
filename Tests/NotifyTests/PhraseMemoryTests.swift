import Foundation
import Registry
import Rules
import Testing

@testable import Notify

@Suite struct `Words that are put together once` {
    @Test func `read as if they were put together for each person, each with their own link`() throws {
        let catalogue = try Harbour.catalogue()
        let people = ["a/4/A", "a/4/B", "a/9/A", "a/9/B", "a/2/A", "b/4/A"].flatMap { home in
            [Language.english, .traditionalChinese].map { language in
                Harbour.person("r-\(home)-\(language.tag)", home, "sms:x", language: language)
            }
        }
        let directory = Directory(estate: Harbour.estate, residents: people, devices: [])
        let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
        let memory = PhraseMemory()
        for (number, person) in people.enumerated() {
            for link in ["https://safe.example/a/abcdefgh\(10 + number)", nil] {
                let fresh = catalogue.notice(
                    fire, delivery: "d", to: person.contacts[0], resident: person, directory: directory,
                    now: Harbour.noon, link: link, takesReplies: true)
                let known = catalogue.notice(
                    fire, delivery: "d", to: person.contacts[0], resident: person, directory: directory,
                    now: Harbour.noon, before: nil, link: link, takesReplies: true, memory: memory)
                #expect(known == fresh)
                if let link, person.language == .english { #expect(known.short.hasSuffix(link)) }
            }
        }
    }
}
