import Registry

// Who has fallen silent, as supervision has found. Silence is neither clear nor alarm: it changes no incident.
extension RuleEngine {
    /// Remembers that devices are past their contracts, or are heard again: rules ask it of the block's own alarm.
    public mutating func note(silent: Bool, devices indices: [Int]) {
        for index in indices where index < deviceCount && real.devices[index].silent != silent {
            real.devices[index].silent = silent
            outcome.devices.append(index)
            if device(at: index).kind == .buildingAlarm { noteBell(at: index) }
        }
    }
}
