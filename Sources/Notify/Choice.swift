public import Registry
public import Rules
public import Store

/// Something that a person chooses for themselves.
public enum Choice: Hashable, Sendable {
    /// Whether they are told over one of their contacts. A siren is no one person's, and is never turned off.
    case contact(Contact.ID, isOn: Bool)
    /// `nil`: the one in `residents.csv`.
    case language(Language?)
    case needsHelp(Bool)
    /// Nothing that is no danger reaches them then; `nil` for never.
    case quietHours(DayTime?)
    /// Their link, whoever has it, ends.
    case newLink
    case subscribe(SealedBrowser)
    /// By the browser's name.
    case unsubscribe(String)
}

/// What one person chooses at once.
public struct Choosing: Hashable, Sendable {
    public var resident: Resident.ID
    public var choices: [Choice]
    public var at: Instant
    /// Over which channel it came: `page`, `sms`.
    public var channel: String

    public init(_ choices: [Choice], of resident: Resident.ID, at moment: Instant, over channel: String) {
        self.choices = choices
        self.resident = resident
        at = moment
        self.channel = channel
    }
}

extension PersonChoices {
    /// More browsers than one person has; the oldest goes first. Those that no key opens neither count nor go.
    static let browsersMax = 4

    mutating func take(_ choice: Choice, in directory: Directory) {
        switch choice {
        case .contact(let id, let isOn):
            guard let contact = directory.contact(id), contact.isPersonal else { return }
            let digest = directory.digest(contact)
            if isOn { declined.remove(digest) } else { declined.insert(digest) }
        case .language(let language): self.language = language
        case .needsHelp(let needs): needsHelp = needs
        case .quietHours(let hours): quietHours = hours
        case .newLink: endedLinks += 1
        case .subscribe(let browser):
            let others = browsers.filter { $0.name != browser.name }
            let open = others.filter { !directory.shutBrowsers.contains($0) } + [browser]
            browsers = others.filter(directory.shutBrowsers.contains) + open.suffix(Self.browsersMax)
        case .unsubscribe(let name): browsers.removeAll { $0.name == name }
        }
    }
}

extension Contact {
    /// It is the person's own, and theirs to turn off; a siren warns everybody around it.
    public var isPersonal: Bool { channel != SirenChannel.name }
}
