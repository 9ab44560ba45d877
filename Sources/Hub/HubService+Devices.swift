public import Devices
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
    /// What it has promised.
    public var contract: Contract
    /// What supervision has learnt of it, as of the last checkpoint; `nil` if it has never been heard.
    public var supervision: SupervisionRecord?
    public var standing: Supervisor.Standing?
}

extension HubService {
    /// Every device of the registry, in its order.
    ///
    /// - Throws: if hub.sqlite cannot be read.
    public func devices() throws -> [DeviceReport] {
        let states = try database?.deviceStates() ?? [:]
        let records = try database?.supervisionRecords() ?? [:]
        let tally = board.now
        let contracts = configuration.settings.supervision.contracts
        return configuration.registry.devices.enumerated().map { index, device in
            DeviceReport(
                device: device, state: states[device.id],
                disablements: tally.disablements.filter { $0.scope.covers(device) },
                contract: contracts.contract(of: device), supervision: records[device.id],
                standing: tally.standings.indices.contains(index) ? tally.standings[index] : nil)
        }
    }
}
