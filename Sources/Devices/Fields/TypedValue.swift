import Registry

/// A value that comes with a type of its own, unlike a field of JSON.
enum TypedValue: Sendable {
    case flag(Bool)
    case number(Double)
    case text(String)

    /// The flag that it is; 1 and 0 are flags, too.
    var flag: Bool? {
        switch self {
        case .flag(let value): value
        case .number(1): true
        case .number(0): false
        case .number, .text: nil
        }
    }
}

extension Field {
    /// What a flag says by this row of a table; `nil` for measurements, and for what is no flag.
    func flag(_ value: TypedValue) -> (kind: Reading.Kind, value: Bool)? {
        switch self {
        case .flag(let kind): value.flag.map { (kind, $0) }
        case .inverted(let kind): value.flag.map { (kind, !$0) }
        case .fault:
            switch value {
            case .flag(let isFault): (.fault, isFault)
            case .number(let number): (.fault, number != 0)
            case .text: nil
            }
        // Limits stand in rows of models alone, which see what the decoders leave over.
        case .number, .threshold, .fahrenheit, .batteryVoltage, .lowBatteryVolts, .choice, .object, .unmapped, .nothing:
            nil
        }
    }
}

extension Reading.Kind {
    /// The value of its flag that says that something is up.
    var raised: Bool { self != .contact }
}

/// The typed values of one message, gathered one after the other. Where several say the same flag, the more dangerous
/// one counts.
struct TypedReadings: Sendable {
    var readings = Readings()
    private(set) var unmapped: [UnmappedField] = []

    /// - Parameter name: for what is unmapped, and for the detail of a fault.
    mutating func take(_ field: Field?, _ value: TypedValue, name: @autoclosure () -> String) {
        if let (kind, flag) = field?.flag(value) {
            readings.flag(kind, flag, detail: kind == .fault && flag ? Self.short(name()) : nil)
            return
        }
        switch (field, value) {
        case (.number(let kind, let unit)?, .number(let number)): readings.number(kind, number, unit: unit)
        case (.fahrenheit?, .number(let number)): readings.number(.temperature, Gathering.celsius(number))
        // A level of smoke, or a zone's number: something is up, but nobody knows what.
        case (.flag?, .number(let number)), (.inverted?, .number(let number)), (.unmapped?, .number(let number)):
            if number.isFinite, number != -1, number != 999 { note(name(), "\(number)", isRaised: number != 0) }
        case (.unmapped?, .flag(let flag)): note(name(), "\(flag)", isRaised: flag)
        case (.nothing?, _): break
        case (_, .text(let text)):
            let json = JSON(bareText: Array(text.utf8.prefix(101)))
            let name = name()
            if HazardWords.isHazard(json.root, in: json, named: String(name.prefix(200))) {
                note(name, json.short(json.root), isRaised: HazardWords.isRaised(json.root, in: json, named: name))
            }
        default: break
        }
    }

    /// Notes something that may be a hazard, as only an operator can know.
    mutating func note(_ name: String, _ value: String, isRaised: Bool) {
        let field = UnmappedField(name, value, isRaised: isRaised)
        // Real devices have one or two; a hostile one must not fill the memory.
        if unmapped.count < 16, !unmapped.contains(where: { $0.name == field.name }) { unmapped.append(field) }
    }

    private static func short(_ name: String) -> String {
        name.utf8.count > 100 ? String(name.prefix(50)) + "…" : name
    }
}

/// How many fields of a device say at present that something is up, for each kind: where one of two smoke detectors on
/// one loop is clear again, there still is smoke.
struct RaisedFields: Sendable {
    private var counts: [Reading.Kind: Int] = [:]

    mutating func change(_ kind: Reading.Kind, from before: Bool, to after: Bool) {
        if before != after { counts[kind, default: 0] += after ? 1 : -1 }
    }

    /// - Parameter own: whether the field that asks is still counted as one of them.
    func isRaisedElsewhere(_ kind: Reading.Kind, own: Bool) -> Bool { counts[kind, default: 0] > (own ? 1 : 0) }
}
