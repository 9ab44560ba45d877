import ArgumentParser
import Hub
import Registry
import Rules

/// Finds what is wrong in a configuration before the night in which it would matter.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Is this configuration right?",
        discussion: """
            Reads hub.yaml, estate.yaml, devices.csv, residents.csv, rules.yaml, models.yaml and messages/, and says for every \
            mistake where it stands, what is wrong, and what to write instead: unknown keys, a device in a flat that \
            does not exist, two devices with one address, a detector that no rule reads, a resident whom no channel \
            reaches, a first message of a fire that is longer than one SMS, a window or count that can never be met.

            What would be reached while the internet is dead is said as well: by sirens over a broker in the house, by a \
            modem, and by what stands at an address of the house; --verbose lists the flats that are left out.

            EXAMPLES
              smokehub check
              smokehub check --config /etc/smokehub

            Flats in which nobody is registered and no siren stands, and ecosystems that the hub does not listen to, are \
            notes and no mistake; nor are people whose data stand in plain text, or who have moved out.

            EXIT STATUS
              0 nothing is wrong, 2 something is; each mistake is a line on standard error.
            """)

    @OptionGroup var files: ConfigOption
    @Flag(help: "List the flats that nothing would reach without the internet.") var verbose = false

    func run() async throws {
        try await refusing {
            let configuration = try HubConfiguration.check(files.config)
            let registry = configuration.registry
            Line.out(
                "Good: estate '\(registry.estate.id)' with \(registry.estate.blocks.count) blocks, "
                    + "\(registry.devices.count) devices, \(registry.residents.count) people, "
                    + "\(configuration.rules.rules.count) rules.")
            let silent = configuration.unheardEcosystems.map(\.rawValue)
            if !silent.isEmpty { Line.out("Note: \(UnknownDevices.notListening(to: silent))") }
            notePeople(configuration)
            let unheard = configuration.unheardFlats.filter { $0.flats > 0 }
            if !unheard.isEmpty {
                let blocks = unheard.map { "\($0.flats) of \($0.of) in block \($0.block)" }.joined(separator: ", ")
                Line.out(
                    "Note: nobody is registered and no siren stands in some flats, so nobody there is told: \(blocks).")
            }
            Line.out("Without the internet:")
            let there = configuration.without(leftAt: HubClock().now())
            for block in there.reachWithoutInternet.blocks {
                Line.out("  block \(block.block): \(block.sentence)")
                guard verbose, !block.left.isEmpty else { continue }
                Line.out("    not reached:")
                for floor in block.leftByFloor { Line.out("      \(floor)") }
            }
        }
    }

    private func notePeople(_ configuration: HubConfiguration) {
        let registry = configuration.registry
        let plain = registry.unsealed.count
        if plain > 0 {
            let how =
                configuration.settings.personalData.seal == nil
                ? "set personal-data.key in hub.yaml and run 'smokehub residents seal'"
                : "run 'smokehub residents seal'"
            Line.out("Note: names and contacts of \(plain) people stand unencrypted in residents.csv; \(how).")
        }
        let left = configuration.left(at: HubClock().now()).map(\.id)
        if !left.isEmpty {
            Line.out(
                "Note: \(left.prefix(5).joined(separator: ", "))\(left.count > 5 ? " and \(left.count - 5) more" : "") "
                    + "have moved out; 'smokehub residents forget --expired' deletes what is known of them.")
        }
    }
}
