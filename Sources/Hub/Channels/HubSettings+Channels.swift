import Notify
import Registry

extension HubSettings {
    /// `channels`: the ways to reach people. A channel is on unless it says `enabled: false`.
    public struct Channels: Sendable {
        public var mail = Mail()
        public var ntfy = Ntfy()
        public var services = Services()
        public var siren = Siren()
        public var sms = SMS()
        public var webhook = Webhooks()
        public var call = Calls()
        public var cap = CAP()
        public var display = Displays()
        public var webpush = WebPush()
        public var speech = Speech()
    }
}

extension HubSettings.Channels {
    var all: [any ChannelSettings] { [call, cap, display, mail, ntfy, services, siren, sms, speech, webhook, webpush] }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(all.map { type(of: $0).key }, &mistakes)
        read(&mail, section, around, &mistakes)
        read(&ntfy, section, around, &mistakes)
        read(&services, section, around, &mistakes)
        read(&siren, section, around, &mistakes)
        read(&sms, section, around, &mistakes)
        read(&webhook, section, around, &mistakes)
        read(&call, section, around, &mistakes)
        read(&cap, section, around, &mistakes)
        read(&display, section, around, &mistakes)
        read(&webpush, section, around, &mistakes)
        read(&speech, section, around, &mistakes)
    }

    private func read<Settings: ChannelSettings>(
        _ settings: inout Settings, _ section: SettingsSection, _ around: SettingsSurroundings,
        _ mistakes: inout Mistakes
    ) {
        settings = Settings(section.section(Settings.key, &mistakes), around, &mistakes)
    }

    /// Every channel's name, as contacts begin with it.
    var names: [String] { all.flatMap(\.names) }

    func stations(in estate: Estate) -> [Station] { all.flatMap { $0.stations(in: estate) } }

    /// What `hub.yaml` says of the channel of that name.
    func settings(of channel: String) -> (any ChannelSettings)? { all.first { $0.names.contains(channel) } }
}
