public import Registry

// Who has fallen silent. Silence is neither clear nor alarm: it changes no incident and makes a trouble.
extension RuleEngine {
    /// Notes every device that has said nothing for an interval, one record for each block.
    ///
    /// - Parameter listeningSince: when the hub began to hear; before that, silence is the hub's own.
    public mutating func noteSilence(at moment: Instant, interval: Duration, listeningSince: Instant) {
        var silent: [Int] = []
        for index in 0..<deviceCount {
            let state = real.devices[index]
            guard !state.silent, max(state.heardAt ?? listeningSince, listeningSince) + interval <= moment else {
                continue
            }
            real.devices[index].silent = true
            silent.append(index)
        }
        guard !silent.isEmpty else { return }
        outcome.devices.append(contentsOf: silent)
        for block in estate.blocks {
            let devices = silent.map(device(at:)).filter { $0.place.block == block.id }
            guard !devices.isEmpty else { continue }
            outcome.records.append(Narration.silent(devices, interval: interval, at: moment, estate))
        }
    }
}
