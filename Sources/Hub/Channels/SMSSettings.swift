import Notify
import Registry

extension HubSettings {
    /// `channels.sms`: text messages over one or several routes. A contact is `sms:+85291234567`.
    public struct SMS: Hashable, Sendable {
        public var enabled = true
        /// `routes`, in the order in which they are tried.
        public var routes: [SMSRoute] = []
        /// `callback`: where gateways report and bring texts; `nil` if they do not.
        public var callback: GatewayCallbackSettings?
        /// `country`: its code, for senders that come without one.
        public var country: String?
        /// How long a message is worth delivering, `1m...10h`.
        ///
        /// Too short, and a phone that was off misses it; too long, and somebody reads of a fire that is out.
        public var validity = Duration.seconds(3600)
    }

    /// `callback` of a channel whose gateways call the hub.
    public struct GatewayCallbackSettings: Hashable, Sendable {
        /// As gateways see it: `https://hub.example/gateway/sms`.
        public var url: String
        public var secret: Secret
    }
}

extension HubSettings.GatewayCallbackSettings {
    /// - Parameters:
    ///   - section: the channel's.
    ///   - isOn: what is switched off needs no secret yet.
    /// - Returns: `nil` if there is none, or if it is wrong, which is noted.
    init?(_ section: SettingsSection, isOn: Bool, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        let inner = section.section("callback", &mistakes)
        inner.checkKeys(["url", "secret"], required: ["url", "secret"], &mistakes)
        var url: String?
        inner.read("url", into: &url, &mistakes) { (node) throws(ConfigError) in try node.webAddress() }
        var secret: Secret?
        if isOn {
            inner.read("secret", into: &secret, &mistakes) { (node) throws(ConfigError) in try around.secret(node) }
        }
        guard let url, let secret else { return nil }
        self.init(url: url, secret: secret)
    }
}

extension HubSettings.SMS: ChannelSettings {
    static var key: String { SMSChannel.name }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "routes", "callback", "country", "validity"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("country", into: &country, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            let digits = text.drop { $0 == "+" }
            guard (1...3).contains(digits.count), digits.first != "0", digits.allSatisfy({ $0.isASCII && $0.isNumber })
            else { throw node.mistake("'\(text)' is no country's code", mend: "write it as 852") }
            return String(digits)
        }
        section.read("validity", into: &validity, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(60) ... .seconds(36_000))
        }
        callback = HubSettings.GatewayCallbackSettings(section, isOn: enabled, around, &mistakes)
        readRoutes(section, around, &mistakes)
    }

    private mutating func readRoutes(
        _ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes
    ) {
        guard let node = section["routes"],
            let nodes = mistakes.reading({ () throws(ConfigError) in try node.list() })
        else { return }
        // One attempt tries them all, and has 15 s.
        let usual = min(Duration.seconds(4), Duration.seconds(14) / max(1, nodes.count))
        for inner in nodes {
            let mapping = SettingsSection(mistakes.reading { () throws(ConfigError) in try inner.mapping() })
            guard let route = HubSettings.SMSRoute(mapping, enabled ? around : nil, timeout: usual, &mistakes) else {
                continue
            }
            guard !routes.contains(where: { $0.name == route.name }) else {
                mistakes.note(inner.mistake("there is another route '\(route.name)'", mend: "give it another name"))
                continue
            }
            routes.append(route)
        }
        checkVonage(section, &mistakes)
        let all = routes.filter(\.enabled).reduce(Duration.zero) { $0 + $1.timeout }
        guard all <= .seconds(14) else {
            mistakes.note(
                node.mistake(
                    "the routes' time-outs add up to more than 14s, in which one message tries them all",
                    mend: "shorten them"))
            return
        }
    }

    /// Vonage takes no message whose callback has more than 100 characters.
    private func checkVonage(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        guard let callback, let node = section["callback"] else { return }
        for route in routes {
            guard case .gateway(let gateway) = route.kind,
                gateway.body == HTTPGateway.vonage(key: "", secret: "", from: "").body,
                case let excess = callback.url.count + route.name.count + 40 - 100, excess > 0
            else { continue }
            mistakes.note(
                node.mistake(
                    "with it, the address that the route '\(route.name)' gives to Vonage has more than 100 characters",
                    mend: "shorten the url or the route's name by \(excess)"))
        }
    }

    func reaches(
        _ address: String, over channel: String, _ registry: EstateRegistry
    ) throws(AddressMistake) -> Bool {
        do {
            _ = try PhoneNumber(address)
        } catch {
            throw AddressMistake(error, of: address, over: Self.key)
        }
        guard !routes.isEmpty else {
            throw AddressMistake(
                problem: "hub.yaml has no route for SMS", mend: "write one under channels.sms.routes")
        }
        return enabled && routes.contains(where: \.enabled)
    }

    /// A modem has the telephone network alone.
    func needsInternet(_ address: String, over channel: String) -> Bool {
        !routes.contains { route in
            guard route.enabled, case .modem = route.kind else { return false }
            return true
        }
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        guard enabled else { return [:] }
        var settings = SMSChannel.Settings()
        settings.routes = routes.filter(\.enabled).map(SMSChannel.Route.init)
        settings.callback = callback.map { GatewayCallback(url: $0.url, secret: Array($0.secret.value.utf8)) }
        settings.country = country
        settings.validity = validity
        return [Self.key: try SMSChannel(settings, now: parts.now)]
    }
}

extension AddressMistake {
    /// The number is masked: it may be right but for a digit.
    init(_ mistake: PhoneNumber.Mistake, of address: String, over channel: String) {
        let shown = "'\(PhoneNumber.masked(address))'"
        switch mistake {
        case .withoutPlus:
            self.init(
                problem: "the phone number \(shown) does not begin with '+'",
                mend: "write '+' and the country's code first, as in \(channel):+85291234567")
        case .otherCharacters:
            self.init(
                problem: "the phone number \(shown) has something else than digits behind its '+'",
                mend: "write it without spaces, dashes and brackets, as in \(channel):+85291234567")
        case .leadingZero:
            self.init(
                problem: "the phone number \(shown) has a 0 behind its '+', with which no country's code begins",
                mend: "write the country's code there, as in \(channel):+85291234567")
        case .digits(let count):
            self.init(
                problem: "the phone number \(shown) has \(count) digits",
                mend: "write all \(PhoneNumber.digitsAllowed.lowerBound) to "
                    + "\(PhoneNumber.digitsAllowed.upperBound) of them, the country's code included")
        }
    }
}

extension YAMLNode {
    fileprivate func webAddress() throws(ConfigError) -> String {
        let text = try text()
        guard HubSettings.Webhooks.isURL(text) else {
            throw mistake("'\(text)' is no web address", mend: "write https://host/path")
        }
        return text
    }
}
