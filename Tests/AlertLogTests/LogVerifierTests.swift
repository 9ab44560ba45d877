import FoundationEssentials
import Registry
import Rules
import Testing

@testable import AlertLog

@Suite struct `Verification` {
    private let state: StateFolder

    init() throws {
        state = try StateFolder()
        try state.fill(5)
    }

    private func fault(_ line: Int, _ kind: LogFault.Kind, in file: String? = nil) -> LogVerdict {
        .broken(LogFault(file: file ?? state.log, line: line, kind: kind))
    }

    /// A line with other facts whose hash is right.
    private func forged(_ sequence: Int64, after previous: String) -> String {
        let record = LogRecord.sample(99, level: .info)
        let bytes = LogLine.written(record, from: Owing.hub(99).source, sequence: sequence, after: previous).bytes
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    @Test(arguments: [
        (#""seq":3"#, #""seq":4"#), (#""at":"2026"#, #""at":"2025"#), (#""signal""#, #""hub""#),
        (#""alarm""#, #""info""#), (#""demo""#, #""Demo""#), (#""block":"a""#, #""block":"b""#),
        (#""floor":"12""#, #""floor":"13""#), (#""flat":"C""#, #""flat":null"#), (#""sm-12c""#, #""sm-12d""#),
        (#""a-fire-7""#, #""a-fire-8""#), (#""investigate""#, #""confirmed""#),
        (#""exercise":null"#, #""exercise":"d""#), ("Smoke", "Steam"), ("有煙", "有火"), ("hub:3", "hub:9"),
        (#","details""#, #", "details""#), (#""prev":""#, #""prev":"0"#), (#","hash""#, #","more":1,"hash""#),
        (#"{"seq""#, #" {"seq""#),
    ])
    func `names the line in which something was changed`(_ old: String, _ new: String) throws {
        var lines = try state.lines()
        #expect(lines[2].contains(old))
        lines[2] = lines[2].replacing(old, with: new)
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(3, .changed))
    }

    @Test(arguments: [1, 3, 5])
    func `names the line whose hash was changed`(_ number: Int) throws {
        var lines = try state.lines()
        let last = try #require(lines[number - 1].dropLast(2).last)
        lines[number - 1] = lines[number - 1].dropLast(3) + (last == "0" ? "1" : "0") + "\"}"
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(number, .changed))
    }

    @Test(arguments: ["", "not a line", "{}", #"{"seq":3}"#, "\u{FEFF}"])
    func `names what is no line`(_ text: String) throws {
        var lines = try state.lines()
        lines.insert(text, at: 2)
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(3, .unreadable))
    }

    @Test(arguments: [1, 2, 3, 4])
    func `names the place where a line was removed`(_ number: Int) throws {
        var lines = try state.lines()
        lines.remove(at: number - 1)
        try state.write(lines: lines)
        let removed = Int64(number)
        #expect(try state.verdict() == fault(number, .removed(removed...removed)))
    }

    @Test func `notices that the last line was removed`() throws {
        try state.write(lines: try state.lines().dropLast())
        #expect(try state.verdict() == fault(4, .cut(5...5)))
    }

    @Test func `notices a tail that was cut off, within a line or all of it`() throws {
        let text = try state.read()
        try state.write(String(text.dropLast(1)))
        #expect(try state.verdict() == fault(4, .cut(5...5)))
        try state.write(String(text.prefix(700)))
        #expect(try state.verdict() == fault(1, .cut(2...5)))
        try state.write("")
        #expect(try state.verdict() == fault(0, .cut(1...5)))
        try state.remove(state.log)
        #expect(try state.verdict() == fault(0, .cut(1...5)))
    }

    @Test func `names a copied line`() throws {
        var lines = try state.lines()
        lines.insert(lines[1], at: 2)
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(3, .inserted(sequence: 2)))
    }

    @Test func `names the line after a forged one with a hash of its own`() throws {
        var lines = try state.lines()
        let before = try #require(LogLine(Array(lines[1].utf8)))
        lines.insert(forged(3, after: before.hash), at: 2)
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(4, .inserted(sequence: 3)))
        lines.remove(at: 3)
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(4, .unchained))
    }

    @Test func `names the first of two lines that changed places`() throws {
        var lines = try state.lines()
        lines.swapAt(1, 2)
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(2, .removed(2...2)))
    }

    @Test func `notices an end that was rewritten with right hashes`() throws {
        var lines = try state.lines()
        let before = try #require(LogLine(Array(lines[3].utf8)))
        lines[4] = forged(5, after: before.hash)
        try state.write(lines: lines)
        #expect(try state.verdict() == fault(5, .rewritten))
    }

    @Test func `notices that the anchor is missing or was changed`() throws {
        try state.write("{}", to: state.head)
        #expect(try state.verdict() == fault(0, .anchorChanged, in: state.head))
        try state.remove(state.head)
        #expect(try state.verdict() == fault(0, .anchorLost, in: state.head))
    }

    @Test func `takes a crash for no damage`() throws {
        let whole = try state.read()
        try state.write(whole + #"{"seq":6"#)
        guard case .whole(let found) = try state.verdict() else {
            Issue.record("an unfinished line is what a crash leaves")
            return
        }
        #expect(found.lines == 5)
        #expect(found.unfinished == 8)
    }

    @Test func `says that there is no log`() throws {
        let empty = try StateFolder()
        #expect(throws: LogError(path: empty.path, reason: .noLog)) { try empty.verdict() }
        _ = try LogWriter(folder: empty.path)
        #expect(try empty.verdict().sentence == "The alert log is whole: nothing has been logged yet.")
    }

    @Test func `says it in a sentence`() throws {
        let last = try #require(try state.lines().last)
        let hash = try #require(LogLine(Array(last.utf8))).hash
        #expect(try state.verdict().sentence == "The alert log is whole: 5 lines, the last with the hash \(hash).")
        try state.write(lines: try state.lines().dropLast(2))
        #expect(
            try state.verdict().sentence
                == "\(state.log):3: the log was cut off here: seq 4 to 5 is missing at the end.")
    }
}

@Suite struct `Verification of several files` {
    private let state: StateFolder
    private let segments: [String]

    init() throws {
        state = try StateFolder()
        try state.fill(12, fileBytesMax: 1500)
        segments = try state.segments()
        try #require(segments.count >= 3)
    }

    private func first(of file: String) throws -> Int64 {
        try #require(LogLine(Array(try state.lines(file)[0].utf8))).sequence
    }

    @Test func `notices that the first file is missing`() throws {
        let next = try first(of: segments[1])
        try state.remove(segments[0])
        let fault = LogFault(file: segments[1], line: 1, kind: .removed(1...next - 1))
        #expect(try state.verdict() == .broken(fault))
    }

    @Test func `notices that a file between others is missing`() throws {
        let missing = try first(of: segments[1])...first(of: segments[2]) - 1
        try state.remove(segments[1])
        #expect(try state.verdict() == .broken(LogFault(file: segments[2], line: 1, kind: .removed(missing))))
    }

    @Test func `notices that the last file is missing`() throws {
        let missing = try first(of: state.log)...12
        try state.remove(state.log)
        let last = try #require(segments.last)
        let lines = try state.lines(last).count
        #expect(try state.verdict() == .broken(LogFault(file: last, line: lines, kind: .cut(missing))))
    }

    @Test func `names the file and line of a change`() throws {
        var lines = try state.lines(segments[1])
        lines[1] = lines[1].replacing("Smoke", with: "Steam")
        try state.write(lines: lines, to: segments[1])
        #expect(try state.verdict() == .broken(LogFault(file: segments[1], line: 2, kind: .changed)))
    }

    @Test func `notices the missing newline of a full file`() throws {
        let text = try state.read(segments[0])
        let lines = try state.lines(segments[0]).count
        try state.write(String(text.dropLast()), to: segments[0])
        #expect(try state.verdict() == .broken(LogFault(file: segments[0], line: lines, kind: .changed)))
    }
}
