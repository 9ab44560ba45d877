public import Registry
public import Rules
import Store

/// One device as the hub knows it.
public struct DeviceReport: Sendable {
    public var device: Device
    /// `nil` if it has never been heard: unknown, neither clear nor alarm.
    public var state: DeviceState?
    /// What keeps its alarms back, or has it under test.
    public var disablements: [Disablement]
}

extension HubService {
    /// Every device of the registry, in its order.
    ///
    /// - Throws: if hub.sqlite cannot be read.
    public func devices() throws -> [DeviceReport] {
        let states = try database?.deviceStates() ?? [:]
        let disablements = board.now.disablements
        return configuration.registry.devices.map { device in
            DeviceReport(
                device: device, state: states[device.id],
                disablements: disablements.filter { $0.scope.covers(device) })
        }
    }
}
