internal import Sparkplug

/// Sparkplug 3.0.0, section 6.4.16, "Data Types".
private enum Datatype {
    static let int8: UInt32 = 1
    static let int16: UInt32 = 2
    static let int32: UInt32 = 3
    static let int64: UInt32 = 4
    static let uint64: UInt32 = 8
    static let double: UInt32 = 10
    static let boolean: UInt32 = 11
    static let string: UInt32 = 12
    static let text: UInt32 = 14
}

extension SparkplugMetric {
    enum Shape { case flag, number, text, other }

    /// By its datatype, or else by how its value is carried.
    var shape: Shape {
        switch hasDatatype ? datatype : 0 {
        case Datatype.boolean: return .flag
        case Datatype.int8...Datatype.double: return .number
        case Datatype.string, Datatype.text: return .text
        case 0: break
        default: return .other
        }
        switch value {
        case .booleanValue?: return .flag
        case .intValue?, .longValue?, .floatValue?, .doubleValue?: return .number
        case .stringValue?: return .text
        case nil: return .other
        }
    }

    /// Whether it says how things are now: neither null nor of the past.
    var isLive: Bool { !isNull && !isHistorical && value != nil }

    /// The value by its datatype; `nil` for none, and for an integer of which nobody knows whether it has a sign.
    ///
    /// - Parameter announced: the datatype that the birth gave, for a later message may leave it out; 0 if unknown.
    func value(_ announced: UInt32) -> TypedValue? {
        let type = hasDatatype && datatype != 0 ? datatype : announced
        switch value {
        case .booleanValue(let flag)?: return .flag(flag)
        case .floatValue(let number)?: return number.isFinite ? .number(Double(number)) : nil
        case .doubleValue(let number)?: return number.isFinite ? .number(number) : nil
        case .stringValue(let text)?: return .text(text)
        case .intValue(let bits)?: return Self.number(UInt64(bits), type, isSigned: bits > Int32.max)
        case .longValue(let bits)?: return Self.number(bits, type, isSigned: bits > Int64.max)
        case nil: return nil
        }
    }

    /// Negative numbers are carried as two's complement in a field without a sign.
    private static func number(_ bits: UInt64, _ type: UInt32, isSigned mayBeNegative: Bool) -> TypedValue? {
        switch type {
        case Datatype.int8: .number(Double(Int8(truncatingIfNeeded: bits)))
        case Datatype.int16: .number(Double(Int16(truncatingIfNeeded: bits)))
        case Datatype.int32: .number(Double(Int32(truncatingIfNeeded: bits)))
        case Datatype.int64: .number(Double(Int64(bitPattern: bits)))
        case Datatype.int64 + 1...Datatype.uint64: .number(Double(bits))
        case Datatype.boolean: bits <= 1 ? .flag(bits == 1) : nil
        default: mayBeNegative ? nil : .number(Double(bits))
        }
    }

    /// The quality, where it is not good: 0 is bad, 500 stale (section 6.4.12). What it says then counts for nothing.
    var poorQuality: UInt32? {
        guard hasProperties, let index = properties.keys.firstIndex(of: "Quality"), index < properties.values.count,
            case .intValue(let quality)? = properties.values[index].value, quality != 192
        else { return nil }
        return quality
    }

    /// The unit, as the property that most gateways have for it tells.
    var unit: String? {
        guard hasProperties else { return nil }
        let units = ["engUnit", "Engineering Units", "unit"]
        guard let index = properties.keys.firstIndex(where: units.contains), index < properties.values.count,
            case .stringValue(let unit)? = properties.values[index].value, !unit.isEmpty
        else { return nil }
        return String(unit.prefix(32))
    }
}
