import Hub
import Notify
import Registry
import Rules

/// The page on which somebody chooses how they are told: one form, nothing to fetch and no script, as ``AnswerPage``.
struct PersonalForm {
    let page: PersonalPage
    let code: String

    /// What is said of what was sent.
    enum State {
        case fresh
        case saved
        /// It could not be written down.
        case lost
        /// Nothing is changed yet: they would turn off their last contact, and are asked once more.
        case asksAgain(Submission)
    }

    func html(_ state: State = .fresh) -> String {
        let words = PersonalPageWords(page.language)
        if case .asksAgain(let submission) = state {
            return AnswerPage.page(page.language, question(submission, words))
        }
        let said =
            switch state {
            case .fresh, .asksAgain: ""
            case .saved: "<p class=\"good\">\(words.saved.escaped)</p>"
            case .lost: "<p class=\"bad\">\(words.lost.escaped)</p>"
            }
        return AnswerPage.page(
            page.language,
            """
            <h1>\(words.title.escaped)</h1>
            \(said)
            <form method="post" action="/me/\(code)">
            \(contacts(words))
            <p><label>\(words.language.escaped) <select name="language">\(languages)</select></label></p>
            \(page.isStaff ? "" : quietHours(words))
            \(needs(words))
            <button name="save" value="yes" class="safe">\(words.save.escaped)</button>
            </form>
            <p><a href="/me/\(code)/push">\(words.browsers.escaped)</a></p>
            <form method="post" action="/me/\(code)/end"><button class="minor">\(words.endLink.escaped)</button>
            <p class="small">\(words.endLinkNote.escaped)</p></form>
            <p class="small">\(AnswerPageWords(page.language).emergency.escaped)</p>
            """)
    }

    private func contacts(_ words: PersonalPageWords) -> String {
        let rows = page.contacts.map { contact in
            "<p>\(checkbox(Submission.name(of: contact.id), contact.isOn)) <bdi dir=\"ltr\">"
                + "\(contact.channel.escaped): \(contact.masked.escaped)</bdi></label></p>"
        }
        let list = rows.isEmpty ? "" : "<p><b>\(words.contacts.escaped)</b></p>\n\(rows.joined(separator: "\n"))\n"
        return list + "<p class=\"small\">\(words.sirens.escaped)</p>"
    }

    private func quietHours(_ words: PersonalPageWords) -> String {
        """
        <p>\(words.quiet.escaped)<br><select name="quiet-from"><option value="">\(words.never.escaped)</option>\
        \(Self.hours(page.quietHours.map(\.from)))</select> – <select name="quiet-to">\
        \(Self.hours(page.quietHours?.to ?? Submission.morning))</select></p>
        <p class="small">\(words.quietNote.escaped)</p>
        """
    }

    private func needs(_ words: PersonalPageWords) -> String {
        guard !page.isKnownToNeedHelp else { return "<p>\(words.knownNeeds.escaped)</p>" }
        return "<p>\(checkbox("needs", page.needsHelp)) \(words.needs.escaped)</label></p>"
    }

    private var languages: String {
        page.languages.map { language in
            "<option value=\"\(language.tag.escaped)\"\(language == page.language ? " selected" : "")>"
                + "\(PersonalPageWords.name(of: language).escaped)</option>"
        }.joined()
    }

    /// - Parameter chosen: in minutes after midnight.
    private static func hours(_ chosen: Int?) -> String {
        (0..<24).map { hour in
            "<option\(chosen == hour * 60 ? " selected" : "")>\(hour < 10 ? "0" : "")\(hour):00</option>"
        }.joined()
    }

    private func checkbox(_ name: String, _ isOn: Bool) -> String {
        "<label><input type=\"checkbox\" name=\"\(name.escaped)\" value=\"on\"\(isOn ? " checked" : "")>"
    }

    /// The same once more, with what was sent in it.
    private func question(_ submission: Submission, _ words: PersonalPageWords) -> String {
        let fields = submission.form.filter { $0.key != "sure" }.sorted { $0.key < $1.key }.map { name, value in
            "<input type=\"hidden\" name=\"\(name.escaped)\" value=\"\(value.escaped)\">"
        }
        return """
            <p class="bad">\(words.lastContact.escaped)</p>
            <form method="get" action="/me/\(code)"><button class="safe">\(words.keep.escaped)</button></form>
            <form method="post" action="/me/\(code)">\(fields.joined())
            <button name="sure" value="yes" class="minor">\(words.turnOff.escaped)</button></form>
            """
    }

    /// After somebody has ended their link.
    static func ended(_ language: Language) -> String {
        AnswerPage.page(language, "<p class=\"good\">\(PersonalPageWords(language).ended.escaped)</p>")
    }

    /// What was sent of the form.
    struct Submission {
        var form: [String: String]

        static let morning = 7 * 60

        static func name(of contact: Contact.ID) -> String { "contact-\(contact)" }

        func choices(on page: PersonalPage) -> [Choice] {
            var choices: [Choice] = page.contacts.map { .contact($0.id, isOn: isOn($0)) }
            if let tag = form["language"], let language = page.languages.first(where: { $0.tag == tag }),
                language != page.language
            {
                choices.append(.language(language))
            }
            if !page.isKnownToNeedHelp { choices.append(.needsHelp(form["needs"] != nil)) }
            if !page.isStaff { choices.append(.quietHours(quietHours)) }
            return choices
        }

        /// Whether it would leave somebody without a contact who has one, and they have not said yet that they want that.
        func turnsOffTheLast(on page: PersonalPage) -> Bool {
            form["sure"] == nil && page.browsers.isEmpty && page.contacts.contains(where: \.isOn)
                && !page.contacts.contains(where: isOn)
        }

        private func isOn(_ contact: PersonalPage.Contact) -> Bool { form[Self.name(of: contact.id)] != nil }

        private var quietHours: DayTime? {
            guard let from = Self.minute(form["quiet-from"]), let to = Self.minute(form["quiet-to"]), from != to else {
                return nil
            }
            return DayTime(from: from, to: to)
        }

        /// `22:00`
        private static func minute(_ text: String?) -> Int? {
            guard let text, text.hasSuffix(":00"), let hour = Int(text.dropLast(3)), (0..<24).contains(hour) else {
                return nil
            }
            return hour * 60
        }
    }
}
