import Testing

@testable import Registry

@Suite struct `A CSV file` {
    private func places(_ text: String) throws -> [[String]] {
        try CSVTable(ConfigFile(name: "f.csv", text: text)).rows.map { row in
            row.map { "\($0.line):\($0.column) \($0.text)" }
        }
    }

    @Test(arguments: [
        ("a,b\n1,2\n", [["1:1 a", "1:3 b"], ["2:1 1", "2:3 2"]]),
        ("a,b\r\n1,2\r\n", [["1:1 a", "1:3 b"], ["2:1 1", "2:3 2"]]),
        ("a,b\r1,2", [["1:1 a", "1:3 b"], ["2:1 1", "2:3 2"]]),
        ("\u{FEFF}a,b\n", [["1:1 a", "1:3 b"]]),
        ("\n\n a ,\tb\n\n", [["3:2 a", "3:6 b"]]),
        (",,\n", [["1:1 ", "1:2 ", "1:3 "]]),
        ("a,", [["1:1 a", "1:3 "]]),
        ("海景,花\n園,x\n", [["1:1 海景", "1:4 花"], ["2:1 園", "2:3 x"]]),
        (#""a,b","say ""hi""",c"#, [["1:1 a,b", #"1:7 say "hi""#, "1:20 c"]]),
        ("\"one\ntwo\",x\n3,4", [["1:1 one\ntwo", "2:6 x"], ["3:1 3", "3:3 4"]]),
        ("\"one\r\ntwo\" ,x\r\n3,4", [["1:1 one\ntwo", "2:7 x"], ["3:1 3", "3:3 4"]]),
        ("\"\"\n", [["1:1 "]]),
        ("👩‍👩‍👧,b", [["1:1 👩‍👩‍👧", "1:7 b"]]),
        ("", []),
    ])
    func `gives each field its line and column`(text: String, fields: [[String]]) throws {
        #expect(try places(text) == fields)
    }

    @Test(arguments: [
        ("a\n\"b,c\n", "f.csv:2:1: this quote is never closed; close it, or write a quote inside a field twice"),
        (
            "a,\"b\" c\n",
            "f.csv:1:7: text after the closing quote; put a comma before it, or write a quote inside a field twice"
        ),
        (
            "a,5\" pipe\n",
            #"f.csv:1:4: a quote inside an unquoted field; quote the whole field and write the quote twice: """#
        ),
    ])
    func `with a stray quote is refused at the quote`(text: String, message: String) {
        let mistake = #expect(throws: ConfigError.self) { try places(text) }
        #expect(mistake?.description == message)
    }

    @Test func `gives each word of a field its place, across lines too`() {
        let quoted = CSVField(text: "one  two\nthree", line: 4, column: 10, isQuoted: true)
        #expect(quoted.words.map { "\($0.line):\($0.column) \($0.text)" } == ["4:11 one", "4:16 two", "5:1 three"])
        let plain = CSVField(text: "海 b", line: 1, column: 1)
        #expect(plain.words.map { "\($0.line):\($0.column) \($0.text)" } == ["1:1 海", "1:3 b"])
    }
}
