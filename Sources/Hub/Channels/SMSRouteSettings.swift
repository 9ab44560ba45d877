import Foundation
import Notify
import Registry

extension HubSettings {
    /// One of `channels.sms.routes`.
    public struct SMSRoute: Hashable, Sendable {
        public var name: String
        public var enabled = true
        /// Of the contacts, in relation to the other routes' shares, `0...1000`; if none has one, the first takes all.
        public var share = 0
        /// For one message, `100ms...10s`; all together no more than 14 s, in which one message tries them all.
        ///
        /// Too short, and a slow gateway's message goes out twice; too long, and everybody waits for one that is gone.
        public var timeout = Duration.seconds(4)
        /// How it is spoken to, without its password.
        public var kind: SMSChannel.Route.Kind
        /// Its password, token or key.
        public var secret: Secret?
    }
}

extension SMSChannel.Route {
    init(_ settings: HubSettings.SMSRoute) {
        let secret = settings.secret?.value ?? ""
        var kind = settings.kind
        switch kind {
        case .kannel(var kannel):
            kannel.password = secret
            kind = .kannel(kannel)
        case .gateway(var gateway):
            gateway.secret = secret
            kind = .gateway(gateway)
        case .modem: break
        }
        self.init(settings.name, kind)
        share = settings.share
        timeout = settings.timeout
    }
}

extension HubSettings.SMSRoute {
    private enum Written: String, CaseIterable {
        case kannel, gammu, twilio, vonage, http

        var keys: [String] {
            switch self {
            case .kannel: ["url", "user", "password", "from", "smsc"]
            case .gammu: ["folder", "stall", "waiting-max"]
            case .twilio: ["account", "token", "from", "url", "credit-min"]
            case .vonage: ["key", "secret", "from", "url", "credit-min"]
            case .http:
                [
                    "method", "url", "headers", "format", "body", "from", "user", "secret", "answer", "report",
                    "credit", "credit-min",
                ]
            }
        }

        var required: [String] {
            switch self {
            case .kannel: ["user", "password"]
            case .gammu: []
            case .twilio: ["account", "token", "from"]
            case .vonage: ["key", "secret", "from"]
            case .http: ["url"]
            }
        }

        var secretKey: String? {
            switch self {
            case .kannel: "password"
            case .gammu: nil
            case .twilio: "token"
            case .vonage, .http: "secret"
            }
        }
    }

    /// - Parameters:
    ///   - around: `nil` for what is switched off: its secrets and folders need not be there yet.
    ///   - timeout: if it names none.
    /// - Returns: `nil` if it has no name or no kind, which is noted.
    init?(
        _ section: SettingsSection, _ around: SettingsSurroundings?, timeout usual: Duration, _ mistakes: inout Mistakes
    ) {
        var written: Written?
        section.read("kind", into: &written, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        guard let written else {
            if section["kind"] == nil { section.checkKeys(section.entries.map(\.key), required: ["kind"], &mistakes) }
            return nil
        }
        section.checkKeys(
            ["name", "kind", "enabled", "share", "timeout"] + written.keys, required: ["name"] + written.required,
            &mistakes)
        var name = ""
        section.read("name", into: &name, &mistakes) { (node) throws(ConfigError) in try node.identifier() }
        self.init(name: name, kind: Self.kind(written, section, &mistakes))
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("share", into: &share, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 0...1000)
        }
        timeout = usual
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(10))
        }
        if enabled, let around { readSurroundings(written, section, around, &mistakes) }
        if name.isEmpty { return nil }
    }

    /// What is there only on the machine that runs it.
    private mutating func readSurroundings(
        _ written: Written, _ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes
    ) {
        if let key = written.secretKey {
            section.read(key, into: &secret, &mistakes) { (node) throws(ConfigError) in try around.secret(node) }
        }
        guard case .modem(var modem) = kind else { return }
        section.read("folder", into: &modem.folder, &mistakes) { (node) throws(ConfigError) in
            try around.path(node)
        }
        kind = .modem(modem)
        for name in ["outbox", "sent", "error", "inbox"] {
            var isFolder: ObjCBool = false
            let path = "\(modem.folder)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
                FileManager.default.isWritableFile(atPath: path)
            else {
                let mend = "write the folder of gammu-smsd's outbox, sent, error and inbox, and let the hub's user in"
                if let node = section["folder"] ?? section["kind"] {
                    mistakes.note(
                        node.mistake("there is no folder '\(path)' that the hub may write", mend: mend))
                }
                return
            }
        }
    }

    private static func kind(
        _ written: Written, _ section: SettingsSection, _ mistakes: inout Mistakes
    ) -> SMSChannel.Route.Kind {
        func text(_ key: String, _ usual: String = "") -> String {
            var text = usual
            section.read(key, into: &text, &mistakes) { (node) throws(ConfigError) in try node.text() }
            return text
        }
        switch written {
        case .kannel:
            var kannel = SMSChannel.Kannel(
                url: "http://127.0.0.1:13013/cgi-bin/sendsms", user: text("user"), password: "")
            section.read("url", into: &kannel.url, &mistakes) { (node) throws(ConfigError) in
                try node.webAddressTemplate().text
            }
            (kannel.from, kannel.smsc) = (text("from"), text("smsc"))
            return .kannel(kannel)
        case .gammu:
            return .modem(modem(section, &mistakes))
        case .twilio:
            return .gateway(
                preset(.twilio(account: text("account"), token: "", from: text("from")), section, &mistakes))
        case .vonage:
            return .gateway(preset(.vonage(key: text("key"), secret: "", from: text("from")), section, &mistakes))
        case .http:
            var gateway = HTTPGateway(url: GatewayTemplate(""))
            (gateway.from, gateway.user) = (text("from"), text("user"))
            gateway.read(section, &mistakes)
            return .gateway(gateway)
        }
    }

    private static func modem(_ section: SettingsSection, _ mistakes: inout Mistakes) -> SMSChannel.Modem {
        var modem = SMSChannel.Modem(folder: "/var/spool/gammu")
        section.read("stall", into: &modem.stall, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(10) ... .seconds(3600))
        }
        section.read("waiting-max", into: &modem.waitingMax, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...10_000)
        }
        return modem
    }

    static func preset(
        _ gateway: HTTPGateway, _ section: SettingsSection, _ mistakes: inout Mistakes
    ) -> HTTPGateway {
        var gateway = gateway
        section.read("url", into: &gateway.url, &mistakes) { (node) throws(ConfigError) in
            try node.webAddressTemplate().template
        }
        // Whoever is spoken to at another address is asked for the credit there, too.
        var moved: String?
        section.read("url", into: &moved, &mistakes) { (node) throws(ConfigError) in try node.text() }
        if let moved { gateway.account?.url = GatewayTemplate(account(beside: moved)) }
        gateway.readLeastCredit(section, &mistakes)
        return gateway
    }
}

extension HubSettings.SMSRoute {
    /// Where a preset's account is asked for, by where its messages go.
    private static func account(beside url: String) -> String {
        let known = [
            ("/Messages.json", "/Balance.json"), ("/Calls.json", "/Balance.json"),
            ("/sms/json", "/account/get-balance"),
        ]
        for (messages, account) in known
        where url.hasSuffix(messages) {
            return url.dropLast(messages.count) + account
        }
        return url
    }
}

extension HTTPGateway {
    mutating func read(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.read("method", into: &method, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("format", into: &format, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("url", into: &url, &mistakes) { (node) throws(ConfigError) in
            try node.webAddressTemplate().template
        }
        section.read("body", into: &body, &mistakes) { (node) throws(ConfigError) in try node.gatewayTemplate() }
        for entry in section.section("headers", &mistakes).entries {
            let value = mistakes.reading { () throws(ConfigError) in try entry.value.gatewayTemplate() }
            if let value { headers.append(Header(entry.key, value)) }
        }
        answer.read(section.section("answer", &mistakes), &mistakes)
        report.read(section.section("report", &mistakes), &mistakes)
        readAccount(section.section("credit", &mistakes), &mistakes)
        readLeastCredit(section, &mistakes)
    }

    private mutating func readAccount(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        guard !section.entries.isEmpty else { return }
        section.checkKeys(["url", "headers", "field"], required: ["url", "field"], &mistakes)
        var account = Account(url: GatewayTemplate(""), field: "")
        section.read("url", into: &account.url, &mistakes) { (node) throws(ConfigError) in
            try node.webAddressTemplate().template
        }
        section.read("field", into: &account.field, &mistakes) { (node) throws(ConfigError) in try node.text() }
        if section["headers"] != nil { account.headers = [] }
        for entry in section.section("headers", &mistakes).entries {
            let value = mistakes.reading { () throws(ConfigError) in try entry.value.gatewayTemplate() }
            if let value { account.headers.append(Header(entry.key, value)) }
        }
        self.account = account
    }

    fileprivate mutating func readLeastCredit(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        guard let node = section["credit-min"] else { return }
        guard account != nil else {
            mistakes.note(
                node.mistake(
                    "nobody knows the credit of this route", mend: "add 'credit: {url: …, field: …}', or remove it"))
            return
        }
        var least: Double?
        section.read("credit-min", into: &least, &mistakes) { (node) throws(ConfigError) in
            try node.decimal(in: 0...1_000_000_000)
        }
        account?.least = least
    }
}

extension HTTPGateway.Answer {
    fileprivate mutating func read(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["field", "accepted", "refused", "not-here", "busy", "down", "reference"], &mistakes)
        section.read("field", into: &field, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("accepted", into: &accepted, &mistakes) { (node) throws(ConfigError) in try node.texts() }
        section.read("refused", into: &refused, &mistakes) { (node) throws(ConfigError) in try node.texts() }
        section.read("not-here", into: &notHere, &mistakes) { (node) throws(ConfigError) in try node.texts() }
        section.read("busy", into: &busy, &mistakes) { (node) throws(ConfigError) in try node.texts() }
        section.read("down", into: &down, &mistakes) { (node) throws(ConfigError) in try node.texts() }
        section.read("reference", into: &reference, &mistakes) { (node) throws(ConfigError) in try node.text() }
    }
}

extension HTTPGateway.Report {
    fileprivate mutating func read(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["field", "delivered", "undelivered", "reference", "code", "from", "text"], &mistakes)
        section.read("field", into: &field, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("delivered", into: &delivered, &mistakes) { (node) throws(ConfigError) in try node.texts() }
        section.read("undelivered", into: &undelivered, &mistakes) { (node) throws(ConfigError) in try node.texts() }
        section.read("reference", into: &reference, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("code", into: &code, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("from", into: &from, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("text", into: &text, &mistakes) { (node) throws(ConfigError) in try node.text() }
    }
}

extension YAMLNode {
    fileprivate func gatewayTemplate() throws(ConfigError) -> GatewayTemplate {
        let template = GatewayTemplate(try text())
        for name in template.variables where !HTTPGateway.variables.contains(name) {
            throw mistake(
                "'{{\(name)}}' is no variable here", mend: Spelling.mend(name, known: HTTPGateway.variables))
        }
        return template
    }

    fileprivate func webAddressTemplate() throws(ConfigError) -> (text: String, template: GatewayTemplate) {
        let text = try text()
        let host = text.split(separator: "/", maxSplits: 2).dropFirst().first ?? ""
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), !host.isEmpty, !host.contains("{") else {
            throw mistake("'\(text)' is no web address", mend: "write https://host/path")
        }
        return (text, try gatewayTemplate())
    }
}
