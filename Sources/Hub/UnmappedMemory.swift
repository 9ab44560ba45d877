import Devices
import Registry

/// Which unmapped fields have been told lately. Bounded: when it is full, it forgets, and tells again.
struct UnmappedMemory {
    private var devices: [String: [Told]] = [:]

    private struct Told {
        var field: String
        /// Set while it is raised and has been told as an alarm.
        var alarmAt: Instant?
        var lineAt: Instant?
    }

    enum News { case alarm, line }

    static let devicesMax = 10_000
    /// Real devices have one or two. What further ones a device has counts as one.
    static let fieldsMax = 16
    static let alarmAgain = Duration.seconds(3600)
    static let lineAgain = Duration.seconds(86_400)

    /// What is to be told of a field; `nil` while it has been.
    ///
    /// - Parameters:
    ///   - device: its ecosystem and address.
    ///   - isLive: whether it is said now, rather than kept by the broker.
    mutating func news(of field: UnmappedField, device: String, isLive: Bool, at moment: Instant) -> News? {
        let device = device.shortened
        if devices[device] == nil, devices.count >= Self.devicesMax { devices.removeAll() }
        var fields = devices[device] ?? []
        defer { devices[device] = fields }
        let index = Self.index(of: field.name, in: &fields)
        if !field.isRaised, isLive { fields[index].alarmAt = nil }
        if field.isRaised, isLive {
            if let told = fields[index].alarmAt, moment < told + Self.alarmAgain { return nil }
            fields[index].alarmAt = moment
            fields[index].lineAt = moment
            return .alarm
        }
        if let told = fields[index].lineAt, moment < told + Self.lineAgain { return nil }
        fields[index].lineAt = moment
        return .line
    }

    private static func index(of name: String, in fields: inout [Told]) -> Int {
        let isFull = fields.count >= fieldsMax
        if let index = fields.firstIndex(where: { $0.field == name }) { return index }
        if isFull { return fieldsMax - 1 }
        fields.append(Told(field: name))
        return fields.count - 1
    }
}
