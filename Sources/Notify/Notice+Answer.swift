import Rules

extension Notice {
    /// ``text``, and below it how to answer, for channels that have no buttons: `safe / need help: https://…`.
    var textWithQuestion: String {
        guard let question, !text.contains(question.url) else { return text }
        return "\(text)\n\n\(question.line)"
    }
}

extension Notice.Question {
    /// `safe / need help: https://…`
    var line: String { (words.isEmpty ? "" : words.map(\.text).joined(separator: " / ") + ": ") + url }
}

extension Alert {
    /// Whether people are in danger now, so that the message may wake them: not water, what is announced, or what is
    /// over.
    var isDanger: Bool {
        switch (hazard, stage) {
        case (.fire, .investigate), (.fire, .confirmed), (.fire, .spreading): true
        case (.co, .investigate), (.co, .confirmed), (.co, .spreading): true
        case (.gas, .investigate), (.gas, .confirmed), (.gas, .spreading): true
        case (.help, .investigate), (.help, .confirmed), (.help, .spreading): true
        case (.water, _), (nil, _), (_, .clearing), (_, .closed), (_, nil): false
        }
    }
}
