import Devices
import Registry

extension HubSettings.Supervision {
    init(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["contracts", "mass-silence"], &mistakes)
        section.read("mass-silence", into: &massShare, &mistakes) { (node) throws(ConfigError) in
            try node.decimal(in: 0.05...1)
        }
        guard let node = section["contracts"],
            let nodes = mistakes.reading({ () throws(ConfigError) in try node.list() })
        else { return }
        contracts.own = nodes.compactMap { Contracts.Rule($0, &mistakes) }
    }
}

extension Contracts.Rule {
    private static let keys = ["device", "ecosystem", "kind", "model", "interval", "grace", "last-will"]

    fileprivate init?(_ node: YAMLNode, _ mistakes: inout Mistakes) {
        let section = SettingsSection(mistakes.reading { () throws(ConfigError) in try node.mapping() })
        section.checkKeys(Self.keys, required: ["interval"], &mistakes)
        self.init(Contract(interval: nil, lastWill: .outage))
        section.read("device", into: &device, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("ecosystem", into: &ecosystem, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("kind", into: &kind, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("model", into: &model, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("interval", into: &contract.interval, &mistakes) { (node) throws(ConfigError) in
            try node.text() == "none" ? nil : try node.duration(in: .seconds(10) ... .seconds(30 * 86_400))
        }
        section.read("grace", into: &contract.grace, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .zero ... .seconds(7 * 86_400))
        }
        section.read("last-will", into: &contract.lastWill, &mistakes) { (node) throws(ConfigError) in
            try node.choice()
        }
    }
}
