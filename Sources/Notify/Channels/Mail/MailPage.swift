import Registry
import Store
import Rules

/// A notice as a page that old mail programs show, too: no style sheet, no picture, nothing fetched from elsewhere.
struct MailPage {
    let html: String

    init(_ notice: Notice) {
        let tag = XMLText.escaped(notice.language.tag)
        let paragraphs = notice.text.split(separator: "\n", omittingEmptySubsequences: true)
            .map { "<p>\(XMLText.escaped(String($0)))</p>" }
        html = """
            <!DOCTYPE html>
            <html lang="\(tag)" dir="\(notice.language.isRightToLeft ? "rtl" : "ltr")">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
            <title>\(XMLText.escaped(notice.title))</title></head>
            <body style="margin:0;padding:16px;background:#fff;color:#111;font:18px/1.5 sans-serif">
            <h1 style="margin:0 0 12px;font-size:24px">\(XMLText.escaped(notice.title))</h1>
            \(paragraphs.joined(separator: "\n"))
            \(notice.question.map(Self.question) ?? "")
            </body>
            </html>

            """
    }

    private static func question(_ question: Notice.Question) -> String {
        let url = XMLText.escaped(question.url)
        let buttons = question.words.map { word in
            """
            <a href="\(url)" style="display:inline-block;margin:0 8px 8px 0;padding:12px 20px;border-radius:6px;\
            background:\(colour(of: word.answer));color:#fff;text-decoration:none">\(XMLText.escaped(word.text))</a>
            """
        }
        return """
            <p>\(buttons.joined(separator: "\n"))</p>
            <p style="font-size:14px"><a href="\(url)">\(url)</a></p>
            """
    }

    /// White on each has a contrast of at least 4.5 (WCAG 2.1, 1.4.3).
    private static func colour(of answer: Answer) -> String {
        switch answer {
        case .safe, .onIt: "#1a7f37"
        case .needHelp: "#b3261e"
        case .falseAlarm: "#57606a"
        }
    }
}
