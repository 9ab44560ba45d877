/// A text as a terminal shows it: how wide it is, and what of it must not get there.
extension String {
    /// In terminal columns: two for East Asian wide characters and emoji, none for what joins the character before.
    package var columns: Int {
        reduce(0) { $0 + $1.columns }
    }

    /// Filled with spaces up to a width; a wider text stays as it is.
    package func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - columns))
    }

    /// Without what could move the cursor, recolour the screen or turn the text around: names of devices come from
    /// outside, and a log must show what is in it.
    package var harmless: String {
        var harmless = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch (scalar.properties.generalCategory, scalar) {
            case (_, "\n"), (_, "\t"), (.lineSeparator, _), (.paragraphSeparator, _): harmless.append(" ")
            case (.control, _), (_, "\u{202A}"..."\u{202E}"), (_, "\u{2066}"..."\u{2069}"): harmless.append("\u{FFFD}")
            default: harmless.append(scalar)
            }
        }
        return String(harmless)
    }
}

extension Character {
    fileprivate var columns: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if unicodeScalars.contains("\u{FE0F}") || first.properties.isEmojiPresentation { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return Self.wide.contains { $0.contains(first.value) } ? 2 : 1
        }
    }

    /// Unicode 16.0, EastAsianWidth.txt: the ranges of W and F, without emoji and small gaps.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4C6,
        0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]
}
