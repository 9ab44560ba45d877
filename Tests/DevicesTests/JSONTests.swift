import Devices
import Testing

@Suite struct `A JSON text` {
    @Test(arguments: [
        ("", "byte 0: the payload ends here; expected a value"),
        ("   ", "byte 3: the payload ends here; expected a value"),
        ("{", "byte 1: the payload ends here; expected a name in quotes"),
        (#"{"a":1"#, "byte 6: the payload ends here; expected ',' or '}'"),
        (#"{"a"}"#, "byte 4: found '}'; expected ':'"),
        (#"{"a":1,}"#, "byte 7: found '}'; expected a name in quotes"),
        ("[1,]", "byte 3: found ']'; expected a value"),
        ("[1 2]", "byte 3: found '2'; expected ',' or ']'"),
        (#""abc"#, "byte 4: the payload ends here; expected '\"'"),
        (#""a\"#, "byte 3: the payload ends here; expected one of"),
        (#""\x""#, "byte 2: found 'x'; expected one of"),
        (#""\u12G4""#, "byte 5: found 'G'; expected a hexadecimal digit"),
        (#""\u12"#, "byte 5: the payload ends here; expected a hexadecimal digit"),
        ("\"a\nb\"", "byte 2: a control character inside a text"),
        ("tru", "byte 3: the payload ends here; expected true"),
        ("nul!", "byte 3: found '!'; expected null"),
        ("true false", "byte 5: found 'f'; expected the end of the payload"),
        ("{}\0", "byte 2: found 0x0; expected the end of the payload"),
        ("01", "byte 1: found '1'; expected the end of the payload"),
        ("-", "byte 0: expected a number such as 12 or -0.5"),
        ("1.", "byte 0: expected a number"), ("[.5]", "byte 1: found '.'"), ("1e", "byte 0: expected a number"),
        ("+1", "byte 0: found '+'"), ("NaN", "byte 0: found 'N'"), ("{'a':1}", "byte 1: found '''"),
        ("\u{FEFF}{}", "byte 0: found 0xef; expected a value"),
    ])
    func `that is wrong is refused with the byte where it goes wrong`(_ text: String, _ error: String) {
        let malformed = #expect(throws: Malformed.self) { try JSON(Array(text.utf8)) }
        #expect(malformed?.description.hasPrefix(error) == true, "\(malformed?.description ?? "")")
    }

    @Test(
        arguments: [
            ([0xFF], 0), ([0xC0, 0xAF], 0), ([0x61, 0xE4, 0xB8], 1), ([0xED, 0xA0, 0x80], 0),
            ([0xF5, 0x80, 0x80, 0x80], 0),
            ([0x61, 0x80], 1), ([0xF0, 0x8F, 0x80, 0x80], 0), ([0xE0, 0x80, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0),
        ] as [([UInt8], Int)])
    func `that is not UTF-8 is refused with the byte`(_ bytes: [UInt8], _ offset: Int) {
        let text = [0x22] + bytes + [0x22]
        let malformed = #expect(throws: Malformed.self) { try JSON(text) }
        #expect(malformed?.description == "byte \(offset + 1): not UTF-8")
    }

    @Test(arguments: [
        (#""海景花園 é 🔥""#, "海景花園 é 🔥"), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u6d77\u00e9\ud83d\udd25""#, "海é🔥"), (#""\ud83d""#, "\u{FFFD}"), (#""\udd25x""#, "\u{FFFD}x"),
        (#""\ud83d\ud83d\udd25""#, "\u{FFFD}🔥"), (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""""#, ""),
    ])
    func `gives its texts without escapes`(_ text: String, _ expected: String) throws {
        let json = try JSON(Array(text.utf8))
        #expect(json.text(of: json.root) == expected)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("12", 12), ("-12.5", -12.5), ("0.1", 0.1), ("76.53", 76.53), ("1e3", 1000),
        ("1.5E-3", 0.0015), ("\"80.00\"", 80), ("123456789012345678", 123_456_789_012_345_680),
        ("0.30000000000000004", 0.300_000_000_000_000_04), ("1e308", 1e308), ("1e309", nil),
        ("1e99999999999999999999", nil), ("-1e999", nil), ("1e-999", 0), ("\"nan\"", nil), ("\"\"", nil),
        ("\" 1\"", nil), ("\"1,5\"", nil), ("\"0x10\"", nil), ("\"inf\"", nil), ("true", nil), ("[1]", nil),
    ])
    func `gives its numbers exactly or not at all`(_ text: String, _ expected: Double?) throws {
        let json = try JSON(Array(text.utf8))
        #expect(json.number(of: json.root) == expected)
    }

    @Test(
        arguments: [
            ("0", 0), ("18446744073709551615", .max), ("18446744073709551616", nil), ("99999999999999999999999", nil),
            ("-1", nil), ("1.0", nil), ("1e2", nil), ("\"1\"", nil),
        ] as [(String, UInt64?)])
    func `gives a counter only if it is whole and fits`(_ text: String, _ expected: UInt64?) throws {
        let json = try JSON(Array(text.utf8))
        #expect(json.wholeNumber(of: json.root) == expected)
    }

    @Test func `may be nested as deep as allowed and not a level deeper`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSON(nested(JSON.depthMax))
        let malformed = #expect(throws: Malformed.self) { try JSON(nested(JSON.depthMax + 1)) }
        #expect(malformed?.description == "byte 32: nested deeper than 32 levels")
    }

    @Test func `keeps the order of its members, and names that occur twice`() throws {
        let json = try JSON(Array(#"{"b":[1,{"x":2}],"a":true,"b":null,"\u0063":{}}"#.utf8))
        let members = Array(json.children(of: json.root))
        #expect(members.map(json.name) == ["b", "a", "b", "c"])
        #expect(members.map(\.kind) == [.array, .yes, .null, .object])
        #expect(json.member("b", of: json.root)?.kind == .array)
        #expect(json.member("x", of: json.root)?.kind == nil)
    }
}
