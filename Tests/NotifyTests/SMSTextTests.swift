import Notify
import Testing

@Suite struct `A text as an SMS` {
    @Test(arguments: [
        ("", SMSText.Alphabet.gsm7, 0, 0), ("FIRE at 12C", .gsm7, 11, 1),
        (String(repeating: "a", count: 160), .gsm7, 160, 1), (String(repeating: "a", count: 161), .gsm7, 161, 2),
        (String(repeating: "a", count: 306), .gsm7, 306, 2), (String(repeating: "a", count: 307), .gsm7, 307, 3),
        // Each takes an escape as well.
        (String(repeating: "€", count: 80), .gsm7, 160, 1), (String(repeating: "€", count: 81), .gsm7, 162, 2),
        // 76 to a segment, for an escape is not parted from its character.
        (String(repeating: "€", count: 152), .gsm7, 304, 2), (String(repeating: "€", count: 153), .gsm7, 306, 3),
        ("火警", .ucs2, 2, 1), (String(repeating: "火", count: 70), .ucs2, 70, 1),
        (String(repeating: "火", count: 71), .ucs2, 71, 2), (String(repeating: "火", count: 134), .ucs2, 134, 2),
        (String(repeating: "火", count: 135), .ucs2, 135, 3),
        // 33 pairs to a segment.
        (String(repeating: "🔥", count: 35), .ucs2, 70, 1), (String(repeating: "🔥", count: 67), .ucs2, 134, 3),
        ("don’t", .ucs2, 5, 1), ("12\tC", .ucs2, 4, 1),
    ])
    func `is counted as phones count`(_ text: String, _ alphabet: SMSText.Alphabet, _ units: Int, _ segments: Int) {
        let sms = SMSText(text)
        #expect(sms.alphabet == alphabet)
        #expect(sms.units == units)
        #expect(sms.segments == segments)
    }

    @Test(arguments: [
        String(repeating: "a", count: 307), String(repeating: "€", count: 153), String(repeating: "🔥", count: 67), "x",
        "",
    ])
    func `is parted where phones part it`(_ text: String) {
        let sms = SMSText(text)
        #expect(sms.parts.joined() == text && sms.parts.count == max(1, sms.segments))
        for part in sms.parts where sms.segments > 1 {
            #expect(SMSText(part).units <= sms.alphabet.unitsInEach)
        }
    }

    @Test func `tells which characters make it dear`() {
        #expect(SMSText.outsideGSM7("don’t go – 火, don’t") == ["’", "–", "火"])
    }
}
