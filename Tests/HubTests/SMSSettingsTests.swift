import Foundation
import Hub
import Notify
import Registry
import Testing

private func settings(_ yaml: String) throws(ConfigErrors) -> HubSettings.SMS {
    let environment = ["PASSWORD": "pw", "TOKEN": "tk", "SECRET": "s"]
    return try HubSettings(ConfigFile(name: "hub.yaml", text: yaml), environment: environment).channels.sms
}

private func mistakes(_ yaml: String) -> [String] {
    do {
        _ = try settings(yaml)
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct `The settings of SMS` {
    @Test func `describe routes of every kind, and show no secret`() throws {
        let folder = NSTemporaryDirectory() + "smokehub-gammu-" + UUID().uuidString
        for name in ["outbox", "sent", "error", "inbox"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sms = try settings(
            """
            channels:
              sms:
                country: 852
                validity: 30m
                callback: {url: "https://hub.example/gateway/sms", secret: {env: SECRET}}
                routes:
                  - {name: kannel, kind: kannel, user: hub, password: {env: PASSWORD}, from: "12345", share: 3}
                  - {name: modem, kind: gammu, folder: \(folder), stall: 2m, waiting-max: 10, share: 1}
                  - {name: twilio, kind: twilio, account: AC1, token: {env: TOKEN}, from: "+15005550006", timeout: 3s}
                  - {name: vonage, kind: vonage, key: k, secret: {env: SECRET}, from: Hub, enabled: false}
                  - name: other
                    kind: http
                    url: "https://sms.example/send?to={{to}}"
                    headers: {Authorization: "Bearer {{secret}}"}
                    format: json
                    body: '{"text": "{{text}}"}'
                    secret: {env: TOKEN}
                    answer: {field: status, accepted: [ok], refused: [bad], not-here: [far], busy: [much], down: [broke], reference: id}
                    report: {field: state, delivered: [done], undelivered: [lost], reference: id, code: c, from: f, text: t}
            """)
        #expect(sms.routes.map(\.name) == ["kannel", "modem", "twilio", "vonage", "other"])
        #expect(sms.routes.map(\.share) == [3, 1, 0, 0, 0])
        #expect(sms.routes.map { $0.secret?.value } == ["pw", nil, "tk", nil, "tk"])
        #expect(sms.routes.map(\.timeout) == [2800, 2800, 3000, 2800, 2800].map(Duration.milliseconds))
        #expect(sms.country == "852" && sms.validity == .seconds(1800))
        var kannel = SMSChannel.Kannel(
            url: "http://127.0.0.1:13013/cgi-bin/sendsms", user: "hub", password: "")
        kannel.from = "12345"
        #expect(sms.routes[0].kind == .kannel(kannel))
        var modem = SMSChannel.Modem(folder: folder)
        (modem.stall, modem.waitingMax) = (.seconds(120), 10)
        #expect(sms.routes[1].kind == .modem(modem))
        #expect(sms.routes[2].kind == .gateway(.twilio(account: "AC1", token: "", from: "+15005550006")))
        var other = HTTPGateway(url: GatewayTemplate("https://sms.example/send?to={{to}}"))
        other.headers = [.init("Authorization", GatewayTemplate("Bearer {{secret}}"))]
        (other.format, other.body) = (.json, GatewayTemplate(#"{"text": "{{text}}"}"#))
        (other.answer.field, other.answer.accepted, other.answer.refused) = ("status", ["ok"], ["bad"])
        (other.answer.notHere, other.answer.busy) = (["far"], ["much"])
        (other.answer.down, other.answer.reference) = (["broke"], "id")
        (other.report.field, other.report.delivered, other.report.undelivered) = ("state", ["done"], ["lost"])
        (other.report.reference, other.report.code) = ("id", "c")
        (other.report.from, other.report.text) = ("f", "t")
        #expect(sms.routes[4].kind == .gateway(other))
        #expect(!String(reflecting: sms).contains("\"pw\"") && !String(reflecting: sms).contains("\"tk\""))
    }

    private static let kannel = "name: k, kind: kannel, user: u, password: {env: PASSWORD}"

    @Test(arguments: [
        (
            "{routes: [{name: k}]}",
            "1:27: channels.sms.routes[1]: the key 'kind' is missing; add 'kind:' here"
        ),
        (
            "{routes: [{name: k, kind: nexmo}]}",
            "1:43: channels.sms.routes[1].kind: unknown 'nexmo'; write one of kannel, gammu, twilio, vonage, http"
        ),
        (
            "{routes: [{name: k, kind: kannel, user: u}]}",
            "1:27: channels.sms.routes[1]: the key 'password' is missing; add 'password:' here"
        ),
        (
            "{routes: [{\(kannel), folder: x}]}",
            "1:87: channels.sms.routes[1]: unknown key 'folder'; write one of name, kind, enabled, share, timeout, "
                + "url, user, password, from, smsc"
        ),
        (
            "{routes: [{name: g, kind: gammu, folder: /nowhere}]}",
            "1:58: channels.sms.routes[1].folder: there is no folder '/nowhere/outbox' that the hub may write; "
                + "write the folder of gammu-smsd's outbox, sent, error and inbox, and let the hub's user in"
        ),
        (
            "{routes: [{\(kannel)}, {\(kannel)}]}",
            "1:88: channels.sms.routes[2]: there is another route 'k'; give it another name"
        ),
        (
            "{routes: [{\(kannel), timeout: 10s}, {name: l, kind: http, url: 'http://x'}, "
                + "{name: m, kind: http, url: 'http://x', timeout: 4500ms}]}",
            "1:26: channels.sms.routes: the routes' time-outs add up to more than 14s, in which one message tries "
                + "them all; shorten them"
        ),
        (
            "{routes: [{name: h, kind: http, url: 'http://x/?to={{nmber}}'}]}",
            "1:54: channels.sms.routes[1].url: '{{nmber}}' is no variable here; write one of to, digits, text, from, "
                + "user, secret, basic, id, callback, route-callback, type, seconds, milliseconds, language, twiml"
        ),
        (
            "{routes: [{name: h, kind: http, url: 'sms.example'}]}",
            "1:54: channels.sms.routes[1].url: 'sms.example' is no web address; write https://host/path"
        ),
        (
            "{country: China}", "1:27: channels.sms.country: 'China' is no country's code; write it as 852"
        ),
        (
            "{callback: {url: 'http://x'}}",
            "1:28: channels.sms.callback: the key 'secret' is missing; add 'secret:' here"
        ),
        (
            "{callback: {url: 'http://\(String(repeating: "x", count: 60)).example', secret: {env: SECRET}}, "
                + "routes: [{name: v, kind: vonage, key: k, secret: {env: SECRET}, from: x}]}",
            "1:28: channels.sms.callback: with it, the address that the route 'v' gives to Vonage has more than 100 "
                + "characters; shorten the url or the route's name by 16"
        ),
    ])
    func `name what is wrong, where, and the mend`(yaml: String, message: String) {
        #expect(mistakes("channels: {sms: \(yaml)}") == ["hub.yaml:" + message])
    }

    @Test func `need neither secrets nor folders of what is switched off`() {
        #expect(
            mistakes(
                """
                channels:
                  sms:
                    routes:
                      - {name: t, kind: twilio, account: AC1, token: {env: MISSING}, from: x, enabled: false}
                      - {name: g, kind: gammu, folder: /nowhere, enabled: false}
                """) == [])
        #expect(
            mistakes(
                """
                channels:
                  sms:
                    enabled: false
                    callback: {url: "http://x", secret: {env: MISSING}}
                    routes: [{name: g, kind: gammu, folder: /nowhere}]
                """) == [])
    }
}
