import Registry
import Rules

/// A line of the alert log that announces that a suppression begins or ends.
enum Announcement {
    case begins(Disablement.Scope, isTest: Bool)
    case ends(Disablement.Scope, isTest: Bool, End)
    case silenceBegins(Incident.ID)
    case silenceEnds(Incident.ID)

    /// Why a disablement or test ends.
    enum End: Equatable { case time, person, broken }

    /// - Returns: `nil` for a line about anything else.
    init?(_ record: LogRecord) {
        let details = record.details
        if details["silence"] == "over" || details["verb"] == "silence" {
            guard let incident = record.incident else { return nil }
            self = details["silence"] == "over" ? .silenceEnds(incident) : .silenceBegins(incident)
            return
        }
        guard details["trouble"] == "disabled" || details["test"] != nil, let name = details["scope"] else {
            return nil
        }
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, let scope = Disablement.Scope(words[0], words[1]) else { return nil }
        let isTest = details["test"] != nil
        guard details["state"] == "put right" || details["test"] == "over" else {
            self = .begins(scope, isTest: isTest)
            return
        }
        let end: End = details["broken"] != nil ? .broken : details["ended-by"] != nil ? .person : .time
        self = .ends(scope, isTest: isTest, end)
    }

    /// The same for every line that says the same.
    var line: String {
        switch self {
        case .begins(let scope, let isTest): "\(isTest ? "test" : "disablement") of \(scope) begins"
        case .ends(let scope, let isTest, _): "\(isTest ? "test" : "disablement") of \(scope) ends"
        case .silenceBegins(let incident): "silence of \(incident) begins"
        case .silenceEnds(let incident): "silence of \(incident) ends"
        }
    }
}

extension LogRecord {
    /// The devices that it says still alarm.
    var still: [Device.ID] { (details["still"] ?? "").split(separator: " ").map(String.init) }
}
