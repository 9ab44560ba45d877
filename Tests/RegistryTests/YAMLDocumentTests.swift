import Registry
import Testing

/// A text, how it is read, and what the reader then says.
private struct Row: Sendable, CustomTestStringConvertible {
    var yaml: String
    var read: @Sendable (YAMLMapping) throws -> Void
    var mistake: String

    init(_ yaml: String, _ mistake: String, _ read: @escaping @Sendable (YAMLMapping) throws -> Void) {
        self.yaml = yaml
        self.read = read
        self.mistake = mistake
    }

    var testDescription: String { yaml }
}

private enum Colour: String, CaseIterable { case red, green, blue }

@Suite struct `A YAML file` {
    private func mapping(_ yaml: String) throws -> YAMLMapping {
        try YAMLDocument(ConfigFile(name: "f.yaml", text: yaml)).root.mapping()
    }

    @Test func `gives each value in the type that was asked for`() throws {
        let values = try mapping(
            """
            text: 007
            quoted: "null"
            count: 12
            share: 0.5
            on: true
            short: 250ms
            long: 30d
            size: 256KiB
            colour: green
            floors: [G, 1, "2"]
            name: {en: Block A, zh-Hant: A座}
            """)
        #expect(try values.required("text").text() == "007")
        #expect(try values.required("quoted").text() == "null")
        #expect(try values.required("count").integer(in: 1...20) == 12)
        #expect(try values.required("share").decimal(in: 0...1) == 0.5)
        #expect(try values.required("on").flag())
        #expect(try values.required("short").duration() == .milliseconds(250))
        #expect(try values.required("long").duration() == .seconds(30 * 86_400))
        #expect(try values.required("size").bytes() == 262_144)
        #expect(try values.required("colour").choice(Colour.self) == .green)
        #expect(try values.required("floors").texts() == ["G", "1", "2"])
        let name = try values.required("name").localizedText()
        #expect(name[.traditionalChinese] == "A座")
        #expect(name.texts.first?.language == .english)
    }

    @Test(arguments: [
        Row("a: 1x", "f.yaml:1:4: a: '1x' is no whole number; write a whole number") {
            _ = try $0.required("a").integer()
        },
        Row("a: 9", "f.yaml:1:4: a: 9 is out of range; write a whole number from 1 to 5") {
            _ = try $0.required("a").integer(in: 1...5)
        },
        Row("a: yes", "f.yaml:1:4: a: 'yes' is neither true nor false; write true or false") {
            _ = try $0.required("a").flag()
        },
        Row("a: 90", "f.yaml:1:4: a: '90' has no unit; write a duration such as 250ms, 90s, 5m, 24h or 30d") {
            _ = try $0.required("a").duration()
        },
        Row("a: 5min", "f.yaml:1:4: a: '5min' is no duration; write a duration such as 250ms, 90s, 5m, 24h or 30d") {
            _ = try $0.required("a").duration()
        },
        Row("a: 0s", "f.yaml:1:4: a: 0s is out of range; write a duration from 1s to 5m") {
            _ = try $0.required("a").duration(in: .seconds(1) ... .seconds(300))
        },
        Row(
            "a: 999999999999999999d",
            "f.yaml:1:4: a: '999999999999999999d' is too large; write a duration such as 250ms, 90s, 5m, 24h or 30d"
        ) { _ = try $0.required("a").duration() },
        Row("a: 4KB", "f.yaml:1:4: a: '4KB' is no size; write a size such as 512B, 256KiB, 4MiB or 1GiB") {
            _ = try $0.required("a").bytes()
        },
        Row("a: gren", "f.yaml:1:4: a: unknown 'gren'; write 'green', or another of red, blue") {
            _ = try $0.required("a").choice(Colour.self)
        },
        Row("a:\n  b: [1, 2]", "f.yaml:2:6: a.b: this is a list; write a single value") {
            _ = try $0.required("a").mapping().required("b").text()
        },
        Row("a: [x, {y: 1}]", "f.yaml:1:8: a[2]: these are 'key: value' pairs; write a single value") {
            _ = try $0.required("a").texts()
        },
        Row("a:\nb: 1", "f.yaml:1:3: a: nothing is written here; write a single value, or remove the key") {
            _ = try $0.required("a").text()
        },
        Row("海: {b: 1}", "f.yaml:1:4: 海: the key 'c' is missing; add 'c:' here") {
            _ = try $0.required("海").mapping().required("c")
        },
        Row("a: {english: x}", "f.yaml:1:5: a: 'english' is no language tag; write a tag such as en, zh-Hant, id or tl")
        {
            _ = try $0.required("a").localizedText()
        },
        Row("a: {12: x, '12': y}", "f.yaml:1:12: a: key '12' stands in line 1 already; keep one of them") {
            _ = try $0.required("a").mapping()
        },
    ]) private func `says where a value is wrong and what to write`(_ row: Row) throws {
        let values = try mapping(row.yaml)
        let mistake = #expect(throws: ConfigError.self) { try row.read(values) }
        #expect(mistake?.description == row.mistake)
    }

    @Test(arguments: [
        ("", "f.yaml:0:0: the file is empty; write the keys that it is for"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:1:1: key 'a' stands here and again below; keep one of them"),
        (
            "a: [1,\n",
            """
            f.yaml:2:1: this is no YAML (did not find expected node content while parsing a flow node); \
            write it as YAML: 'key: value', two spaces a level, no tabs, quotes in pairs
            """
        ),
        (
            "a: 1\n---\nb: 2\n",
            "f.yaml:2:1: this is no YAML for one document (but found another document); keep one document a file"
        ),
    ]) func `that cannot be parsed is refused with the place`(yaml: String, message: String) {
        let mistake = #expect(throws: ConfigError.self) { try mapping(yaml) }
        #expect(mistake?.description == message)
    }

    @Test func `has all its unknown and missing keys named in one run`() throws {
        var mistakes = Mistakes()
        try mapping("florrs: 1-3\nflats: [A]\ncolour: red\n")
            .checkKeys(["floors", "flats", "id"], required: ["id"], &mistakes)
        #expect(
            mistakes.errors.map(\.description) == [
                "f.yaml:1:1: unknown key 'florrs'; write 'floors', or another of flats, id",
                "f.yaml:3:1: unknown key 'colour'; write one of floors, flats, id",
                "f.yaml:1:1: the key 'id' is missing; add 'id:' here",
            ])
        let all = #expect(throws: ConfigErrors.self) { try mistakes.throwIfAny() }
        #expect(all?.errors.map(\.line) == [1, 1, 3])
    }

    @Test(arguments: ["\u{FEFF}a: 1\r\nb: 2\r\n", "\u{FEFF}a: 1\nb: 2\n"])
    func `may begin with a byte order mark and end its lines as Windows does`(text: String) throws {
        let values = try mapping(text)
        #expect(try values.required("b").text() == "2")
        #expect(values["b"]?.line == 2)
        #expect(values["a"]?.column == 4)
    }
}
