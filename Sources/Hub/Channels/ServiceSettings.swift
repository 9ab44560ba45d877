import Notify
import Registry

extension HubSettings {
    /// `channels.services`: messengers and others that take JSON over HTTP, each under a name of the estate's choice. A
    /// contact is `<name>:<address>`: `telegram:12345`.
    public struct Services: Hashable, Sendable {
        /// In the order of the file.
        public var named: [Service] = []
    }

    /// One service.
    public struct Service: Hashable, Sendable {
        public var name: String
        public var enabled = true
        /// `type`: by default what the name says.
        public var kind: Kind
        /// `nil` for the one that everybody uses.
        public var url: String?
        public var token: Secret?
        /// Of WhatsApp: the id of the estate's phone number.
        public var sender: String?
        /// Of WhatsApp: an approved template with one variable in its body.
        public var template: String?
        public var custom: Custom?
        /// For one attempt, `100ms...15s`.
        public var timeout = Duration.seconds(5)

        public enum Kind: String, Hashable, Sendable, CaseIterable {
            case telegram, whatsapp, line, slack, alertmanager, custom
        }

        /// What only a service has that has no preset.
        public struct Custom: Hashable, Sendable {
            public var url: ServiceTemplate
            public var headers: [Header] = []
            public var body: ServiceTemplate
            /// What the answer has to have in its body.
            public var success: String?
            /// Statuses that say "never".
            public var refused = CustomService.refusedUsually
        }

        public struct Header: Hashable, Sendable {
            public var name: String
            /// A literal is one without a source.
            public var value: Secret
        }
    }
}

extension HubSettings.Services: ChannelSettings {
    static var key: String { "services" }

    var names: [String] { named.map(\.name) }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        let taken = HubSettings.Channels().all.map { type(of: $0).key }
        for entry in section.entries {
            guard !taken.contains(entry.key) else {
                mistakes.note(
                    entry.keyNode.mistake("no service can be named '\(entry.key)'", mend: "give it another name"))
                continue
            }
            _ = mistakes.reading { () throws(ConfigError) in try entry.keyNode.identifier() }
            let inner = section.section(entry.key, &mistakes)
            if let service = HubSettings.Service(entry, inner, around, &mistakes) { named.append(service) }
        }
    }

    func reaches(
        _ address: String, over channel: String, _ registry: EstateRegistry
    ) throws(AddressMistake) -> Bool {
        guard let service = named.first(where: { $0.name == channel }) else { return false }
        let type = service.kind.type
        guard type.isAddress(address) else {
            throw AddressMistake(
                problem: "'\(channel):' is followed by no address of the kind \(service.kind.rawValue)",
                mend: "write it as in \(channel):\(type.exampleAddress)")
        }
        return service.enabled
    }

    func needsInternet(_ address: String, over channel: String) -> Bool {
        let service = named.first { $0.name == channel }
        // Who serves as usual is out there.
        let url = service?.url ?? service?.custom.map { $0.url.filled { _ in "x" } }
        return !(url.map(WithoutInternet.isInHouse(url:)) ?? false)
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        var services: [String: (service: any MessageService, timeout: Duration)] = [:]
        for service in named where service.enabled {
            services[service.name] = service.made.map { ($0, service.timeout) }
        }
        return try ServiceChannel.channels(services)
    }
}

extension HubSettings.Service.Kind {
    fileprivate var type: any MessageService.Type {
        switch self {
        case .telegram: TelegramService.self
        case .whatsapp: WhatsAppService.self
        case .line: LINEService.self
        case .slack: SlackService.self
        case .alertmanager: AlertmanagerService.self
        case .custom: CustomService.self
        }
    }

    fileprivate var keys: [String] {
        switch self {
        case .telegram, .line, .slack, .alertmanager: ["url", "token"]
        case .whatsapp: ["url", "token", "sender", "template"]
        case .custom: ["url", "headers", "body", "success", "refused"]
        }
    }

    fileprivate var required: [String] {
        switch self {
        case .telegram, .line, .slack: ["token"]
        case .whatsapp: ["token", "sender"]
        case .alertmanager: ["url"]
        case .custom: ["url", "body"]
        }
    }
}

extension HubSettings.Service {
    /// - Returns: `nil` if there are mistakes, which are noted.
    fileprivate init?(
        _ entry: YAMLMapping.Entry, _ section: SettingsSection, _ around: SettingsSurroundings,
        _ mistakes: inout Mistakes
    ) {
        let before = mistakes.errors.count
        name = entry.key
        let written: Kind? =
            section["type"].map { node in
                mistakes.reading { () throws(ConfigError) in try node.choice() }
            } ?? Kind(rawValue: entry.key)
        guard let kind = written else {
            if section["type"] == nil {
                mistakes.note(
                    entry.keyNode.mistake(
                        "the type of '\(entry.key)' is missing",
                        mend: "add 'type:' and " + Spelling.oneOf(Kind.allCases.map(\.rawValue))))
            }
            return nil
        }
        self.kind = kind
        section.checkKeys(["enabled", "type", "timeout"] + kind.keys, required: kind.required, &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(15))
        }
        section.read("sender", into: &sender, &mistakes) { (node) throws(ConfigError) in try node.identifier() }
        section.read("template", into: &template, &mistakes) { (node) throws(ConfigError) in try node.text() }
        // What is switched off need not have its secret yet.
        if enabled {
            section.read("token", into: &token, &mistakes) { (node) throws(ConfigError) in try around.secret(node) }
        }
        if kind == .custom {
            custom = Custom(section, enabled ? around : nil, &mistakes)
        } else {
            section.read("url", into: &url, &mistakes) { (node) throws(ConfigError) in try node.serviceAddress() }
        }
        guard mistakes.errors.count == before else { return nil }
    }

    fileprivate var made: (any MessageService)? {
        let token = token?.value ?? ""
        return switch kind {
        case .telegram: TelegramService(server: url ?? "https://api.telegram.org", token: token)
        case .whatsapp:
            WhatsAppService(
                server: url ?? "https://graph.facebook.com/v23.0", sender: sender ?? "", token: token,
                template: template)
        case .line: LINEService(server: url ?? "https://api.line.me", token: token)
        case .slack: SlackService(server: url ?? "https://slack.com", token: token)
        case .alertmanager: url.map { AlertmanagerService(server: $0, token: self.token?.value) }
        case .custom:
            custom.map { custom in
                CustomService(
                    url: custom.url, headers: custom.headers.map { ($0.name, $0.value.value) }, body: custom.body,
                    success: custom.success, refused: custom.refused)
            }
        }
    }
}

extension HubSettings.Service.Custom {
    /// - Parameter around: `nil` for what is switched off: its secrets need not be there yet.
    fileprivate init?(_ section: SettingsSection, _ around: SettingsSurroundings?, _ mistakes: inout Mistakes) {
        var url: ServiceTemplate?
        section.read("url", into: &url, &mistakes) { (node) throws(ConfigError) in
            // A variable stands in the path or behind it.
            guard HubSettings.Webhooks.isURL(String(try node.text().prefix { $0 != "{" })) else {
                throw node.mistake("'\(try node.text())' is no web address", mend: "write https://host/path")
            }
            return try node.serviceTemplate()
        }
        var body: ServiceTemplate?
        section.read("body", into: &body, &mistakes) { (node) throws(ConfigError) in
            let template = try node.serviceTemplate()
            guard template.isJSON else {
                throw node.mistake(
                    "the body is no JSON once it is filled", mend: "write variables between quotes: \"{{text}}\"")
            }
            return template
        }
        guard let url, let body else { return nil }
        self.init(url: url, body: body)
        let named = section.section("headers", &mistakes)
        for entry in named.entries {
            let header = mistakes.reading { () throws(ConfigError) in try Self.header(entry, around) } ?? nil
            if let header { headers.append(header) }
        }
        section.read("success", into: &success, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("refused", into: &refused, &mistakes) { (node) throws(ConfigError) in
            var statuses: [Int] = []
            for node in try node.list() { statuses.append(try node.integer(in: 300...599)) }
            return statuses
        }
    }

    /// A text, or `{env: NAME}` or `{file: path}` for what nobody may read.
    private static func header(
        _ entry: YAMLMapping.Entry, _ around: SettingsSurroundings?
    ) throws(ConfigError) -> HubSettings.Service.Header? {
        let isName = entry.key.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_".utf8.contains(byte)
        }
        guard isName, !entry.key.isEmpty else {
            throw entry.keyNode.mistake("'\(entry.key)' is no header", mend: "write letters, digits and '-'")
        }
        if case .mapping = entry.value.content {
            guard let around else { return nil }
            return HubSettings.Service.Header(name: entry.key, value: try around.secret(entry.value))
        }
        let text = try entry.value.text()
        guard !text.contains(where: \.isNewline) else {
            throw entry.value.mistake("a header is one line", mend: "remove the line end")
        }
        return HubSettings.Service.Header(name: entry.key, value: Secret(text, source: "hub.yaml"))
    }
}

extension YAMLNode {
    fileprivate func serviceTemplate() throws(ConfigError) -> ServiceTemplate {
        let text = try text()
        do throws(ServiceTemplate.Mistake) {
            return try ServiceTemplate(text)
        } catch {
            throw mistake(error.problem, mend: error.mend)
        }
    }
}
