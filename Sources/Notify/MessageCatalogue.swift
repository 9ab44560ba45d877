import Foundation
public import Registry
public import Rules
import Store

/// What residents read, in every language there is a file for.
///
/// A message says who speaks, where it is, what it is and what to do, in words that fit where the reader is: in the
/// flat that burns, on its floor, above, below, in another block. It ends with the alert's id, by which a person
/// recognises a repetition. An exercise begins with ``exercisePrefix`` in every language, which no file can change.
public struct MessageCatalogue: Sendable {
    public static let exercisePrefix = "DRILL / 演習 "

    /// In the order of their tags.
    public let languages: [Language]
    /// What people answer with.
    public let answers: AnswerWords
    let texts: [MessageTexts]

    /// Reads every `<language>.yaml` in a folder.
    ///
    /// - Throws: every mistake in them.
    public static func load(folder: String) throws(ConfigErrors) -> MessageCatalogue {
        var mistakes = Mistakes()
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
                .sorted()
        } catch {
            throw ConfigErrors([
                ConfigError(
                    file: folder, line: 0, column: 0, problem: "the folder of the messages cannot be read",
                    mend: "put one file for each language there, such as en.yaml")
            ])
        }
        let base = folder.hasSuffix("/") ? folder : folder + "/"
        let files = names.compactMap { name in
            mistakes.reading { () throws(ConfigError) in try ConfigFile.read(base + name) }
        }
        return try MessageCatalogue(files, folder: folder, mistakes)
    }

    /// - Parameter files: each named after its language: `en.yaml`.
    /// - Throws: every mistake in them.
    public init(_ files: [ConfigFile]) throws(ConfigErrors) {
        try self.init(files, folder: "messages", Mistakes())
    }

    private init(_ files: [ConfigFile], folder: String, _ found: Mistakes) throws(ConfigErrors) {
        var mistakes = found
        texts = files.compactMap { file in
            let name = file.name.split(separator: "/").last.map(String.init) ?? file.name
            return MessageTexts(file, language: Language(String(name.dropLast(5))), &mistakes)
        }
        languages = texts.map(\.language)
        answers = AnswerWords(texts.flatMap { $0.answers + ($0.wishes?.vocabularies ?? []) }, &mistakes)
        try mistakes.throwIfAny()
        guard !texts.isEmpty else {
            throw ConfigErrors([
                ConfigError(
                    file: folder, line: 0, column: 0, problem: "there are no messages in any language",
                    mend: "put one file for each language there, such as en.yaml")
            ])
        }
    }

    /// Whether somebody who wants a language is addressed in it, or in its nearest relative.
    public func speaks(_ wanted: Language) -> Bool {
        wanted.nearest(in: languages) != nil
    }

    /// The language in which somebody is addressed: their own, else its nearest relative (`zh-HK` is then told in
    /// `zh-Hant`), else English, else the first there is.
    public func language(for wanted: Language) -> Language {
        wanted.nearest(in: languages) ?? languages.first { $0 == .english } ?? languages.first ?? .english
    }

    /// One alert as one contact reads it.
    ///
    /// - Parameters:
    ///   - resident: whose contact it is; `nil` for a siren.
    ///   - before: what they were told of the incident before; `nil` if this is the first.
    ///   - link: where they answer whether they are safe; `nil` if the estate has no such page.
    ///   - takesReplies: whether a text that they send back is read.
    package func notice(
        _ alert: Alert, delivery: String, to contact: Contact, resident: Resident?, directory: Directory, now: Instant,
        before: Told.Before? = nil, link: String? = nil, takesReplies: Bool = false
    ) -> Notice {
        notice(
            alert, delivery: delivery, to: contact, resident: resident, directory: directory, now: now, before: before,
            link: link, takesReplies: takesReplies, memory: PhraseMemory())
    }

    /// As above, with the words that are known already.
    func notice(
        _ alert: Alert, delivery: String, to contact: Contact, resident: Resident?, directory: Directory, now: Instant,
        before: Told.Before?, link: String?, takesReplies: Bool, memory: PhraseMemory
    ) -> Notice {
        let language = language(for: resident?.language ?? .english)
        let nearness = Nearness(of: resident?.place, to: alert.places, in: directory.estate)
        let isAsked = resident != nil && alert.asks
        let circumstances = MessageTexts.Circumstances(
            position: .init(nearness, resident?.role ?? .resident),
            blocks: blockNames(alert, directory.estate, language), estate: directory.estate.name[language],
            minutesLate: Int(max(0, (now - alert.at).wholeMilliseconds) / 60_000), before: before,
            link: isAsked ? link : nil, takesReplies: isAsked && takesReplies)
        let texts = texts.first { $0.language == language }
        let key = PhraseMemory.Key(
            alert: alert.id, language: language, position: circumstances.position,
            minutesLate: circumstances.minutesLate, before: before, linkBytes: circumstances.link?.utf8.count,
            takesReplies: circumstances.takesReplies)
        let phrases = memory.phrases(key, link: circumstances.link) {
            PhraseMemory.Phrases(texts, alert, circumstances)
        }
        return Notice(
            id: delivery, alert: alert, recipient: contact.id, language: language, text: phrases.text,
            short: phrases.short, title: phrases.title, place: phrases.place,
            question: circumstances.link.map { link in
                Notice.Question(
                    url: link,
                    words: (texts?.answers ?? []).compactMap { vocabulary in
                        guard case .answer(let answer) = vocabulary.meaning,
                            Self.offers(answer, nearness, resident?.role ?? .resident)
                        else { return nil }
                        return Notice.Question.Word(answer, vocabulary.shown)
                    })
            })
    }

    /// One alert as somebody reads it who asks for it, and is sent nothing.
    ///
    /// - Parameter link: as it stands in messages; empty where there is no need of one.
    public func notice(
        _ alert: Alert, to contact: Contact, resident: Resident, directory: Directory, now: Instant, link: String?
    ) -> Notice {
        notice(
            alert, delivery: alert.id, to: contact, resident: resident, directory: directory, now: now, link: link)
    }

    /// The message as a person at a place would read it, for previews.
    public func text(
        _ alert: Alert, for resident: Resident, directory: Directory, now: Instant
    ) -> String {
        notice(
            alert, delivery: alert.id, to: Contact(resident: resident.id, position: 1, channel: "", address: ""),
            resident: resident, directory: directory, now: now
        ).text
    }

    /// Only where it began can anybody tell that nothing burns, and only who looks after the estate goes there.
    private static func offers(_ answer: Answer, _ nearness: Nearness, _ role: Resident.Role) -> Bool {
        switch answer {
        case .safe, .needHelp: true
        case .falseAlarm: nearness == .inside
        case .onIt: role != .resident && role.isThere
        }
    }

    /// An estate-wide alert names the blocks in which it burns.
    private func blockNames(_ alert: Alert, _ estate: Estate, _ language: Language) -> [String] {
        guard alert.block == "*" else { return [estate.block(alert.block)?.name[language] ?? alert.block] }
        var blocks: [String] = []
        for place in alert.places where !blocks.contains(place.block) { blocks.append(place.block) }
        return blocks.map { estate.block($0)?.name[language] ?? $0 }
    }
}

extension PhraseMemory.Phrases {
    fileprivate init(_ texts: MessageTexts?, _ alert: Alert, _ circumstances: MessageTexts.Circumstances) {
        text = texts?.text(alert, circumstances) ?? "#\(alert.id)"
        short = texts?.shortText(alert, circumstances) ?? text
        place = texts?.places.list(alert.places) ?? alert.block
        title = texts?.title(alert, circumstances) ?? place
        link = circumstances.link
    }
}
