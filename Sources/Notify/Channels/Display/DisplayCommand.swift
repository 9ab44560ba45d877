import Foundation
import Registry
import Rules

/// What a display is told over MQTT.
///
/// | kind | topic | payload |
/// | --- | --- | --- |
/// | AWTRIX 3 | `<prefix>/notify` | a JSON object with `text`, `color`, `hold`, `stack`, `wakeup`, `duration` in s |
/// | Tasmota | `cmnd/<topic>/DisplayText` | `[zOl1c1]first line[l2c1]second line`; `DisplayMode` has to be 0 |
/// | openHASP | `hasp/<plate>/command/jsonl`, `…/page`, `…/idle` | `{"id":1,"page":12,"text":"…","text_color":"#FF0000"}` |
/// | JSON | as it stands | what is shown, retained; see ``State`` |
/// | text | as it stands | the text in plain UTF-8, retained; nothing when all is over |
///
/// What says what is shown now is retained, for a display that starts in the middle of a fire; what makes a display do
/// something is not, or it would do so again at every start. Sources: AWTRIX 3, "MQTT / HTTP API"; Tasmota, "Displays";
/// openHASP 0.7, "Commands" and "Global commands".
struct DisplayCommand: Hashable, Sendable {
    var topic: String
    var payload: String
    var retain = false

    /// - Parameter message: `nil` when all is over.
    static func commands(
        _ message: DisplayChannel.Message?, on display: DisplayChannel.Display, _ settings: DisplayChannel.Settings
    ) -> [DisplayCommand] {
        let texts = message?.texts.map(\.text) ?? []
        switch display.kind {
        case .awtrix:
            // An all-clear ends by itself there; to dismiss it might take away what somebody else shows.
            guard let message else { return [] }
            return [DisplayCommand(topic: "\(display.topic)/notify", payload: json(Notification(message, settings)))]
        case .tasmota(let columns):
            return [
                DisplayCommand(
                    topic: "\(settings.tasmotaCommand)/\(display.topic)/DisplayText",
                    payload: tasmota(texts, columns: columns))
            ]
        case .openHASP(let page, let object, let home):
            let plate = "hasp/\(display.topic)/command"
            let label = Label(
                id: object, page: page, text: texts.joined(separator: "\n"), text_color: message?.color ?? "#FFFFFF")
            return [
                DisplayCommand(topic: "\(plate)/jsonl", payload: json(label)),
                DisplayCommand(topic: "\(plate)/page", payload: "\(message == nil ? home : page)"),
                // Lights a screen that has gone to sleep.
                DisplayCommand(topic: "\(plate)/idle", payload: "off"),
            ]
        case .json:
            return [DisplayCommand(topic: display.topic, payload: json(State(message, display)), retain: true)]
        case .text:
            return [DisplayCommand(topic: display.topic, payload: texts.joined(separator: "\n"), retain: true)]
        }
    }

    /// The screen cleared and switched on, then each text broken into lines at spaces.
    private static func tasmota(_ texts: [String], columns: Int) -> String {
        // Brackets hold commands, `~` begins a character by its code.
        let shown = texts.map { $0.replacing("[", with: "(").replacing("]", with: ")").replacing("~", with: "-") }
        let lines = shown.flatMap { broken($0, columns) }
        guard !lines.isEmpty else { return "[z]" }
        return "[zO]" + lines.enumerated().map { "[l\($0 + 1)c1]\($1)" }.joined()
    }

    private static func broken(_ text: String, _ columns: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= columns {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.filter { !$0.isEmpty }
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and numbers can always be encoded.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private struct Notification: Encodable {
        var color: String
        /// In seconds, of an all-clear.
        var duration: Int?
        /// Until the next one, however long.
        var hold: Bool
        /// Instead of the one before, not after it.
        var stack = false
        var text: String
        /// As it was sent: letters small and large.
        var textCase = 2
        var wakeup = true

        init(_ message: DisplayChannel.Message, _ settings: DisplayChannel.Settings) {
            color = message.color
            hold = !message.isAllClear
            duration = message.isAllClear ? Int(settings.allClear.wholeMilliseconds / 1000) : nil
            text = message.texts.map(\.text).joined(separator: "   ")
        }
    }

    private struct Label: Encodable {
        var id: Int
        var page: Int
        var text: String
        var text_color: String
    }

    /// What a display of kind `json` shows; `state` is `alert`, `all-clear` or `none`.
    private struct State: Encodable {
        var blink: Bool
        var color: String?
        var exercise: Bool?
        var hazard: String?
        var incident: String?
        var place: String
        var stage: String?
        var state: String
        var text: String
        var texts: [String: String]

        init(_ message: DisplayChannel.Message?, _ display: DisplayChannel.Display) {
            blink = message?.isUrgent ?? false
            color = message?.color
            exercise = message?.isExercise
            hazard = message?.hazard?.rawValue
            incident = message?.incident
            place = display.place.description
            stage = message?.stage?.rawValue
            state = message.map { $0.isAllClear ? "all-clear" : "alert" } ?? "none"
            text = message?.texts.map(\.text).joined(separator: "\n") ?? ""
            texts = Dictionary(
                (message?.texts ?? []).map { ($0.language.tag, $0.text) }, uniquingKeysWith: { first, _ in first })
        }
    }
}
