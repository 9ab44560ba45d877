import Devices
import Foundation
import Notify
import Registry

extension HubSettings {
    /// `channels.siren`: how a siren sounds. A contact is `siren:<device id>`.
    public struct Siren: Hashable, Sendable {
        public var enabled = true
        /// The sound. Zigbee2MQTT's names; some devices know only some of them.
        public var mode = Mode.emergency
        public var level = Level.veryHigh
        /// How long it sounds unless it is told again, `1s...30m`.
        ///
        /// Too short, and a sleeper misses it; too long, and a siren that cannot be reached any more goes on.
        public var duration = Duration.seconds(180)

        public enum Mode: String, Hashable, Sendable, CaseIterable {
            case burglar, fire, emergency
            case policePanic = "police_panic"
            case firePanic = "fire_panic"
            case emergencyPanic = "emergency_panic"
        }

        public enum Level: String, Hashable, Sendable, CaseIterable {
            case low, medium, high
            case veryHigh = "very_high"
        }
    }
}

extension HubSettings.Siren: ChannelSettings {
    static var key: String { "siren" }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "mode", "level", "duration"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("mode", into: &mode, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("level", into: &level, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("duration", into: &duration, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(1) ... .seconds(1800))
        }
    }

    func reaches(
        _ address: String, over channel: String, _ registry: EstateRegistry
    ) throws(AddressMistake) -> Bool {
        guard let device = registry.device(address) else {
            let sirens = registry.devices.filter { $0.kind == .siren }.map(\.id)
            let nearest = Spelling.nearest(to: address, in: sirens)
            throw AddressMistake(
                problem: "no siren '\(address)' in devices.csv",
                mend: nearest.map { "write '\($0)', or add the siren" } ?? "add the siren, or write another one's id")
        }
        guard device.kind == .siren else {
            throw AddressMistake(
                problem: "'\(address)' is no siren but of kind \(device.kind.rawValue)",
                mend: "write the id of a siren")
        }
        guard SirenChannel.canTell(device) else {
            let known = SirenChannel.ecosystems.map(\.rawValue).joined(separator: ", ")
            throw AddressMistake(
                problem: device.ecosystem == .tasmota
                    ? "a Zigbee device behind Tasmota cannot be told to sound"
                    : "sirens of the ecosystem \(device.ecosystem.rawValue) cannot be told to sound",
                mend: "write the id of a siren of \(known)")
        }
        return enabled
    }

    func channels(_ parts: ChannelParts) -> [String: any Channel] {
        var settings = SirenChannel.Settings()
        settings.evacuation = duration
        settings.zigbee2mqttMode = mode.rawValue
        settings.zigbee2mqttLevel = level.rawValue
        settings.zigbee2mqttBases = parts.settings.zigbee2MQTTBaseTopics
        settings.tasmotaCommand = parts.settings.ecosystems.tasmotaCommand
        settings.shellyGen1Prefixes = parts.settings.ecosystems.prefixes(of: .shellyGen1)
        return [
            SirenChannel.name: SirenChannel(
                settings, directory: parts.directory, announced: parts.announcedSiren, publish: parts.publish)
        ]
    }
}

extension SirenChannel.Announced {
    init(_ siren: AnnouncedSiren) {
        let form: Form =
            switch siren.form {
            case .object: .object(duration: siren.takesDuration, volume: siren.takesVolume, tones: siren.tones)
            case .bare: .bare
            case .unknown: .unknown
            }
        self.init(topic: siren.topic, form: form, on: siren.on, off: siren.off)
    }
}
