import Registry
import Rules

/// An alert's message in one language for nobody in particular: what stations tell.
struct Passage: Hashable, Sendable {
    var title: String
    /// The whole message.
    var text: String
    /// What to do: all of it behind the first sentence, which says what happens; `nil` if there is no more.
    var instruction: String?
    var place: String

    init(_ notice: Notice) {
        title = notice.title
        text = notice.text
        place = notice.place
        let body = notice.text.replacing(" #\(notice.alert.id)", with: "")
        instruction = Self.afterFirstSentence(body)
    }

    private static func afterFirstSentence(_ text: String) -> String? {
        let scalars = Array(text)
        for (index, character) in scalars.enumerated() {
            // A full stop inside a name or a number is followed by no space.
            let isEnd =
                "。！？".contains(character)
                || ".!?।".contains(character) && index + 1 < scalars.count && scalars[index + 1] == " "
            guard isEnd else { continue }
            let rest = String(scalars[(index + 1)...].drop { $0 == " " })
            return rest.isEmpty ? nil : rest
        }
        return nil
    }
}

extension MessageCatalogue {
    /// - Parameter place: where it is read or heard; `nil` for nowhere in particular.
    func passage(_ alert: Alert, in language: Language, at place: Place?, estate: Estate) -> Passage {
        Passage(stationNotice(alert, in: language, at: place, estate: estate))
    }

    /// An alert for nobody in particular, as it is read or heard at a place.
    func stationNotice(_ alert: Alert, in language: Language, at place: Place?, estate: Estate) -> Notice {
        let listener = Resident(id: "", name: "", language: language, place: place, role: .resident, contacts: [])
        return notice(
            alert, delivery: alert.id, to: Contact(resident: "", position: 0, channel: "", address: ""),
            resident: listener, directory: Directory(estate: estate, residents: [], devices: []), now: alert.at)
    }
}
