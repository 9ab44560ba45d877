import Registry
import Testing

/// The smallest estate that is right, to be spoilt by the rows.
private let estateText = """
    estate: demo
    name: {en: Demo}
    blocks:
      - {id: a, name: {en: Block A}, floors: 1-12, flats: [A, B, C], areas: [lobby, stair-1]}
      - {id: north, name: {en: North}, floors: [G, 1, 2], flats: [A]}

    """
private let deviceHeader = "id,ecosystem,address,block,floor,flat,area,room,kind,model\n"
private let residentHeader = "id,name,language,block,floor,flat,role,needs,contacts\n"

private func mistakes(
    estate: String = estateText, devices: String = deviceHeader, residents: String = residentHeader
) -> [String] {
    do {
        _ = try EstateRegistry(
            estate: ConfigFile(name: "estate.yaml", text: estate),
            devices: ConfigFile(name: "devices.csv", text: devices),
            residents: ConfigFile(name: "residents.csv", text: residents))
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct `An estate's files` {
    @Test(arguments: ["2019-04", "1970-01", "2199-12", ""])
    func `say when a device was made, where somebody has written it down`(_ month: String) throws {
        let registry = try EstateRegistry(
            estate: ConfigFile(name: "estate.yaml", text: estateText),
            devices: ConfigFile(
                name: "devices.csv",
                text: "id,ecosystem,address,block,floor,flat,area,kind,made\ns1,native,s1,a,12,C,,smoke,\(month)\n"),
            residents: ConfigFile(name: "residents.csv", text: residentHeader))
        #expect(registry.device("s1")?.made?.description ?? "" == month)
    }

    @Test(arguments: ["2019", "2019-4", "2019-13", "2019-00", "April 2019", "2019-04-01", "1969-12", "-019-04"])
    func `are wrong where that is no month`(_ month: String) {
        let row = "s1,native,s1,a,12,C,,hall,smoke,,\(month)\n"
        let found = mistakes(devices: "id,ecosystem,address,block,floor,flat,area,room,kind,model,made\n" + row)
        #expect(found == ["devices.csv:2:34: '\(month)' is no month; write it as 2019-04"])
    }

    @Test func `become devices of which each is found by its id and by its address, and of two the first`() {
        let devices = (0..<5000).map { number in
            Device(
                id: "s\(number % 4999)", ecosystem: number % 2 == 0 ? .zigbee2mqtt : .native,
                address: "flat \(number / 2)", place: Place(block: "a"), kind: .smoke)
        }
        let registry = EstateRegistry(
            estate: Estate(id: "demo", name: LocalizedText([(.english, "Demo")]), blocks: []), devices: devices,
            residents: [])
        #expect((0..<4999).map { (number: Int) in registry.position(of: "s\(number)") ?? -1 } == Array(0..<4999))
        #expect(
            devices.indices.allSatisfy {
                registry.position(of: devices[$0].ecosystem, address: devices[$0].address) == $0
            })
        #expect(registry.position(of: "s4999") == nil)
        #expect(registry.position(of: .tasmota, address: "flat 1") == nil)
        #expect(registry.device("s0")?.ecosystem == .zigbee2mqtt)
    }

    @Test func `become places, devices and people that are found by their names`() throws {
        let registry = try EstateRegistry(
            estate: ConfigFile(name: "estate.yaml", text: estateText),
            devices: ConfigFile(
                name: "devices.csv",
                text: """
                    kind,id,area,flat,floor,block,address,ecosystem
                    smoke,s1,,C,12,a,s1,native
                    siren,z1,lobby,,,a,"hall, big/siren",zigbee2mqtt
                    """),
            residents: ConfigFile(
                name: "residents.csv",
                text: """
                    id,name,language,block,floor,flat,role,contacts
                    r1,陳大文,zh-Hant,a,12,C,resident,siren:z1 webhook:http://127.0.0.1:80/x
                    g1,Guard,en,,,,guard,
                    """))
        #expect(registry.estate.block("a")?.floors == (1...12).map(String.init))
        #expect(registry.estate.block("north")?.floors == ["G", "1", "2"])
        #expect(registry.device("s1")?.place == Place(block: "a", floor: "12", flat: "C"))
        #expect(registry.device(.zigbee2mqtt, address: "hall, big/siren")?.id == "z1")
        #expect(registry.device(.native, address: "z1") == nil)
        #expect(registry.resident("g1")?.place == nil)
        let contacts = try #require(registry.resident("r1")?.contacts)
        #expect(contacts.map(\.channel) == ["siren", "webhook"])
        #expect(contacts.map(\.address) == ["z1", "http://127.0.0.1:80/x"])
        #expect(contacts.map(\.id) == ["r1/1", "r1/2"])
    }

    @Test(arguments: [
        ("estate: demo\n", "estate.yaml:1:1: the key 'name' is missing; add 'name:' here"),
        (
            estateText.replacing("areas:", with: "area:"),
            "estate.yaml:4:66: blocks[1]: unknown key 'area'; write 'areas', or another of id, name, floors, flats, policy"
        ),
        (
            estateText.replacing("id: north", with: "id: a"),
            "estate.yaml:5:5: blocks[2]: block 'a' stands in line 4 already; give it another id"
        ),
        (
            estateText.replacing("1-12", with: "12-1"),
            "estate.yaml:4:42: blocks[1].floors: '12-1' is no range of floors; "
                + "write the lowest floor first, at most 200 floors"
        ),
        (
            estateText.replacing("1-12", with: "12"),
            "estate.yaml:4:42: blocks[1].floors: '12' is no range of floors; "
                + "write a range such as 1-31 or a list such as [G, 1, 2]"
        ),
        (
            estateText.replacing("[G, 1, 2]", with: "[G, 1-3, 2]"),
            "estate.yaml:5:53: blocks[2].floors[3]: floor '2' stands twice; keep one of them"
        ),
        (
            estateText.replacing("[A, B, C]", with: "[A, B, A]"),
            "estate.yaml:4:62: blocks[1].flats[3]: 'A' stands twice; keep one of them"
        ),
        (
            estateText.replacing("id: a", with: "id: a/b"),
            "estate.yaml:4:10: blocks[1].id: 'a/b' cannot be an id; "
                + "use letters, digits, '-', '_' and '.', without spaces, '/', '+' or '#'"
        ),
        (
            estateText.replacing("{en: North}", with: "{En: North}"),
            "estate.yaml:5:24: blocks[2].name: 'En' is no language tag; write a tag such as en, zh-Hant, id or tl"
        ),
        (
            estateText.replacing("floors: [G, 1, 2]", with: "flats: [B]"),
            "estate.yaml:5:36: key 'flats' stands here and again below; keep one of them"
        ),
    ])
    func `name every mistake about the place`(estate: String, message: String) {
        #expect(mistakes(estate: estate).contains(message), "\(mistakes(estate: estate))")
    }

    @Test(arguments: [
        (
            "d,native,d,nroth,1,A,,,smoke,",
            "devices.csv:2:12: no block 'nroth' in estate.yaml; write 'north', or another of a"
        ),
        (
            "d,native,d,a,13,A,,,smoke,",
            "devices.csv:2:14: no floor '13' in block a; write one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"
        ),
        ("d,native,d,a,1,H,,,smoke,", "devices.csv:2:16: no flat 'H' in block a; write one of A, B, C"),
        (
            "d,native,d,a,1,,stair1,,smoke,",
            "devices.csv:2:17: no area 'stair1' in block a; write 'stair-1', or another of lobby"
        ),
        ("d,native,d,north,1,,lobby,,smoke,", "devices.csv:2:21: no area 'lobby' in block north; remove it"),
        (
            "d,native,d,a,1,A,lobby,,smoke,",
            "devices.csv:2:18: a flat and an area are both given; "
                + "leave one of them empty: a device hangs in a flat or in a common area"
        ),
        ("d,native,d,north,,A,,,smoke,", "devices.csv:2:18: flat 'A' stands without a floor; write one of G, 1, 2"),
        ("d,native,d,,1,A,,,smoke,", "devices.csv:2:12: the block is missing; write its id as in estate.yaml"),
        (
            "d,zigbee,d,a,1,A,,,smoke,",
            "devices.csv:2:3: unknown ecosystem 'zigbee'; write one of native, zigbee2mqtt, chirpstack, "
                + "thethingsstack, shelly_gen1, shelly_gen2, tasmota, esphome, zwavejs, rtl_433, openmqttgateway, "
                + "domoticz, alarm_panels, homie, sparkplug_b, homeassistant_discovery"
        ),
        (
            "d,,d,a,1,A,,,smoke,",
            "devices.csv:2:3: the ecosystem is missing; write one of native, zigbee2mqtt, chirpstack, "
                + "thethingsstack, shelly_gen1, shelly_gen2, tasmota, esphome, zwavejs, rtl_433, openmqttgateway, "
                + "domoticz, alarm_panels, homie, sparkplug_b, homeassistant_discovery"
        ),
        (
            "d,native,d,a,1,A,,,smok,",
            "devices.csv:2:20: unknown kind 'smok'; write 'smoke', or another of heat, flame, co, gas, water_leak, "
                + "button, help, siren, building_alarm, gateway, sensor"
        ),
        (
            "d,native,d,a,1,A,,,smoke,\nd,native,d,a,2,A,,,smoke,",
            "devices.csv:3:1: device 'd' stands in line 2 already; give it another id"
        ),
        (
            "d,zigbee2mqtt,hall/smoke,a,1,A,,,smoke,\ne,zigbee2mqtt,hall/smoke,a,2,A,,,smoke,",
            "devices.csv:3:15: device 'd' in line 2 has the address 'hall/smoke' too; "
                + "write the address that this device has of its own"
        ),
        ("d,native,e,a,1,A,,,smoke,", "devices.csv:2:10: 'e' is no native address; write the device's id, 'd'"),
        (
            "d,zigbee2mqtt,,a,1,A,,,smoke,",
            "devices.csv:2:15: the address is missing; write the name that its ecosystem gives it"
        ),
        (
            "d,zigbee2mqtt,hall/+,a,1,A,,,smoke,",
            "devices.csv:2:15: 'hall/+' cannot be part of a topic; rename the device without '+' and '#'"
        ),
        (
            "d e,native,d e,a,1,A,,,smoke,",
            "devices.csv:2:1: 'd e' cannot be an id; "
                + "use letters, digits, '-', '_' and '.', without spaces, '/', '+' or '#'"
        ),
        (
            "d,native,d,a,1,A,,\"big\nhall\",smke,",
            "devices.csv:3:7: unknown kind 'smke'; write 'smoke', or another of heat, flame, co, gas, water_leak, "
                + "button, help, siren, building_alarm, gateway, sensor"
        ),
        (
            "d,native,d,a,1,A,smoke,",
            "devices.csv:2:24: this row has 8 fields, the header has 10; "
                + "write a comma for every empty field, and quotes round a field that holds a comma"
        ),
        (
            "d,native,d,a,1,A,,hall, big,smoke,M1",
            "devices.csv:2:35: this row has 11 fields, the header has 10; "
                + "write a comma for every empty field, and quotes round a field that holds a comma"
        ),
    ])
    func `name every mistake about a device`(rows: String, message: String) {
        #expect(mistakes(devices: deviceHeader + rows) == [message])
    }

    @Test(arguments: [
        (
            "id,ecosystem,adress,block,floor,flat,area,kind\n",
            [
                "devices.csv:1:1: the column 'address' is missing; add 'address' to the header",
                "devices.csv:1:14: unknown column 'adress'; write 'address', or another of "
                    + "id, ecosystem, block, floor, flat, area, kind, room, model, made",
            ]
        ),
        (
            "id,id,ecosystem,address,block,floor,flat,area,kind\n",
            ["devices.csv:1:4: column 'id' stands twice; keep one of them"]
        ),
        (
            "id;ecosystem;address\n",
            ["devices.csv:1:1: the columns are not separated by commas; save the file as comma-separated values"]
        ),
        (
            "",
            [
                "devices.csv:0:0: the header is missing; "
                    + "begin with id,ecosystem,address,block,floor,flat,area,kind,room,model,made"
            ]
        ),
    ])
    func `name every mistake about the columns`(text: String, messages: [String]) {
        #expect(mistakes(devices: text) == messages)
    }

    @Test(arguments: [
        ("r,Ann,en,a,1,D,resident,,", "residents.csv:2:14: no flat 'D' in block a; write one of A, B, C"),
        (
            "r,Ann,en,a,,,resident,,",
            "residents.csv:2:12: a resident without a floor; write the floor, or another role for who lives in no flat"
        ),
        (
            "g,Ann,en,,1,,guard,,",
            "residents.csv:2:10: the floor '1' stands without a block; write the block's id as in estate.yaml"
        ),
        (
            "g,Ann,en,a,,,gaurd,,",
            "residents.csv:2:14: unknown role 'gaurd'; write 'guard', or another of "
                + "resident, warden, office, maintenance, owner, next-of-kin"
        ),
        (
            "g,Ann,english,a,,,guard,,",
            "residents.csv:2:7: 'english' is no language tag; write a tag such as en, zh-Hant, id or tl"
        ),
        (
            "g,Ann,zh-hant,a,,,guard,,",
            "residents.csv:2:7: 'zh-hant' is no language tag; write a tag such as en, zh-Hant, id or tl"
        ),
        ("g,,en,a,,,guard,,", "residents.csv:2:3: the name is missing; write what the guards call this person"),
        (
            "g,Ann,en,,,,guard,,siren:x  85251234567",
            "residents.csv:2:29: this is no contact; write channel:address, such as siren:a-12-C-siren"
        ),
        (
            "g,Ann,en,,,,guard,,siren:",
            "residents.csv:2:20: this is no contact; write channel:address, such as siren:a-12-C-siren"
        ),
        (
            "g,Ann,en,,,,guard,,\"siren:x\nSiren:y\"",
            "residents.csv:3:1: this is no contact; write channel:address, such as siren:a-12-C-siren"
        ),
        (
            "g,Ann,en,,,,guard,,siren:x siren:x",
            "residents.csv:2:28: this contact stands twice; keep one of them"
        ),
        (
            "g,Ann,en,,,,guard,,\ng,Bob,en,,,,guard,,",
            "residents.csv:3:1: resident 'g' stands in line 2 already; give them another id"
        ),
    ])
    func `name every mistake about a person`(rows: String, message: String) {
        #expect(mistakes(residents: residentHeader + rows) == [message])
    }

    @Test func `have the mistakes of all files named in one run, in their order`() {
        let found = mistakes(
            devices: deviceHeader + "d,native,d,a,13,A,,,smok,\ne,native,e,a,1,A,,,smoke,\nf,native,f,a,1,Q,,,co,",
            residents: residentHeader + "r,Ann,en,a,1,Q,resident,,")
        #expect(
            found.map { $0.prefix { $0 != " " } } == [
                "devices.csv:2:14:", "devices.csv:2:21:", "devices.csv:4:16:", "residents.csv:2:14:",
            ])
    }

    @Test func `that lie beside a wrong estate are not called wrong for it`() {
        let found = mistakes(
            estate: estateText.replacing("1-12", with: "1..12"), devices: deviceHeader + "d,native,d,a,1,A,,,smoke,")
        #expect(found.count == 1)
    }

    @Test func `that are not there are each named`() {
        let found = #expect(throws: ConfigErrors.self) { try EstateRegistry.load(folder: "/nowhere") }
        #expect(
            found?.errors.map(\.description)
                == ["estate.yaml", "devices.csv", "residents.csv"].map { name in
                    "/nowhere/\(name):0:0: there is no such file; create it, or name the folder that holds it with --config"
                })
    }

    @Test func `let a later check point at a device or a contact`() throws {
        let registry = try EstateRegistry(
            estate: ConfigFile(name: "estate.yaml", text: estateText),
            devices: ConfigFile(name: "devices.csv", text: deviceHeader + "\nd,native,d,a,1,A,,,smoke,"),
            residents: ConfigFile(name: "residents.csv", text: residentHeader + "g,Ann,en,,,,guard,,siren:x sms:y"))
        #expect(registry.mistake(device: "d", "p", mend: "m").description == "devices.csv:3:1: p; m")
        #expect(registry.mistake(resident: "g", "p", mend: "m").description == "residents.csv:2:20: p; m")
        #expect(registry.mistake(resident: "g", contact: 1, "p", mend: "m").description == "residents.csv:2:28: p; m")
    }

    @Test func `of twenty thousand devices are all read and found`() throws {
        var text = deviceHeader
        for number in 1...20_000 { text += "d\(number),native,d\(number),a,\(number % 12 + 1),A,,hall,smoke,NX-1\n" }
        let registry = try EstateRegistry(
            estate: ConfigFile(name: "estate.yaml", text: estateText),
            devices: ConfigFile(name: "devices.csv", text: text),
            residents: ConfigFile(name: "residents.csv", text: residentHeader))
        #expect(registry.devices.count == 20_000)
        #expect(registry.device(.native, address: "d19999")?.place.floor == "8")
    }
}
