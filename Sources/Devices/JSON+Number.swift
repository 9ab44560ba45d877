extension JSON {
    /// The number, also one that is written as a text, such as `"80.00"`. `nil` for anything else, and for a number
    /// that no `Double` holds.
    package func number(of node: Node) -> Double? {
        guard node.kind == .number || node.kind == .text, !node.text.isEmpty,
            Self.endOfNumber(in: bytes.span, from: node.text.lowerBound) == node.text.upperBound
        else { return nil }
        return double(node.text)
    }

    /// The whole number that is not negative, digit by digit; `nil` for anything else, a text among it.
    package func wholeNumber(of node: Node) -> UInt64? {
        guard node.kind == .number else { return nil }
        var value: UInt64 = 0
        for index in node.text {
            guard let digit = Self.decimal(bytes[index]) else { return nil }
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) = product.addingReportingOverflow(digit)
            guard !isTooLarge, !isStillTooLarge else { return nil }
            value = sum
        }
        return value
    }

    /// Where the number that starts here ends; `nil` if there is none. RFC 8259, section 6.
    static func endOfNumber(in bytes: Span<UInt8>, from start: Int) -> Int? {
        var position = start
        func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }
        func skipDigits() -> Bool {
            let first = position
            while let byte = peek(), decimal(byte) != nil { position += 1 }
            return position > first
        }
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") { position += 1 } else if !skipDigits() { return nil }
        if peek() == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() else { return nil }
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() else { return nil }
        }
        return position
    }

    private func double(_ range: Range<Int>) -> Double? {
        if let short = shortDecimal(range) { return short }
        guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// A number without exponent and of at most 15 digits. Those and the power of ten are exact in a `Double`, so one
    /// division rounds correctly (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
    private func shortDecimal(_ range: Range<Int>) -> Double? {
        guard range.count <= 16 else { return nil }
        var mantissa: UInt64 = 0
        var divisor = 1.0
        var isFraction = false
        var isNegative = false
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case let byte:
                guard let digit = Self.decimal(byte) else { return nil }
                mantissa = mantissa * 10 + digit
                if isFraction { divisor *= 10 }
            }
        }
        guard mantissa < 1 << 53 else { return nil }
        return (isNegative ? -Double(mantissa) : Double(mantissa)) / divisor
    }

    private static func decimal(_ byte: UInt8) -> UInt64? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? UInt64(value) : nil
    }
}
