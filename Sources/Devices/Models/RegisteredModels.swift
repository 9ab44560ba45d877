import Registry

/// The models of an installation, and which of them its devices are, as `devices.csv` says.
struct RegisteredModels: Sendable {
    let models: DeviceModels
    private let registry: EstateRegistry?
    /// By address. Devices of a model that no table has are not among them.
    private let named: [Device.Ecosystem: [String: DeviceModel]]

    init(_ models: DeviceModels, of registry: EstateRegistry? = nil) {
        self.models = models
        self.registry = registry
        var named: [Device.Ecosystem: [String: DeviceModel]] = [:]
        for device in registry?.devices ?? [] {
            guard let name = device.model, let model = models.model(device.ecosystem, named: Array(name.utf8)) else {
                continue
            }
            named[device.ecosystem, default: [:]][device.address] = model
        }
        self.named = named
    }

    /// The model that `devices.csv` names; `nil` where it names none, or one that no table has.
    func model(of ecosystem: Device.Ecosystem, _ address: String) -> DeviceModel? { named[ecosystem]?[address] }

    /// What a report means, given what its device is.
    func applied(to report: Report) -> Report {
        let report = asDeviceOfItsField(report)
        // What the decoder has read by a model's own rows is not read by them again.
        guard let model = model(of: report.ecosystem, report.address), model.name != report.model else { return report }
        return model.applied(to: report)
    }

    /// A message about one field alone is of the device that is registered for that field or its value, if there is one:
    /// a zone of a panel, an input of a relay, a code of a radio bridge: `tasmota_rf/RfReceived/0x7028D2`. That a
    /// registered code is heard at all is its alarm.
    private func asDeviceOfItsField(_ report: Report) -> Report {
        guard let registry, report.readings.isEmpty, report.unmapped.count == 1 else { return report }
        var report = report
        let field = report.unmapped[0]
        let isRegistered = { (address: String) in
            registry.position(of: report.ecosystem, address: address) != nil
        }
        let own = "\(report.address)/\(field.name)"
        if isRegistered("\(own)/\(field.value)") {
            report.address = "\(own)/\(field.value)"
        } else if isRegistered(own) {
            report.address = own
        } else if !isRegistered(report.address) {
            return report
        }
        if !field.value.isEmpty, report.address.hasSuffix("/\(field.value)") { report.unmapped[0].isRaised = true }
        return report
    }
}
