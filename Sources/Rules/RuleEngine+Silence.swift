public import Registry

// Who has fallen silent. Silence is neither clear nor alarm: it changes no incident and makes a trouble.
extension RuleEngine {
    /// EN 54-25 is said to allow a radio device 300 s.
    static let graceAfterOutage = Duration.seconds(300)

    /// Notes every device that has said nothing for an interval, one record for each block.
    ///
    /// - Parameters:
    ///   - listeningSince: when the hub began to hear; before that, silence is the hub's own.
    ///   - interval: how long a device may be silent.
    public mutating func noteSilence(
        at moment: Instant, listeningSince: Instant, interval: (Device) -> Duration
    ) {
        var silent: [Int] = []
        for index in 0..<deviceCount {
            let state = real.devices[index]
            let longest = interval(device(at: index))
            // Who was due while the hub did not hear gets a little time to speak again, not the whole interval.
            let again = listeningSince + min(longest, Self.graceAfterOutage)
            guard !state.silent, max((state.heardAt ?? listeningSince) + longest, again) <= moment else { continue }
            real.devices[index].silent = true
            silent.append(index)
        }
        guard !silent.isEmpty else { return }
        outcome.devices.append(contentsOf: silent)
        var byBlock = [[Device]](repeating: [], count: estate.blocks.count)
        for device in silent.map(device(at:)) {
            // Never the estate as a whole, which is no device's place.
            if let position = position(ofBlock: device.place.block), byBlock.indices.contains(position) {
                byBlock[position].append(device)
            }
        }
        for devices in byBlock where !devices.isEmpty {
            let interval = devices.map(interval).max() ?? .zero
            outcome.records.append(Narration.silent(devices, interval: interval, at: moment, estate))
        }
    }
}
