extension DeviceModels {
    /// What a device that nobody has registered means by what it says, if its messages name its model and a table has it:
    /// the smoke of a heat alarm is heat.
    ///
    /// - Returns: in the order of ``Reading/Kind``; `nil` if no table has the model, or its decoder goes by the table already.
    func meaning(of device: QuarantinedDevice) -> [Reading.Kind]? {
        guard !Self.naming.contains(device.ecosystem), let name = device.model,
            let model = model(device.ecosystem, named: Array(name.utf8))
        else { return nil }
        // What it could have said, for only the kinds are kept.
        let readings = device.kinds.map { kind in
            switch kind.shape {
            case .flag: Reading.flag(kind, true)
            case .number: Reading.number(kind, 1)
            case .text: Reading.availability(online: true)
            }
        }
        let unmapped = device.unmapped.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return UnmappedField(String(parts[0]), parts.count > 1 ? String(parts[1]) : "", isRaised: true)
        }
        let report = Report(
            ecosystem: device.ecosystem, address: device.address, readings: readings,
            unmapped: unmapped.map { [$0] } ?? [])
        let meant = Set(model.applied(to: report).readings.map(\.kind))
        return Reading.Kind.allCases.filter(meant.contains)
    }
}
