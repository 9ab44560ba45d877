/// The readings of one message as they are gathered: at most one of each kind.
///
/// Where two fields of a message say the same flag differently, the more dangerous case counts: raised, and for a
/// contact open.
struct Readings {
    private(set) var list: [Reading] = []
    /// Whether a hazard is raised.
    private(set) var hasAlarm = false

    init() { list.reserveCapacity(8) }

    /// - Parameter detail: joins the words of other fields that raise the same flag.
    mutating func flag(_ kind: Reading.Kind, _ value: Bool, detail: String? = nil) {
        if value, kind.isHazard { hasAlarm = true }
        guard let index = list.firstIndex(where: { $0.kind == kind }) else {
            list.append(.flag(kind, value, detail: detail))
            return
        }
        guard value == (kind != .contact) else { return }
        list[index].value = .flag(value)
        guard let detail else { return }
        guard let before = list[index].detail else { return list[index].detail = detail }
        // A device has a handful of faults; a message that repeats one a thousand times must not cost more each time.
        if before.utf8.count < 1000 { list[index].detail = "\(before) | \(detail)" }
    }

    /// The first number of a kind counts. A number that the kind cannot have, such as the marker 999 for "no
    /// temperature", is not a reading.
    mutating func number(_ kind: Reading.Kind, _ value: Double?, unit: String? = nil) {
        guard let value, kind.plausibleNumbers.contains(value), !list.contains(where: { $0.kind == kind }) else {
            return
        }
        list.append(.number(kind, value, unit: unit))
    }

    /// Takes what a table says of a value.
    mutating func take(_ reading: Reading) {
        switch reading.value {
        case .flag(let value): flag(reading.kind, value, detail: reading.detail)
        case .number(let value): number(reading.kind, value, unit: reading.unit)
        case .text: add(reading)
        }
    }

    /// The first reading of a kind that is neither flag nor number.
    mutating func add(_ reading: Reading) {
        if !list.contains(where: { $0.kind == reading.kind }) { list.append(reading) }
    }
}

extension Reading.Kind {
    /// Whether its flag means danger, or a call for help, rather than the state of the device.
    var isHazard: Bool {
        switch self {
        case .smoke, .heat, .co, .gas, .flame, .button, .waterLeak: true
        case .tamper, .fault, .test, .batteryLow, .power, .battery, .batteryVoltage, .temperature, .humidity,
            .smokeDensity, .coPPM, .contact, .motion, .vibration, .tilt, .availability, .signal:
            false
        }
    }

    fileprivate var plausibleNumbers: ClosedRange<Double> {
        switch self {
        case .battery, .humidity: 0...100
        // From a single cell that is flat to a lead battery that is charged. The mains' volts are none, neither as they
        // are nor taken for millivolts.
        case .batteryVoltage: 0.8...15
        case .temperature: -100...500
        case .smokeDensity, .coPPM: 0...1_000_000
        case .signal: -200...255
        case .smoke, .heat, .co, .gas, .flame, .button, .waterLeak, .tamper, .fault, .test, .batteryLow, .power,
            .contact, .motion, .vibration, .tilt, .availability:
            -.greatestFiniteMagnitude...(.greatestFiniteMagnitude)
        }
    }
}
