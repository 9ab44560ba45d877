public import Registry
public import Rules
public import Store

/// One alert as one contact is told it.
public struct Notice: Hashable, Sendable {
    /// The delivery's id, the same at every attempt: `a-fire-7/3/r-a-12c/1`.
    public var id: String
    public var alert: Alert
    /// The contact's id.
    public var recipient: Contact.ID
    /// The language that `text` is in.
    public var language: Language
    /// What a person reads.
    public var text: String
    /// The same in one short message, of which each character counts; see ``MessageCatalogue``.
    public var short: String
    /// What stands above `text` where there is a heading: `FIRE: Block A, flat 12C`.
    public var title: String
    /// Where it burns or leaks, in that language: `flat 12C`.
    public var place: String
    /// How the person answers; `nil` if nobody is asked, as in an announcement.
    public var question: Question?

    /// Says that it is no alarm and no drill either, but a trial of the way.
    mutating func tellOfCanary() {
        let words = "\(MessageCatalogue.exercisePrefix)canary 測試"
        title = words
        short = "\(words) #\(alert.id)"
        text =
            "\(words): SmokeHub has tried the way from a detector to this contact. Nothing burns, nobody has to do anything. "
            + "系統測試警報傳送，並無火警，無需行動。 #\(alert.id)"
    }

    /// The question whether somebody is safe.
    public struct Question: Hashable, Sendable {
        /// Where they answer: `https://safe.example/a/k3VbQ9xT2m`.
        public var url: String
        /// What they may answer, in their language, the first first.
        public var words: [Word]

        public struct Word: Hashable, Sendable {
            public var answer: Answer
            /// `safe`, `安全`
            public var text: String

            public init(_ answer: Answer, _ text: String) {
                self.answer = answer
                self.text = text
            }
        }

        public init(url: String, words: [Word]) {
            self.url = url
            self.words = words
        }
    }

    public init(
        id: String, alert: Alert, recipient: Contact.ID, language: Language, text: String, short: String? = nil,
        title: String? = nil, place: String, question: Question? = nil
    ) {
        self.id = id
        self.alert = alert
        self.recipient = recipient
        self.language = language
        self.text = text
        self.short = short ?? text
        self.title = title ?? place
        self.place = place
        self.question = question
    }
}
