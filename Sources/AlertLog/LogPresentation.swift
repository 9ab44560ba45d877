public import Registry
import Rules

/// Shows the log to a person: aligned lines that read like sentences, with a line for each new day.
///
///     Sunday 22 November 2026
///     23:45:37  FIRE     a 12C           Two detectors in 12C and 12D: the fire is confirmed.
public struct LogPresentation: Sendable {
    private let words: LogWords
    private let language: Language
    private let colours: Bool
    private let clock: LocalClock
    private var shownDay: String?

    /// Wide enough for `a 12 corridor`; a longer place moves its own line only.
    private static let placeColumns = 14

    public init(language: Language, colours: Bool, clock: LocalClock = .system) {
        words = .in(language)
        self.language = language
        self.colours = colours
        self.clock = clock
    }

    /// One line, or two where a day begins; each ends with a newline.
    public mutating func text(of entry: LogEntry) -> String {
        guard let line = entry.line else { return unreadable(entry) }
        let moment = clock(line.at)
        var text = ""
        let day = words.day(moment)
        if day != shownDay {
            text = paint(day, .heading) + "\n"
            shownDay = day
        }
        let level = words.levels[line.level, default: line.level.rawValue]
        let padding = String(repeating: " ", count: max(0, words.levelColumns - level.columns))
        let place = placeName(line).padded(to: Self.placeColumns)
        return text + paint(moment.time, .quiet) + "  " + paint(level, Paint(line.level)) + padding + "  " + place
            + "  "
            + sentence(line) + "\n"
    }

    private func unreadable(_ entry: LogEntry) -> String {
        let shown = String(decoding: entry.bytes.prefix(200), as: UTF8.self).harmless
        return paint(words.unreadable, Paint(.trouble)) + shown + "\n"
    }

    private func placeName(_ line: LogLine) -> String {
        guard let place = line.place else { return "–" }
        if place.block == "*" { return words.wholeEstate }
        return (place.label == place.block ? place.block : "\(place.block) \(place.label)").harmless
    }

    private func sentence(_ line: LogLine) -> String {
        let chinese = line.text.traditionalChinese
        var sentence = (language.isChinese && !chinese.isEmpty ? chinese : line.text.english).harmless
        let style = line.level == .fire ? Paint.loud : line.level == .info ? .quiet : .plain
        guard line.exercise != nil else { return paint(sentence, style) }
        // Some texts of an exercise begin with a mark themselves; it is neither left out nor shown twice.
        if let mark = ["DRILL / 演習", words.drill].first(where: { sentence.hasPrefix($0) }) {
            sentence.removeFirst(mark.count)
        } else {
            sentence = " " + sentence
        }
        return paint(words.drill, .drill) + paint(sentence, style)
    }

    private func paint(_ text: String, _ paint: Paint) -> String {
        colours && paint != .plain ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// ECMA-48, "Select graphic rendition".
private enum Paint: String {
    case plain = ""
    case heading = "1;4"
    case quiet = "2"
    case loud = "1"
    case drill = "30;45"
    case fire = "1;97;41"
    case alarm = "1;31"
    case trouble = "33"

    init(_ level: Level) {
        self =
            switch level {
            case .info: .quiet
            case .trouble: .trouble
            case .alarm: .alarm
            case .fire: .fire
            }
    }
}
