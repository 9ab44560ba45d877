import Registry
import Testing

private let estate = ConfigFile(
    name: "estate.yaml",
    text: """
        estate: demo
        name: {en: Demo}
        blocks:
          - {id: a, name: {en: Block A}, floors: 1-12, flats: [A, B, C], areas: [lobby, stair-1]}

        """)
private let devices = ConfigFile(name: "devices.csv", text: "id,ecosystem,address,block,floor,flat,area,kind\n")
private let header = "id,name,language,block,floor,flat,role,needs,contacts\n"
private let keys = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4="]

private func file(_ text: String) -> ConfigFile { ConfigFile(name: "residents.csv", text: text) }

private func people(_ text: String, _ seal: PersonalSeal?) throws(ConfigErrors) -> EstateRegistry {
    try EstateRegistry(estate: estate, devices: devices, residents: file(text), seal: seal)
}

private func mistakes(_ text: String, _ seal: PersonalSeal?) -> [String] {
    do {
        _ = try people(text, seal)
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct `The people of an estate, sealed` {
    private let seal: PersonalSeal
    private let other: PersonalSeal
    /// With what makes a table hard: quotes, commas, a line end in a field, CR LF, an empty line, none at the end.
    private let plain =
        header
        + "ann,\"Chan, Ann\",en,a,1,A,resident,\"wheelchair\n\"\"old\"\"\",sms:+85291234567 mail:ann@x.example\r\n"
        + "\n  bao , 陳大文 ,zh-Hant,a,2,B, resident ,,sms:+85261234567\n" + "g,Gil,en,,,,guard,,siren:desk"

    init() throws {
        seal = try PersonalSeal(key: keys[0])
        other = try PersonalSeal(key: keys[1])
    }

    @Test func `are read as if they stood there in plain text, and can be mixed with plain ones`() throws {
        let before = try people(plain, nil)
        #expect(before.unsealed == ["ann", "bao", "g"])
        let sealed = try ResidentsFile(file(plain)).sealed(with: seal)
        #expect(sealed.fields == 9)
        for word in ["Ann", "陳大文", "85291234567", "wheelchair", "Gil", "siren:"] {
            #expect(!sealed.text.contains(word))
        }
        let after = try people(sealed.text, seal)
        #expect(after.residents == before.residents && after.unsealed == [])
        let mixed = sealed.text + "\nnew,Eve,en,a,3,A,resident,,sms:+85251234567\n"
        #expect(try people(mixed, seal).unsealed == ["new"])
        #expect(try ResidentsFile(file(mixed)).plainFields == 3)
        #expect(try ResidentsFile(file(mixed)).sealed(with: seal).fields == 3)
    }

    @Test func `leave every other byte of the file as it is, and are as before when unsealed`() throws {
        let sealed = try ResidentsFile(file(plain)).sealed(with: seal).text
        let shell = sealed.replacing(/sealed:[-_0-9A-Za-z]+/, with: "S")
        #expect(
            shell == header + "ann,S,en,a,1,A,resident,S,S\r\n\n  bao , S ,zh-Hant,a,2,B, resident ,S,S\n"
                + "g,S,en,,,,guard,S,S")
        #expect(try ResidentsFile(file(sealed)).opened(with: seal).text == plain)
        let again = try ResidentsFile(file(sealed)).sealed(with: other, insteadOf: seal).text
        #expect(try people(again, other).residents == people(plain, nil).residents)
        #expect(throws: ConfigError.self) { try ResidentsFile(file(sealed)).opened(with: other) }
    }

    @Test func `lose a row, and nothing else, when somebody is forgotten`() throws {
        let file = try ResidentsFile(file(plain))
        let lines = plain.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(file.removing(["bao"]).text.hasSuffix("example\r\n\ng,Gil,en,,,,guard,,siren:desk"))
        #expect(file.removing(["ann"]).text == header + plain.split(separator: "example\r\n")[1])
        #expect(file.removing(["g"]).text.hasSuffix("sms:+85261234567\n"))
        #expect(file.removing(["g"]).removed == ["g": String(lines[lines.count - 1])])
        #expect(file.removing(["nobody"]).text == plain && file.removing(["nobody"]).removed.isEmpty)
    }

    @Test func `are refused where they do not open, at their place, and what is in them is not quoted`() throws {
        let sealed = try seal.seal("sms:+85291234567", of: "ann", as: "contacts")
        let row = "ann,Ann,en,a,1,A,resident,,\(sealed)\n"
        #expect(
            mistakes(header + row, nil) == [
                "residents.csv:2:28: the field 'contacts' is sealed, and there is no key; "
                    + "set personal-data.key in hub.yaml to the key it was sealed with"
            ])
        let mend = "set personal-data.key to the key it was sealed with, or write the field anew in plain text"
        let ours =
            "the field 'contacts' does not open: it was sealed with another key, for another person, or was changed since"
        #expect(mistakes(header + row, other) == ["residents.csv:2:28: \(ours); \(mend)"])
        #expect(
            mistakes(header + "eve,Eve,en,a,1,A,resident,,\(sealed)\n", seal) == [
                "residents.csv:2:28: \(ours); \(mend)"
            ])
        // Where nothing opens it is the key, and not each of ten thousand fields.
        let all = try ResidentsFile(file(plain)).sealed(with: seal).text
        #expect(mistakes(all, other).count == 1 && mistakes(all, nil).count == 1)
        let wrong = try seal.seal("telephone +85291234567", of: "ann", as: "contacts")
        let found = mistakes(header + "ann,Ann,en,a,1,A,resident,,\(wrong)\n", seal)
        #expect(found.count == 2 && found.allSatisfy { $0.hasPrefix("residents.csv:2:28: this is no contact") })
        #expect(!found.joined().contains("912"))
    }

    @Test(arguments: [
        ("2027-03-31", true), ("2027-02-29", false), ("31.3.2027", false), ("2027-3-31", false), ("", true),
    ])
    func `say until when somebody lives there`(_ day: String, _ isRight: Bool) throws {
        let text =
            header.replacing("contacts", with: "contacts,until")
            + "ann,Ann,en,a,1,A,resident,,sms:+85291234567,\(day)\n"
        guard isRight else {
            #expect(
                mistakes(text, nil) == [
                    "residents.csv:2:45: '\(day)' is no day; write it as 2027-03-31, or leave it empty"
                ])
            return
        }
        let ann = try #require(try people(text, nil).resident("ann"))
        #expect(ann.until?.description ?? "" == day)
        let hongKong = Duration.seconds(8 * 3600)
        let midnight = try #require(Instant(rfc3339: "2027-03-31T00:00:00+08:00"))
        #expect(ann.hasLeft(at: midnight, utcOffset: hongKong) == !day.isEmpty)
        #expect(!ann.hasLeft(at: midnight - .seconds(1), utcOffset: hongKong))
    }
}
