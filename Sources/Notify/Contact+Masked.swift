public import Registry

extension Contact {
    /// What may be shown of it on a screen: `sms:+852******67`, `mail:c***@mail.example`. A siren is nobody's.
    public var masked: String {
        guard channel != SirenChannel.name else { return "\(channel):\(address)" }
        if address.hasPrefix("+") { return "\(channel):\(PhoneNumber.masked(address))" }
        if let at = address.lastIndex(of: "@") { return "\(channel):\(address.prefix(1))***\(address[at...])" }
        return "\(channel):\(address.prefix(1))***"
    }
}
