public import Registry

/// The project's own devices.
///
/// Topics (``NativeTopic``): `estate/<estate>/block/<block>/[floor/<floor>/](flat/<flat>|area/<area>)/device/<device>/`
/// and then
///
/// - `status`: `online` or `offline`, the device's last will, retained. An empty payload (the broker's way to forget a
///   retained message) says nothing.
/// - `event`: a JSON object, for alarms and heartbeats alike:
///   `{"type":"smoke","state":"alarm","value":0.12,"unit":"dB/m","battery":87,"seq":1234,"ts":"2026-11-22T15:45:37Z"}`
/// - anything else: commands, housekeeping.
///
/// | key | what it says |
/// | --- | --- |
/// | `type` | required: what the device reports on, a `Reading.Kind` but `availability` |
/// | `state` | required: one of the five below |
/// | `value`, `unit` | what was measured: `smoke`: the density; `co`: ppm; `heat`: °C or °F; a measurement: itself |
/// | `detail` | words for a fault |
/// | `seq` | the device's counter, a whole number |
/// | `ts` | the device's time, RFC 3339 with a zone |
/// | `battery` `battery_voltage` `temperature` `humidity` `co_ppm` `rssi` | numbers: %, V, °C, %, ppm, dBm |
/// | a flag's kind (`test`, `battery_low`, `tamper`, `co` …) | true or false: that reading beside the type's own |
///
/// | `state` | what it says |
/// | --- | --- |
/// | `alarm` | the type's flag is raised (for `contact`: it is open) |
/// | `clear` | the type's flag is not raised; nothing else |
/// | `ok` | the type's flag is not raised, and there is neither a fault nor a test |
/// | `test` | a test; nothing about the type |
/// | `fault` | a fault; nothing about the type |
///
/// An `alarm` of a type that is a measurement (`temperature`) tells no hazard by itself and is reported as unmapped.
/// If a key occurs twice, the more dangerous flag or state counts (alarm, fault, test, clear, ok), else the first one.
/// Numbers, `seq` and `ts` that make no sense are left out. `type`, `state` or a flag that makes no sense is
/// ``Malformed``, but never if the same message raises a hazard: then the rest counts.
public struct NativeDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.native
    public let topicFilters: [String]
    private let estate: String?

    /// - Parameter estate: whose devices to hear; `nil` for those of every estate on the broker.
    public init(estate: String? = nil) {
        self.estate = estate
        topicFilters = ["estate/\(estate ?? "+")/block/#"]
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        guard let topic = try NativeTopic(message.topic), estate == nil || topic.estate == estate else { return nil }
        switch topic.channel {
        case .status: return try status(message.payload, of: topic)
        case .event: return try event(message.payload, of: topic)
        }
    }

    private func status(_ payload: [UInt8], of topic: NativeTopic) throws(Malformed) -> Report? {
        guard !payload.isEmpty else { return nil }
        guard let isOnline = availabilityTexts[payload.span] else {
            let text = JSON(bareText: payload)
            throw Malformed("status \(text.excerpt(text.root)): expected online or offline", address: topic.device)
        }
        return Report(
            ecosystem: ecosystem, address: topic.device, readings: [.availability(online: isOnline)],
            place: topic.place)
    }

    private func event(_ payload: [UInt8], of topic: NativeTopic) throws(Malformed) -> Report {
        do {
            var event = NativeEvent(try JSON(payload))
            let readings = try event.readings()
            return Report(
                ecosystem: ecosystem, address: topic.device, readings: readings, deviceTime: event.time,
                sequence: event.sequence, place: topic.place, unmapped: event.unmapped)
        } catch {
            throw Malformed(error.description, address: topic.device)
        }
    }
}

let availabilityTexts = KeyTable([("online", true), ("offline", false)])
/// The same for last wills of which versions differ in the first letter.
let lastWillTexts = KeyTable([("online", true), ("offline", false), ("Online", true), ("Offline", false)])

/// The members of one event, gathered in one pass.
private struct NativeEvent {
    private(set) var time: Instant?
    private(set) var sequence: UInt64?
    private(set) var unmapped: [UnmappedField] = []

    private let json: JSON
    private var type: JSON.Node?
    private var state: State?
    private var value: JSON.Node?
    private var unit: JSON.Node?
    private var detail: JSON.Node?
    private var gathered = Readings()
    /// The first field that makes no sense.
    private var problem: Malformed?

    init(_ json: JSON) {
        self.json = json
    }

    private enum State: Int {
        // From harmless to dangerous.
        case ok, clear, test, fault, alarm
    }

    private enum Key {
        case type, state, value, unit, detail, sequence, time
        case flag(Reading.Kind)
        case number(Reading.Kind)
    }

    mutating func readings() throws(Malformed) -> [Reading] {
        guard json.root.kind == .object else {
            throw Malformed("expected a JSON object such as {\"type\":\"smoke\",\"state\":\"clear\"}")
        }
        for member in json.children(of: json.root) {
            guard let key = json.find(name: member, in: Self.keys) else { continue }
            take(key, member)
        }
        addType()
        if let problem, !gathered.hasAlarm { throw problem }
        return gathered.list
    }

    private mutating func take(_ key: Key, _ member: JSON.Node) {
        switch key {
        case .type: type = type ?? member
        case .state: takeState(member)
        case .value: value = value ?? member
        case .unit: unit = unit ?? member
        case .detail: detail = detail ?? member
        case .sequence: sequence = sequence ?? json.wholeNumber(of: member)
        case .time:
            if time == nil { time = json.instant(of: member) }
        case .number(let kind):
            gathered.number(kind, json.number(of: member), unit: kind == .signal ? "dBm" : nil)
        case .flag(let kind):
            switch json.flag(of: member) {
            case .value(let flag): gathered.flag(kind, flag)
            case .unknown: break
            case .notUnderstood: note("\(json.name(of: member)) \(json.excerpt(member)): expected true or false")
            }
        }
    }

    private mutating func takeState(_ member: JSON.Node) {
        guard let found = json.find(text: member, in: Self.states) else {
            return note("state \(json.excerpt(member)): expected one of alarm, clear, test, fault, ok")
        }
        if found.rawValue > state?.rawValue ?? -1 { state = found }
    }

    private mutating func note(_ problem: String) {
        self.problem = self.problem ?? Malformed(problem)
    }

    private mutating func addType() {
        guard let type else { return note("type is missing: expected one of \(Self.kindNames)") }
        guard let kind = json.find(text: type, in: Self.kinds) else {
            return note("type \(json.excerpt(type)): expected one of \(Self.kindNames)")
        }
        if let state {
            add(state, of: kind)
        } else {
            note("state is missing: expected alarm, clear, test, fault or ok")
        }
        addValue(of: kind)
    }

    private mutating func add(_ state: State, of kind: Reading.Kind) {
        let isMeasurement = Self.measurements.contains(kind)
        let words = detail.flatMap { json.words(of: $0) }
        switch state {
        case .alarm where isMeasurement: unmapped.append(UnmappedField(kind.rawValue, "alarm", isRaised: true))
        case .alarm: gathered.flag(kind, kind != .contact, detail: kind == .fault ? words : nil)
        case .test: gathered.flag(.test, true)
        case .fault: gathered.flag(.fault, true, detail: words)
        case .clear, .ok:
            if !isMeasurement { gathered.flag(kind, kind == .contact) }
            if state == .ok {
                gathered.flag(.fault, false)
                gathered.flag(.test, false)
            }
        }
    }

    private mutating func addValue(of kind: Reading.Kind) {
        guard let value, let number = json.number(of: value) else { return }
        let unit = unit.flatMap { json.words(of: $0) }
        switch kind {
        case .smoke, .smokeDensity: gathered.number(.smokeDensity, number, unit: unit)
        case .co, .coPPM: if unit == nil || unit == "ppm" { gathered.number(.coPPM, number) }
        case .heat, .temperature: gathered.number(.temperature, Self.celsius(number, unit))
        case .battery, .batteryVoltage, .humidity: gathered.number(kind, number)
        case .signal: gathered.number(.signal, number, unit: unit ?? "dBm")
        case .gas, .flame, .button, .waterLeak, .tamper, .fault, .test, .batteryLow, .power, .contact, .motion,
            .vibration, .tilt, .availability:
            break
        }
    }

    private static func celsius(_ number: Double, _ unit: String?) -> Double? {
        switch unit {
        case nil, "°C", "C", "Cel": number
        case "°F", "F": (number - 32) / 1.8
        default: nil
        }
    }

    private static let states = KeyTable<State>([
        ("alarm", .alarm), ("clear", .clear), ("test", .test), ("fault", .fault), ("ok", .ok),
    ])
    private static let measurements: [Reading.Kind] = [
        .battery, .batteryVoltage, .temperature, .humidity, .smokeDensity, .coPPM, .signal,
    ]
    private static let typeKinds = Reading.Kind.allCases.filter { $0 != .availability }
    private static let kinds = KeyTable(typeKinds.map { ($0.rawValue, $0) })
    private static let kindNames = typeKinds.map(\.rawValue).joined(separator: ", ")
    private static let keys = KeyTable<Key>(
        [
            ("type", .type), ("state", .state), ("value", .value), ("unit", .unit), ("detail", .detail),
            ("seq", .sequence), ("ts", .time), ("battery", .number(.battery)),
            ("battery_voltage", .number(.batteryVoltage)),
            ("temperature", .number(.temperature)), ("humidity", .number(.humidity)), ("co_ppm", .number(.coPPM)),
            ("rssi", .number(.signal)),
        ] + typeKinds.filter { !measurements.contains($0) }.map { ($0.rawValue, .flag($0)) })
}
