import Devices
import Foundation
import Hub
import Notify
import Registry
import Testing
import Upkeep

@Suite struct `The hub's settings` {
    @Test(arguments: ["", "# nothing but a comment\n", "{}"])
    func `have a default for every key`(yaml: String) throws {
        let settings = try HubYAML.settings(yaml)
        #expect(settings.broker.address.description == "mqtt://127.0.0.1:1883")
        #expect(settings.broker.receiveMaximum == 10_000)
        #expect(settings.canary.interval == .seconds(15))
        #expect(settings.payloadBytesMax == 262_144)
        #expect(settings.zigbee2MQTTBaseTopics == ["zigbee2mqtt"])
        #expect(settings.supervision.contracts.own.isEmpty)
        #expect(settings.checkpoint == .seconds(30))
        #expect(settings.channels.siren.enabled)
        #expect(settings.state == "state")
    }

    @Test func `are what the file says`() throws {
        let settings = try HubYAML.settings(
            """
            hub: hub-2
            state: /var/lib/smokehub
            log-level: debug
            console: '[::1]:8080'
            broker:
              url: mqtts://hub@broker.example:8884
              client-id: hub-two
              protocol: 3.1.1
              keep-alive: 20s
              session-expiry: 2d
              receive-maximum: 2000
              password: {env: PASSWORD}
            subscriptions: [drill/#, "tele/+/SENSOR"]
            canary: {interval: 5s, grace: 2s}
            batch-max: 100
            payload-bytes-max: 1MiB
            zigbee2mqtt: {base-topics: [zigbee2mqtt, z2m/b]}
            ecosystems:
              zwavejs: {prefixes: [zwave, upstairs/zwave], listen: true}
              tasmota: {telemetry: building/tele, state: building/stat, command: building/cmnd}
              alarm_panels: {dsc: [homie/panel-2]}
              esphome: {listen: false}
              homeassistant_discovery: {nodes: {det9: gateway-b}}
            supervision:
              contracts:
                - {device: a-3-B-smoke, interval: none, last-will: none}
                - {ecosystem: native, kind: smoke, model: S1, interval: 60s, grace: 60s}
              mass-silence: 0.5
              storm: {burst: 50, rate: 0.5}
            checkpoint: 10s
            journal: {retention: 90d}
            channels:
              mail: {url: "smtps://mail.example", from: 陳 <fire@d.example>, user: hub, password: {env: DESK}, timeout: 3s}
              ntfy: {url: "https://push.d.example/", token: {env: DESK}}
              services:
                telegram: {token: {env: DESK}}
                duty: {type: slack, token: {env: DESK}, timeout: 2s, enabled: false}
                pager:
                  type: custom
                  url: "https://pager.example/{{address}}"
                  headers: {X-Key: {env: DESK}, X-Origin: estate}
                  body: '{"text": "{{short}}", "urgent": {{danger}}}'
                  refused: [404]
              siren: {mode: fire, level: low, duration: 60s}
              webhook:
                timeout: 2s
                endpoints:
                  desk: {url: "https://desk.example/alarm", secret: {env: DESK}, retries-max: 3}
                  later: {enabled: false, url: "https://later.example", secret: {env: LATER}}
            deliveries: {concurrent-max: 4, give-up: 10m}
            """, environment: ["PASSWORD": "pw", "DESK": "key"])
        #expect(settings.broker.address.description == "mqtts://hub@broker.example:8884")
        #expect(settings.broker.protocolVersion == .v311)
        #expect(settings.broker.sessionExpiry == .seconds(172_800))
        #expect(settings.broker.password?.value == "pw")
        #expect(settings.console == .listen(host: "::1", port: 8080))
        #expect(
            settings.supervision.contracts.own == [
                Contracts.Rule(device: "a-3-B-smoke", Contract(interval: nil, lastWill: .none)),
                Contracts.Rule(
                    ecosystem: .native, kind: .smoke, model: "S1",
                    Contract(interval: .seconds(60), grace: .seconds(60), lastWill: .outage)),
            ])
        #expect(settings.supervision.massShare == 0.5)
        #expect(settings.supervision.storm == StormLimits(burst: 50, rate: 0.5))
        #expect(settings.zigbee2MQTTBaseTopics == ["zigbee2mqtt", "z2m/b"])
        #expect(settings.ecosystems.prefixes(of: .zwavejs) == ["zwave", "upstairs/zwave"])
        #expect(settings.ecosystems.prefixes(of: .chirpstack) == ["application"])
        #expect(settings.ecosystems.tasmotaTelemetry == "building/tele")
        #expect(settings.ecosystems.tasmotaCommand == "building/cmnd")
        #expect(settings.ecosystems.dsc == ["homie/panel-2"])
        #expect(settings.ecosystems.paradox == ["paradox"])
        #expect(settings.ecosystems.listening == [.zwavejs])
        #expect(settings.ecosystems.discoveryNodes == ["det9": "gateway-b"])
        #expect(settings.channels.siren.mode == .fire)
        let mail = settings.channels.mail
        #expect(mail.url == "smtps://mail.example" && mail.user == "hub" && mail.password?.value == "key")
        #expect(mail.sender?.name == "陳" && mail.sender?.address == "fire@d.example")
        #expect(mail.timeout == .seconds(3) && mail.starttls == .required)
        #expect(settings.channels.ntfy.url == "https://push.d.example" && settings.channels.ntfy.token?.value == "key")
        let services = settings.channels.services.named
        #expect(services.map(\.name) == ["telegram", "duty", "pager"])
        #expect(services.map(\.kind) == [.telegram, .slack, .custom])
        #expect(services.map(\.enabled) == [true, false, true])
        #expect(services[0].token?.value == "key" && services[1].timeout == .seconds(2))
        #expect(services[2].custom?.headers.map(\.value.value) == ["key", "estate"])
        #expect(services[2].custom?.refused == [404])
        let desk = try #require(settings.channels.webhook.endpoint("desk"))
        #expect(desk.request.secret?.value == "key")
        #expect(desk.request.retriesMax == 3)
        #expect(desk.request.timeout == .seconds(2))
        #expect(settings.channels.webhook.endpoint("later")?.enabled == false)
        #expect(settings.deliveries.giveUp == .seconds(600))
    }

    @Test func `say when something has to be mended`() throws {
        let upkeep = try HubYAML.settings(
            """
            upkeep:
              days: 60
              digest: "08:30"
              urgent: [leak, fault]
              settle: 2h
              reopen: 14d
              brief-outage: 5m
              share: 3
              due: {fault: 12h}
              battery: {low: 10, good: 25.5, horizon: 20d, days-min: 7, models: {R311W: 2.4}}
              smoke-density: {rise: 3, rise-min: 0.04, high: 0.08}
              signal: {drop-dbm: 12, drop-lqi: 60}
              nuisance: {count: 5, within: 60d}
              life: {co: 10, notice: 30d, models: {"X 1": 5}}
              climate: {heat: {temperature: [-10, 65]}, models: {X2: {temperature: [5, 30], humidity: 70}}}
              vibration: {times: 9}
            """, environment: [:]
        ).upkeep
        #expect(upkeep.days == 60 && upkeep.digestAt == .seconds(8 * 3600 + 1800) && upkeep.share == 3)
        #expect(upkeep.urgent == [.leak, .fault] && upkeep.briefOutage == .seconds(300))
        #expect(upkeep.settle == .seconds(7200) && upkeep.reopen == .seconds(14 * 86_400))
        #expect(upkeep.due(.fault) == .seconds(12 * 3600) && upkeep.due(.leak) == .seconds(86_400))
        #expect(upkeep.battery.low == 10 && upkeep.battery.good == 25.5)
        #expect(upkeep.battery.horizonDays == 20 && upkeep.battery.daysMin == 7)
        #expect(upkeep.battery.lowVoltsByModel == ["R311W": 2.4])
        #expect(upkeep.contamination.rise == 3 && upkeep.contamination.riseMin == 0.04)
        #expect(upkeep.contamination.high == 0.08 && upkeep.signal.dropDBm == 12 && upkeep.signal.dropLQI == 60)
        #expect(upkeep.nuisance.count == 5 && upkeep.nuisance.within == .seconds(60 * 86_400))
        #expect(upkeep.vibrationsMax == 9)
        let device = Device(
            id: "d", ecosystem: .native, address: "d", place: Place(block: "a"), kind: .co, model: "X 1")
        #expect(upkeep.life.years(of: device) == 5 && upkeep.life.yearsByKind[.co] == 10)
        #expect(upkeep.life.notice == .seconds(30 * 86_400))
        #expect(upkeep.climate.ranges[.heat] == .init(temperature: -10...65, humidityMax: 100))
        #expect(upkeep.climate.rangesByModel["X2"] == .init(temperature: 5...30, humidityMax: 70))
        #expect(upkeep.climate.ranges[.smoke] == .init(temperature: 0...45, humidityMax: 93), "what is not named stays")
    }

    @Test(arguments: [
        (
            "brocker: {}",
            "1:1: unknown key 'brocker'; write 'broker'"
        ),
        ("- a", "1:1: this is a list; write 'key: value' pairs"),
        ("broker:", "1:8: broker: nothing is written here; write 'key: value' pairs, or remove the key"),
        (
            "broker:\n  keepalive: 30s",
            "2:3: broker: unknown key 'keepalive'; write 'keep-alive', or another of url, "
                + "client-id, protocol, session-expiry, receive-maximum, user, password, tls"
        ),
        (
            "escalation: {people: [{tell: block, after: 60s}]}",
            "1:30: escalation.people[1].tell: 'block' is nobody who answers for others; write one of guards, wardens, "
                + "office, owners, next-of-kin"
        ),
        (
            "escalation: {people: [{tell: warden, after: 60s}]}",
            "1:30: escalation.people[1].tell: 'warden' is nobody who answers for others; write 'wardens', or another of "
                + "guards, office, owners, next-of-kin"
        ),
        ("broker: {keep-alive: 1s}", "1:22: broker.keep-alive: 1s is out of range; write a duration from 5s to 1h"),
        ("broker: {protocol: 4}", "1:20: broker.protocol: unknown '4'; write one of 5, 3.1.1"),
        (
            "broker: {url: tcp://x}",
            "1:15: broker.url: this is no broker's address; "
                + "write mqtt://host:1883, or mqtts://host:8883 for TLS"
        ),
        (
            "broker: {user: hub, password: hunter2}",
            "1:31: broker.password: a secret stands in the file; "
                + "write {env: NAME} or {file: path}, and put the secret there"
        ),
        (
            "broker: {user: hub, password: {value: hunter2}}",
            "1:32: broker.password: a secret comes from env or file; "
                + "write {env: NAME} or {file: path}, and put the secret there"
        ),
        (
            "broker: {user: hub, password: {env: NOWHERE}}",
            "1:37: broker.password.env: the environment has no "
                + "'NOWHERE'; set it where the hub is started, or write {file: path}"
        ),
        (
            "broker: {user: hub, password: {env: EMPTY}}",
            "1:37: broker.password.env: the secret from env EMPTY is "
                + "empty; put the secret there"
        ),
        (
            "broker: {user: hub, password: {file: /nowhere/pw}}",
            "1:38: broker.password.file: there is no file "
                + "'/nowhere/pw'; put the file there, or write its path"
        ),
        ("broker: {password: {env: SET}}", "1:20: broker.password: a password without a user; add 'user:' beside it"),
        (
            "broker: {tls: {}}",
            "1:15: broker.tls: TLS settings for a broker without TLS; "
                + "write mqtts://… as the url, or remove tls"
        ),
        (
            "broker: {url: mqtts://x, tls: {certificate: /dev/null}}",
            "1:45: broker.tls.certificate: "
                + "a certificate without a key; add 'key:' beside it"
        ),
        (
            "broker: {url: mqtts://x, tls: {ca: /nowhere/ca.pem}}",
            "1:36: broker.tls.ca: there is no file "
                + "'/nowhere/ca.pem'; put the file there, or write its path"
        ),
        (
            "console: 8080",
            "1:10: console: the port is missing in '8080'; write address:port, such as 127.0.0.1:8080, or off"
        ),
        (
            "subscriptions: [a/#/b]",
            "1:17: subscriptions[1]: 'a/#/b' is no topic filter; "
                + "write '+' for one level, or '#' for all further ones at the end"
        ),
        (
            "zigbee2mqtt: {base-topics: [z/#]}",
            "1:29: zigbee2mqtt.base-topics[1]: 'z/#' is no topic; "
                + "write it without '+' and '#'"
        ),
        (
            "ecosystems: {zwavejs: {prefix: zwave}}",
            "1:24: ecosystems.zwavejs: unknown key 'prefix'; write 'prefixes', or another of listen"
        ),
        (
            "ecosystems: {zwavejs: {prefixes: [z/+]}}",
            "1:35: ecosystems.zwavejs.prefixes[1]: 'z/+' is no prefix of topics; write the topic alone, as in 'home' or "
                + "'building/tele'"
        ),
        (
            "ecosystems: {chirpstack: {prefixes: []}}",
            "1:37: ecosystems.chirpstack.prefixes: the list is empty, so that nothing would be heard; write a prefix, or "
                + "remove the key"
        ),
        (
            "ecosystems: {domoticz: {prefixes: [d, d]}}",
            "1:39: ecosystems.domoticz.prefixes[2]: 'd' stands here twice; keep one of them"
        ),
        (
            "ecosystems: {alarm_panels: {dsc: [dsc-alarm]}}",
            "1:34: ecosystems.alarm_panels.dsc: 'dsc-alarm' is no panel's topic; write Homie's base topic and the device "
                + "id, as in homie/dsc-alarm"
        ),
        (
            "ecosystems: {esphome: {listen: perhaps}}",
            "1:32: ecosystems.esphome.listen: 'perhaps' is neither true nor false; write true or false"
        ),
        (
            "ecosystems: {native: {prefixes: [x]}}",
            "1:14: ecosystems: unknown key 'native'; write one of zigbee2mqtt, chirpstack, thethingsstack, shelly_gen1, "
                + "shelly_gen2, tasmota, esphome, zwavejs, rtl_433, openmqttgateway, domoticz, alarm_panels, homie, "
                + "sparkplug_b, homeassistant_discovery"
        ),
        (
            "ecosystems: {zigbee2mqtt: {prefixes: [a]}}\nzigbee2mqtt: {base-topics: [b]}",
            "2:28: zigbee2mqtt.base-topics: the base topics stand under ecosystems.zigbee2mqtt.prefixes as well; remove "
                + "them here"
        ),
        ("batch-max: 0", "1:12: batch-max: 0 is out of range; write a whole number from 1 to 65535"),
        (
            "payload-bytes-max: 256",
            "1:20: payload-bytes-max: '256' has no unit; "
                + "write a size such as 512B, 256KiB, 4MiB or 1GiB"
        ),
        (
            "supervision: {contracts: [{ecosystem: zigbee, interval: 1h}]}",
            "1:39: supervision.contracts[1].ecosystem: "
                + "unknown 'zigbee'; write one of native, zigbee2mqtt, chirpstack, thethingsstack, shelly_gen1, "
                + "shelly_gen2, tasmota, esphome, zwavejs, rtl_433, openmqttgateway, domoticz, alarm_panels, homie, "
                + "sparkplug_b, homeassistant_discovery"
        ),
        (
            "log-level: verbose",
            "1:12: log-level: unknown 'verbose'; "
                + "write one of trace, debug, info, notice, warning, error, critical"
        ),
    ])
    func `name what is wrong, where, and the mend`(yaml: String, message: String) {
        #expect(HubYAML.mistakes(yaml, environment: ["EMPTY": "", "SET": "x"]) == ["hub.yaml:" + message])
    }

    @Test func `name all mistakes in one run`() {
        let found = HubYAML.mistakes("checkpoint: soon\nhub: a/b\nbroker: {receive-maximum: 70000}\n")
        #expect(found.map { $0.prefix { $0 != " " } } == ["hub.yaml:1:13:", "hub.yaml:2:6:", "hub.yaml:3:27:"])
    }

    @Test func `take the key of personal data, and say what is wrong with it without quoting it`() throws {
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        let settings = try HubYAML.settings("personal-data: {key: {env: KEY}, keep: 90d}", environment: ["KEY": key])
        #expect(settings.personalData.seal != nil && settings.personalData.keep == .seconds(90 * 86_400))
        #expect(try HubSettings(ConfigFile(name: "hub.yaml", text: ""), environment: [:]).personalData.seal == nil)
        #expect(
            HubYAML.mistakes("personal-data: {key: {env: KEY}}", environment: ["KEY": "a secret"]) == [
                "hub.yaml:1:22: personal-data.key: the secret from env KEY is not 32 bytes in Base64; "
                    + "make one: openssl rand -base64 32"
            ])
        #expect(HubYAML.mistakes("personal-data: {key: \(key)}").joined().contains("a secret stands in the file"))
        for wrong in ["{keep: 12h}", "{keep: 3651d}", "{kept: 1d}"] {
            #expect(HubYAML.mistakes("personal-data: \(wrong)").count == 1)
        }
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains(key) && !"\(settings)".contains(key))
    }

    @Test func `take a secret and other files from beside them`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("pass word\r\n".utf8).write(to: folder.appending(path: "secret"))
        try Data("state: data\nbroker: {user: hub, password: {file: secret}}\n".utf8)
            .write(to: folder.appending(path: "hub.yaml"))
        for path in [folder.path, folder.path + "/", folder.path + "/hub.yaml"] {
            let settings = try HubSettings.load(path: path, environment: [:])
            #expect(settings.broker.password?.value == "pass word")
            #expect(settings.folder == folder.path)
            #expect(settings.state == folder.path + "/data")
        }
    }

    @Test func `never show a secret`() throws {
        let settings = try HubYAML.settings("broker: {user: hub, password: {env: P}}", environment: ["P": "hunter2"])
        var dumped = "\(settings) \(String(reflecting: settings))"
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(dumped.contains("secret from env P"))
    }

    @Test func `keep what belongs to another broker out of a connection without TLS`() throws {
        var broker = try HubYAML.settings("broker: {url: 'mqtts://hub@a', tls: {ca: /dev/null}}").broker
        broker.use(try BrokerAddress("mqtts://b:9999"))
        #expect(broker.tls?.authority == "/dev/null")
        #expect(broker.address.description == "mqtts://hub@b:9999")
        broker.use(try BrokerAddress("mqtt://me@127.0.0.1"))
        #expect(broker.tls == nil)
        #expect(broker.user == "me")
    }
}

@Suite struct `A broker's address` {
    @Test(arguments: [
        ("mqtt://localhost", "mqtt://localhost:1883"), ("mqtts://broker.example", "mqtts://broker.example:8883"),
        ("mqtt://hub@10.0.0.1:1884", "mqtt://hub@10.0.0.1:1884"), ("mqtt://[::1]:1885", "mqtt://[::1]:1885"),
        ("mqtt://a@b@host", "mqtt://a@b@host:1883"),
    ])
    func `names scheme, user, host and port`(text: String, meaning: String) throws {
        #expect(try BrokerAddress(text).description == meaning)
    }

    private static let mend = "write mqtt://host:1883, or mqtts://host:8883 for TLS"

    @Test(arguments: [
        ("localhost:1883", "this is no broker's address; \(mend)"),
        ("mqtt://", "the host is missing in ''; \(mend)"),
        ("mqtt://:1883", "the host is missing in ':1883'; \(mend)"),
        ("mqtt://host:", "'' is no port; \(mend)"),
        ("mqtt://host:70000", "'70000' is no port; \(mend)"),
        ("mqtt://host:1883/topic", "'host:1883/topic' goes on after host and port; \(mend)"),
        ("mqtt://@host", "the user before '@' is empty; \(mend)"),
        (
            "mqtt://hub:hunter2@host",
            "a password stands in the address; "
                + "write mqtt://user@host:port here, and broker.password: {env: NAME} or {file: path}"
        ),
    ])
    func `is refused with the reason`(text: String, message: String) {
        let mistake = #expect(throws: AddressMistake.self) { try BrokerAddress(text) }
        #expect(mistake?.description == message)
    }
}

/// The sample estate of this repository.
private let sample = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Config").standardized

@Suite struct `The sample configuration` {
    @Test func `has no mistakes, and everybody in it is reached`() throws {
        let settings = try HubSettings.load(path: sample.path, environment: [:])
        let registry = try EstateRegistry.load(folder: settings.folder)
        #expect(settings.unreached(in: registry).map(\.description) == [])
        #expect(registry.estate.blocks.map(\.id) == ["a", "b", "c"])
        #expect(try Estate.load(file: settings.folder + "/estate.yaml") == registry.estate)
        #expect(registry.estate.block("a")?.floors.count == 31)
        #expect(registry.device(.zigbee2mqtt, address: "block-b/flat-3A/hall_smoke")?.id == "b-3-A-smoke")
        #expect(registry.device("a-12-C-siren")?.kind == .siren)
    }

    @Test func `has a detector in every flat`() throws {
        let registry = try EstateRegistry.load(folder: sample.path)
        for block in registry.estate.blocks {
            for floor in block.floors {
                for flat in block.flats {
                    let place = registry.device("\(block.id)-\(floor)-\(flat)-smoke")?.place
                    #expect(place == Place(block: block.id, floor: floor, flat: flat))
                }
            }
        }
    }

    @Test func `writes down the default of every key that it shows`() throws {
        var shown = try HubSettings.load(path: sample.path, environment: [:])
        let defaults = HubSettings()
        #expect(shown.state.hasSuffix("/Config/../state"))
        #expect(shown.channels.webhook.endpoints.map(\.name) == ["security-desk"])
        // Dictionaries are written in any order.
        #expect(shown.ecosystems == defaults.ecosystems)
        shown.ecosystems = defaults.ecosystems
        (shown.folder, shown.state) = (defaults.folder, defaults.state)
        for (kind, due) in shown.upkeep.dueByKind { #expect(due == defaults.upkeep.due(kind)) }
        shown.upkeep.dueByKind = [:]
        #expect(shown.upkeep == defaults.upkeep)
        // Equal dictionaries may be written in another order.
        shown.upkeep = defaults.upkeep
        shown.channels.webhook.endpoints = []
        #expect(String(reflecting: shown) == String(reflecting: defaults))
    }
}
