import Registry

extension HubSettings {
    /// `answers`: how those who are told answer whether they are safe, and where gateways report.
    public struct Answers: Hashable, Sendable {
        /// `listen`: for the residents' page and for gateways' reports; from outside only behind a reverse proxy with TLS.
        public var listen = ConsoleAddress.off
        /// `url`: the address of that page as residents see it, without a slash at its end; `nil`: no link is sent.
        public var url: String?
        /// What a link has of it, after `https://`.
        var host: String? { url.map { String($0.drop { $0 != ":" }.dropFirst(3)) } }
        /// `expires`: how long after somebody was last told their link works.
        ///
        /// Too short, and whoever was out is not on the roll; too long, and old links pile up on phones.
        public var expires = Duration.seconds(86_400)
    }

    mutating func readAnswers(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["listen", "url", "expires"], &mistakes)
        section.read("listen", into: &answers.listen, &mistakes) { (node) throws(ConfigError) in
            try node.address(ConsoleAddress.init)
        }
        section.read("url", into: &answers.url, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard Webhooks.isURL(text), !text.hasSuffix("/") else {
                throw node.mistake(
                    "'\(text)' is no web address to begin links with",
                    mend: "write https://host, without a slash at its end")
            }
            return text
        }
        section.read("expires", into: &answers.expires, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(3600) ... .seconds(30 * 86_400))
        }
        if answers.url != nil, answers.listen == .off, let node = section["url"] {
            mistakes.note(
                node.mistake("links are sent, and nobody answers there", mend: "set answers.listen, or remove the url"))
        }
    }
}
