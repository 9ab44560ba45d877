import Foundation
import Hub
import Notify
import Registry
import Testing

@Suite struct `The settings of channels` {
    @Test(arguments: [
        (
            "channels: {pager: {}}",
            "1:12: channels: unknown key 'pager'; write one of call, cap, display, mail, ntfy, services, siren, sms, speech, webhook, webpush"
        ),
        (
            "channels: {mail: {url: 'mail.example', from: a@b.example}}",
            "1:24: channels.mail.url: 'mail.example' is no mail server; write smtp://host:587, or smtps://host:465"
        ),
        (
            "channels: {mail: {url: 'smtp://u:p@m.example', from: a@b.example}}",
            "1:24: channels.mail.url: a user stands in the address; write user and password as keys of their own"
        ),
        (
            "channels: {mail: {url: 'smtp://m.example', from: estate}}",
            "1:50: channels.mail.from: 'estate' is no sender; write alarm@estate.example, "
                + "or SmokeHub <alarm@estate.example>"
        ),
        (
            "channels: {mail: {url: 'smtp://m.example', from: a@b.example, starttls: optional, user: u, "
                + "password: {env: SET}}}",
            "1:73: channels.mail.starttls: the password might go out unencrypted; "
                + "write starttls: required, or smtps://"
        ),
        (
            "channels: {mail: {url: 'smtp://m.example', from: a@b.example, user: u}}",
            "1:69: channels.mail.user: a user without a password; write password as well, or remove it"
        ),
        (
            "channels: {services: {siren: {type: telegram, token: {env: SET}}}}",
            "1:23: channels.services: no service can be named 'siren'; give it another name"
        ),
        (
            "channels: {services: {chat: {token: {env: SET}}}}",
            "1:23: channels.services: the type of 'chat' is missing; "
                + "add 'type:' and write one of telegram, whatsapp, line, slack, alertmanager, custom"
        ),
        (
            "channels: {services: {line: {}}}",
            "1:29: channels.services.line: the key 'token' is missing; add 'token:' here"
        ),
        (
            "channels: {services: {line: {token: geheim}}}",
            "1:37: channels.services.line.token: a secret stands in the file; "
                + "write {env: NAME} or {file: path}, and put the secret there"
        ),
        (
            "channels: {services: {custom: {url: 'https://x.example', body: '{\"a\": {{text}}}'}}}",
            "1:64: channels.services.custom.body: the body is no JSON once it is filled; "
                + "write variables between quotes: \"{{text}}\""
        ),
        (
            "channels: {services: {custom: {url: 'https://x.example', body: '{{txt}}'}}}",
            "1:64: channels.services.custom.body: '{{txt}}' is no variable here; write 'text', or another of short, "
                + "title, place, address, id, alert, incident, block, hazard, stage, language, url, danger"
        ),
        (
            "channels: {cap: {sender: 'the hub'}}",
            "1:26: channels.cap.sender: 'the hub' cannot be a sender; write a name without spaces, commas, '<' and '&'"
        ),
        (
            "channels: {cap: {endpoints: {city: {url: city.example}}}}",
            "1:42: channels.cap.endpoints.city.url: 'city.example' is no web address; write https://host/path"
        ),
        (
            "channels: {speech: {players: {lobby: {place: a, url: 'http://p', topic: p}}}}",
            "1:31: channels.speech.players: a player has either a url or a topic; write one of the two"
        ),
        (
            "channels: {call: {timeout: 5s}}",
            "1:18: channels.call: the key 'kind' is missing; add 'kind:' here"
        ),
        (
            "channels: {call: {kind: twilio, account: AC1, from: '+1500'}}",
            "1:18: channels.call: the key 'token' is missing; add 'token:' here"
        ),
        (
            "channels: {display: {displays: {hall: {place: a, kind: led, topic: x}}}}",
            "1:56: channels.display.displays.hall.kind: unknown 'led'; write one of awtrix, tasmota, openhasp, json, text"
        ),
        (
            "channels: {display: {displays: {hall: {place: a, kind: text, topic: 'x/#'}}}}",
            "1:69: channels.display.displays.hall.topic: 'x/#' is no topic to publish to; write one without '+' and '#'"
        ),
        (
            "channels: {display: {displays: {hall: {place: a, kind: awtrix, topic: x, languages: [zh-Hant]}}}}",
            "1:86: channels.display.displays.hall.languages[1]: a display of kind awtrix has no letters for 'zh-Hant'; "
                + "write one of en, fil, id"
        ),
        (
            "channels: {display: {displays: {hall: {place: a, kind: openhasp, topic: x, object: b1}}}}",
            "1:84: channels.display.displays.hall.object: 'b1' is no object of a page; write p1b1 to p12b254"
        ),
        (
            "channels: {siren: {mode: stop}}",
            "1:26: channels.siren.mode: unknown 'stop'; write one of burglar, fire, "
                + "emergency, police_panic, fire_panic, emergency_panic"
        ),
        (
            "channels: {webhook: {endpoints: {desk: {}}}}",
            "1:40: channels.webhook.endpoints.desk: "
                + "the key 'url' is missing; add 'url:' here"
        ),
        (
            "channels: {webhook: {endpoints: {desk: {url: desk.example}}}}",
            "1:46: channels.webhook.endpoints.desk.url: "
                + "'desk.example' is no web address; write https://host/path"
        ),
        (
            "channels: {webhook: {endpoints: {http: {url: 'http://x'}}}}",
            "1:34: channels.webhook.endpoints: "
                + "no endpoint can be named 'http'; give it another name"
        ),
        (
            "channels: {webhook: {backoff: 5s, backoff-max: 1s}}",
            "1:48: channels.webhook.backoff-max: "
                + "the longest pause is shorter than the first; raise backoff-max"
        ),
    ])
    func `name what is wrong, where, and the mend`(yaml: String, message: String) {
        #expect(HubYAML.mistakes(yaml, environment: ["SET": "x"]) == ["hub.yaml:" + message])
    }

    @Test func `take web push's key and subscriptions from files that nobody else reads, and show neither`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
        let subscription = """
            {"ann-phone": {"endpoint": "https://push.example/abc", "keys": {"auth": "BTBZMqHH6r4Tts7J_aSIgg", "p256dh":
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}}}
            """
        let file = folder.appending(path: "subscriptions.json")
        try Data(key.utf8).write(to: folder.appending(path: "vapid"))
        try Data(subscription.utf8).write(to: file)
        let yaml = """
            channels:
              webpush: {subject: "mailto:a@b.example", key: {file: vapid}, subscriptions: subscriptions.json}

            """
        try Data(yaml.utf8).write(to: folder.appending(path: "hub.yaml"))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        #expect {
            try HubSettings.load(path: folder.path, environment: [:])
        } throws: {
            "\($0)".hasSuffix("others can read '\(file.path)'; let the hub's user alone read it: chmod 600")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let settings = try HubSettings.load(path: folder.path, environment: [:])
        #expect(settings.channels.webpush.subscriptions.keys.sorted() == ["ann-phone"])
        #expect(settings.channels.webpush.vapid != nil)

        let personal = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        var list = try PushSubscriptionsFile(subscription)
        #expect(try list.seal(with: PersonalSeal(key: personal)) == 1 && list.plain == 0)
        try Data(list.written().utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        #expect {
            try HubSettings.load(path: folder.path, environment: [:])
        } throws: {
            "\($0)".contains("'ann-phone': it is sealed, and there is no key: set personal-data.key in hub.yaml; ")
        }
        try Data((yaml + "personal-data: {key: {env: KEY}}\n").utf8).write(to: folder.appending(path: "hub.yaml"))
        let opened = try HubSettings.load(path: folder.path, environment: ["KEY": personal])
        #expect(opened.channels.webpush.subscriptions == settings.channels.webpush.subscriptions)
        var dumped = ""
        dump(settings, to: &dumped)
        for secret in [key, "push.example/abc", "BTBZ"] {
            #expect(!"\(settings)".contains(secret) && !dumped.contains(secret))
        }
    }
}

@Suite struct `A contact that leads nowhere` {
    private func mistakes(_ contacts: String, _ yaml: String) throws -> [String] {
        let registry = try EstateRegistry(
            estate: ConfigFile(
                name: "estate.yaml",
                text: "estate: demo\nname: {en: D}\nblocks: [{id: a, name: {en: A}, floors: 1-2, flats: [A]}]"),
            devices: ConfigFile(
                name: "devices.csv",
                text: """
                    id,ecosystem,address,block,floor,flat,area,kind
                    a-1-A-siren,native,a-1-A-siren,a,1,A,,siren
                    a-1-A-smoke,native,a-1-A-smoke,a,1,A,,smoke
                    plug,tasmota,plug,a,1,A,,siren
                    bell,tasmota,bridge/0x8F20,a,1,A,,siren
                    shelly,shelly_gen1,shelly1-A1,a,1,A,,siren
                    horn,homeassistant_discovery,horn,a,1,A,,siren
                    node,zwavejs,node,a,1,A,,siren
                    """),
            residents: ConfigFile(
                name: "residents.csv",
                text: "id,name,language,block,floor,flat,role,contacts\nr,Ann,en,a,1,A,resident,\(contacts)"))
        return try HubYAML.settings(yaml).unreached(in: registry).map(\.description)
    }

    @Test(arguments: [
        ("sms:+85291234567", "channels: {sms: {routes: [{name: h, kind: http, url: 'http://x'}]}}"),
        ("siren:a-1-A-siren", ""), ("siren:plug siren:shelly siren:horn", ""), ("webhook:https://x.example/a?b=c", ""),
        ("mail:ann@d.example", "channels: {mail: {url: 'smtp://m.example', from: a@b.example}}"), ("ntfy:a-b_9", ""),
        ("duty:chief", "channels: {services: {duty: {type: alertmanager, url: 'http://127.0.0.1:9093'}}}"),
        ("webhook:desk/floor-1", "channels: {webhook: {endpoints: {desk: {url: 'https://d.example'}}}}"),
        (
            "webhook:desk siren:a-1-A-siren",
            "channels: {webhook: {endpoints: {desk: {enabled: false, url: 'https://d.example'}}}}"
        ),
    ])
    func `is none of these`(contacts: String, yaml: String) throws {
        #expect(try mistakes(contacts, yaml) == [])
    }

    @Test func `is found beside a player that stands nowhere`() throws {
        let found = try mistakes(
            "siren:a-1-A-siren", "channels: {speech: {players: {hall: {place: a/9, topic: players/hall}}}}")
        let place = "hub.yaml:1:45: channels.speech.players.hall.place: "
        #expect(found == [place + "no floor '9' in block a; write one of 1, 2"])
    }

    @Test(arguments: [
        ("", "", "25: no channel reaches 'r': there are no contacts; write one, such as siren:<device id>"),
        (
            "siren:a-1-A-siren", "channels: {siren: {enabled: false}}",
            "25: no channel reaches 'r': all their contacts are switched off; "
                + "enable the channel in hub.yaml, or write another contact"
        ),
        (
            "siren:a-1-A-siren pager:1", "",
            "43: there is no channel 'pager'; write one of call, cap, display, mail, ntfy, siren, sms, speech, webhook, webpush"
        ),
        (
            "mail:ann@d.example", "",
            "25: hub.yaml says nothing of a mail server; write channels.mail there, with url and from"
        ),
        (
            "mail:ann", "channels: {mail: {url: 'smtp://m.example', from: a@b.example}}",
            "25: 'mail:' is followed by no e-mail address; write mail:name@example.org"
        ),
        ("ntfy:a/b", "", "25: 'ntfy:' is followed by no topic; write at most 64 letters, digits, '-' and '_'"),
        (
            "telegram:12345", "",
            "25: there is no channel 'telegram'; write one of call, cap, display, mail, ntfy, siren, sms, speech, webhook, webpush"
        ),
        (
            "telegram:ann", "channels: {services: {telegram: {enabled: false, token: {env: NONE}}}}",
            "25: 'telegram:' is followed by no address of the kind telegram; write it as in telegram:12345"
        ),
        ("siren:a-1-A-sirne", "", "25: no siren 'a-1-A-sirne' in devices.csv; write 'a-1-A-siren', or add the siren"),
        (
            "siren:node", "",
            "25: sirens of the ecosystem zwavejs cannot be told to sound; write the id of a siren of native, "
                + "zigbee2mqtt, tasmota, shelly_gen1, shelly_gen2, homeassistant_discovery"
        ),
        (
            "siren:bell", "",
            "25: a Zigbee device behind Tasmota cannot be told to sound; write the id of a siren of native, "
                + "zigbee2mqtt, tasmota, shelly_gen1, shelly_gen2, homeassistant_discovery"
        ),
        ("siren:a-1-A-smoke", "", "25: 'a-1-A-smoke' is no siren but of kind smoke; write the id of a siren"),
        (
            "webhook:desk", "",
            "25: no webhook endpoint 'desk' in hub.yaml; name it under channels.webhook.endpoints"
        ),
        (
            "webhook:dsek/1", "channels: {webhook: {endpoints: {desk: {url: 'https://d.example'}}}}",
            "25: no webhook endpoint 'dsek' in hub.yaml; write 'desk'"
        ),
        (
            "cap:city", "channels: {cap: {endpoints: {city: {url: 'https://c.example'}}}}",
            "25: nobody has a CAP contact: the endpoints in hub.yaml get every alert; "
                + "remove it, and write another contact"
        ),
        (
            "webpush:ann-phone", "",
            "25: web push is not set up; write subject and key under channels.webpush"
        ),
        (
            "speech:lobby", "",
            "25: nobody has a speech contact: players speak for the people of their place; "
                + "remove it, and write another contact"
        ),
        ("webhook:ftp://x", "", "25: 'webhook:' is followed by no web address; write https://host/path"),
        (
            "sms:+85291234567", "",
            "25: hub.yaml has no route for SMS; write one under channels.sms.routes"
        ),
        (
            "sms:+85291234567", "channels: {sms: {routes: [{name: h, kind: http, url: 'http://x', enabled: false}]}}",
            "25: no channel reaches 'r': all their contacts are switched off; "
                + "enable the channel in hub.yaml, or write another contact"
        ),
        (
            "sms:85291234567", "",
            "25: the phone number '8529*****67' does not begin with '+'; "
                + "write '+' and the country's code first, as in sms:+85291234567"
        ),
        (
            "sms:+852-9123-4567", "",
            "25: the phone number '+852********67' has something else than digits behind its '+'; "
                + "write it without spaces, dashes and brackets, as in sms:+85291234567"
        ),
        (
            "sms:+091234567", "",
            "25: the phone number '+091****67' has a 0 behind its '+', with which no country's code begins; "
                + "write the country's code there, as in sms:+85291234567"
        ),
        (
            "sms:+852912", "",
            "25: the phone number '*******' has 6 digits; "
                + "write all 7 to 15 of them, the country's code included"
        ),
    ])
    func `is named with its place`(contacts: String, yaml: String, message: String) throws {
        #expect(try mistakes(contacts, yaml) == ["residents.csv:2:" + message])
    }
}
