import Registry

/// What is spoken to a person who is called: the alert twice, and which key means what.
///
/// As TwiML it is, with both repetitions inside `<Gather>`, so that a key counts while it still speaks:
///
///     <Response><Gather numDigits="1" action="…"><Say …>…</Say><Pause length="1"/><Say …>…</Say></Gather></Response>
///
/// Sources: Twilio, "TwiML Voice: <Say>", "<Gather>", "Text-to-Speech".
struct CallScript: Hashable, Sendable {
    var text: String
    var twiml: String

    /// A voice that Twilio has.
    struct Voice: Hashable, Sendable {
        var language: Language
        /// As Twilio and BCP 47 call it: `yue-HK`.
        var tag: String
        var name: String
        /// Which key means what, with a key for `1`, `2`, `3`.
        var keys: String
    }

    /// Of those that texts are in, there is none for Urdu and Nepali. A native speaker must confirm what the keys mean.
    static let voices = [
        Voice(
            language: .english, tag: "en-GB", name: "Polly.Amy",
            keys: "Press 1 if you are safe, 2 if you need help, 3 if it is a false alarm."),
        Voice(
            language: .traditionalChinese, tag: "yue-HK", name: "Google.yue-HK-Standard-A",
            keys: "安全請按1，求助請按2，誤報請按3。"),
        Voice(
            language: Language("zh-Hans"), tag: "cmn-CN", name: "Polly.Zhiyu", keys: "安全请按1，求助请按2，误报请按3。"),
        Voice(
            language: Language("hi"), tag: "hi-IN", name: "Polly.Aditi",
            keys: "सुरक्षित हैं तो 1 दबाएँ, मदद चाहिए तो 2 दबाएँ, झूठा अलार्म है तो 3 दबाएँ।"),
        Voice(
            language: Language("fil"), tag: "fil-PH", name: "Google.fil-PH-Standard-A",
            keys: "Pindutin ang 1 kung ligtas ka, 2 kung kailangan mo ng tulong, 3 kung maling alarma."),
        Voice(
            language: Language("id"), tag: "id-ID", name: "Google.id-ID-Standard-A",
            keys: "Tekan 1 jika Anda aman, 2 jika perlu bantuan, 3 jika alarm palsu."),
    ]

    /// English where there is no other.
    static func voice(for language: Language) -> Voice { voices.first { $0.language == language } ?? voices[0] }

    /// - Parameters:
    ///   - asks: the person is to say whether they are safe.
    ///   - address: where the key goes; `nil` if nobody takes it.
    init(_ passage: Passage, in voice: Voice, asks: Bool, answersTo address: String?) {
        let asks = asks && address != nil
        let stop = voice.tag.hasPrefix("yue") || voice.tag.hasPrefix("cmn") ? "。" : ". "
        let message = [passage.title, passage.instruction].compactMap(\.self).joined(separator: stop)
        text = asks ? "\(message) \(voice.keys)" : message
        let say = "<Say language=\"\(voice.tag)\" voice=\"\(voice.name)\">\(XMLText.escaped(text))</Say>"
        let spoken = "\(say)<Pause length=\"1\"/>\(say)"
        guard asks, let address else {
            twiml = "<Response>\(spoken)</Response>"
            return
        }
        let gather = "<Gather numDigits=\"1\" timeout=\"10\" action=\"\(XMLText.escaped(address))\">"
        twiml = "<Response>\(gather)\(spoken)</Gather></Response>"
    }
}
