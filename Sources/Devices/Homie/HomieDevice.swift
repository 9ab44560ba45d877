import Registry

/// What a device has said that it is, and which of its properties and alerts are raised.
struct HomieDevice: Sized {
    /// The root of the tree that it belongs to; `nil` for a root.
    var root: String?
    var hasChildren = false
    /// By `<node>/<property>`.
    private(set) var properties: [String: HomieProperty] = [:]
    private(set) var raised = RaisedFields()
    private var alerts: Set<String> = []
    private var isInAlert = false
    /// Of the description, to recognise it.
    var digest: UInt64 = 0

    static let propertiesMax = 1024
    static let nameBytesMax = 256
    private static let alertsMax = 64

    /// About how much memory it takes.
    private(set) var bytes = 256

    mutating func set(_ property: HomieProperty, _ name: String) {
        if let before = properties[name] {
            change(before, from: before.isRaised, to: false)
        } else {
            bytes += name.utf8.count + 160
        }
        properties[name] = property
        change(property, from: false, to: property.isRaised)
    }

    mutating func remove(_ name: String) {
        guard let before = properties.removeValue(forKey: name) else { return }
        change(before, from: before.isRaised, to: false)
        bytes -= name.utf8.count + 160
    }

    /// Takes over what was raised before it described itself anew.
    mutating func continueFrom(_ former: HomieDevice) {
        for name in properties.keys.sorted() {
            guard var property = properties[name], let before = former.properties[name] else { continue }
            property.isRaised = before.isRaised && before.field?.kind == property.field?.kind
            set(property, name)
        }
        for alert in former.alerts { note(alert: alert, isOpen: true) }
    }

    /// Notes what a property says now.
    mutating func note(_ payload: [UInt8], of name: String) {
        guard var property = properties[name], let value = property.value(payload),
            let (kind, flag) = property.field?.flag(value)
        else { return }
        let isRaised = flag == kind.raised
        guard isRaised != property.isRaised else { return }
        raised.change(kind, from: property.isRaised, to: isRaised)
        property.isRaised = isRaised
        properties[name] = property
    }

    mutating func note(alert: String, isOpen: Bool) {
        if isOpen {
            guard alerts.count < Self.alertsMax, alert.utf8.count <= Self.nameBytesMax,
                alerts.insert(alert).inserted
            else { return }
            bytes += alert.utf8.count + 64
        } else {
            guard alerts.remove(alert) != nil else { return }
            bytes -= alert.utf8.count + 64
        }
        raised.change(.fault, from: !isOpen, to: isOpen)
    }

    /// Of version 4, where it is a state.
    mutating func note(isInAlert: Bool) {
        raised.change(.fault, from: self.isInAlert, to: isInAlert)
        self.isInAlert = isInAlert
    }

    func isOpen(_ alert: String) -> Bool { alerts.contains(alert) }

    var isStateAlert: Bool { isInAlert }

    private mutating func change(_ property: HomieProperty, from before: Bool, to after: Bool) {
        if let kind = property.field?.kind { raised.change(kind, from: before, to: after) }
    }
}

/// A property, and what it means.
struct HomieProperty: Sendable {
    enum Datatype: Sendable { case boolean, number, text }

    /// Of version 4, where either may come first.
    var datatype: Datatype?
    var unit: String?
    var isSettable = false
    private(set) var field: Field?
    var isRaised = false

    static let datatypes = KeyTable<Datatype>([
        ("boolean", .boolean), ("integer", .number), ("float", .number), ("string", .text), ("enum", .text),
        ("color", .text), ("datetime", .text), ("duration", .text), ("json", .text),
    ])

    /// Finds out what it means.
    ///
    /// - Parameter name: `<node>/<property>`.
    mutating func understand(_ name: String) {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let datatype else {
            field = nil
            return
        }
        switch datatype {
        case .boolean: field = NamedField.flag(parts[1], in: parts[0])
        case .number: field = NamedField.number(parts[1], in: parts[0], unit: unit)
        case .text: field = nil
        }
        // What can be set is an output, whatever its name.
        if isSettable, datatype != .text, let kind = field?.kind { field = kind.isHazard ? .unmapped : .nothing }
    }

    /// The payload by its datatype; `nil` if it is none of that.
    func value(_ payload: [UInt8]) -> TypedValue? {
        switch datatype {
        case .boolean?: Self.booleans[payload.span].map(TypedValue.flag)
        case .number?:
            // Homie has no "nan", and no blanks.
            JSON(bareText: payload).rootNumber.map(TypedValue.number)
        case .text?, nil: .text(String(decoding: payload.prefix(200), as: UTF8.self))
        }
    }

    private static let booleans = KeyTable([("true", true), ("false", false)])
}

extension JSON {
    fileprivate var rootNumber: Double? { number(of: root) }
}

extension Field {
    /// The kind of a flag.
    var kind: Reading.Kind? {
        switch self {
        case .flag(let kind), .inverted(let kind): kind
        case .fault: .fault
        case .number, .threshold, .fahrenheit, .batteryVoltage, .lowBatteryVolts, .choice, .object, .unmapped, .nothing:
            nil
        }
    }
}
