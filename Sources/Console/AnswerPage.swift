import Hub
import Notify
import Registry
import Store

/// The page on which somebody says whether they are safe: a few kilobytes, one form, nothing to fetch and no script, so
/// that it works on an old phone and a bad line.
struct AnswerPage {
    let invited: Invited
    /// Their answer could not be written down.
    let isLost: Bool

    init(_ invited: Invited, isLost: Bool = false) {
        self.invited = invited
        self.isLost = isLost
    }

    var html: String {
        let words = AnswerPageWords(invited.language)
        let given = invited.words.first { $0.answer == invited.answer }
        let state =
            if isLost {
                "<p class=\"bad\">\(words.lost.escaped)</p>"
            } else {
                given.map { "<p class=\"good\">\(words.taken.escaped) <b>\($0.text.escaped)</b></p>" } ?? ""
            }
        let buttons = invited.words.map { word in
            "<button name=\"answer\" value=\"\(word.answer.rawValue)\" class=\"\(word.answer.rawValue)\">"
                + "\(word.text.escaped)</button>"
        }
        return Self.page(
            invited.language,
            """
            <p>\(invited.text.escaped)</p>
            \(state)
            <form method="post"><h1>\((given == nil ? words.question : words.change).escaped)</h1>
            \(buttons.joined(separator: "\n"))
            </form>
            <p class="small">\(words.emergency.escaped)</p>
            <p><a href="/me/\(invited.personalCode)">\(PersonalPageWords(invited.language).settings.escaped)</a></p>
            """)
    }

    /// For a link that is nobody's, or no longer: it does not say which.
    static var expired: String {
        let texts = [Language.traditionalChinese, .english].map { AnswerPageWords($0) }
        return page(
            .traditionalChinese,
            texts.map { "<p>\($0.expired.escaped)</p>\n<p class=\"small\">\($0.emergency.escaped)</p>" }
                .joined(separator: "\n"))
    }

    /// What the residents' pages have in common, around their bodies.
    static func page(_ language: Language, _ body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="\(language.tag.escaped)" dir="\(language.isRightToLeft ? "rtl" : "ltr")">
        <head>
        <meta charset="utf-8">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>SmokeHub</title>
        <style>
        body{font:18px/1.4 sans-serif;margin:0 auto;padding:12px;max-width:30em;color:#111;background:#fff}
        h1{font-size:20px;margin:16px 0 8px}
        button{display:block;width:100%;margin:10px 0;padding:16px;font-size:22px;font-weight:bold;border:0;
        border-radius:8px;color:#fff;background:#555}
        .safe,.on-it{background:#0a6b2d}.need-help{background:#b00020}.minor{font-size:17px;padding:10px}
        select{font-size:18px;max-width:100%}input{width:22px;height:22px;vertical-align:middle}
        .good{padding:10px;border:2px solid #0a6b2d}.bad{padding:10px;border:2px solid #b00020}
        .small{font-size:15px;color:#444}
        </style>
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }
}
