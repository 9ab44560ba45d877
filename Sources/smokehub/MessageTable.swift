import Foundation
import Notify
import Registry
import Rules

/// Texts as a table: one line each, the text last, for no terminal aligns what stands behind Chinese or Urdu.
struct MessageTable {
    let text: String

    /// - Parameter cost: of one segment; `nil` for no such column.
    init(_ previews: [MessagePreview], cost: Double?) {
        let heading =
            ["", "language", "hazard", "stage", "position", "channel", "alphabet", "units", "SMS"]
            + (cost == nil ? [] : ["cost"]) + ["text"]
        let rows = [heading] + previews.map { Self.cells(of: $0, cost) }
        let misfits = previews.count { !$0.fits }
        let verdict =
            misfits == 0
            ? "\(previews.count) texts; every first message of a fire fits one SMS."
            : "\(previews.count) texts; \(misfits) marked '!' must fit one SMS and do not."
        text = (TextTable(rows).lines + [verdict]).joined(separator: "\n") + "\n"
    }

    private static func cells(of preview: MessagePreview, _ cost: Double?) -> [String] {
        let sms = preview.sms
        let price = cost.map { preview.channel == .sms ? Self.price($0 * Double(sms.segments)) : "-" }
        return [
            preview.fits ? "" : "!", preview.language.tag, preview.hazard.rawValue, preview.stage.rawValue,
            preview.position.rawValue, preview.channel.rawValue, sms.alphabet.rawValue, "\(sms.units)",
            "\(sms.segments)",
        ] + [price].compactMap { $0 } + [sms.text]
    }

    /// With as many decimals as it has, from two to four.
    private static func price(_ amount: Double) -> String {
        var text = String(format: "%.4f", amount)
        for _ in 0..<2 where text.hasSuffix("0") { text.removeLast() }
        return text
    }
}
