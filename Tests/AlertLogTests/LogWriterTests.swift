import FoundationEssentials
import Glibc
import Registry
import Rules
import Testing

@testable import AlertLog

@Suite struct `The log's writer` {
    private let state: StateFolder

    init() throws { state = try StateFolder() }

    @Test func `chains every line to the one before`() throws {
        try state.fill(3)
        let lines = try state.lines().map { try #require(LogLine(Array($0.utf8))) }
        #expect(lines.map(\.sequence) == [1, 2, 3])
        #expect(lines[0].previous == LogSeal.genesis)
        #expect(lines[1].previous == lines[0].hash)
        #expect(lines[2].previous == lines[1].hash)
        #expect(try state.verdict() == .whole(.init(lines: 3, hash: lines[2].hash, unfinished: 0)))
    }

    @Test func `goes on where it stopped, and knows what each database has already told it`() throws {
        do {
            let writer = try LogWriter(folder: state.path)
            _ = try writer.append([Owing.hub(10), Owing.notify(4), Owing.hub(11)])
        }
        let writer = try LogWriter(folder: state.path)
        #expect(writer.lastSource(of: "hub") == 11)
        #expect(writer.lastSource(of: "notify") == 4)
        #expect(writer.lastSource(of: "other") == 0)
        #expect(writer.opening == LogWriter.Opening())
        #expect(try writer.append([Owing.hub(12)]).count == 1)
        #expect(writer.last.sequence == 4)
    }

    @Test func `passes over records that it has`() throws {
        try state.fill(3)
        let writer = try LogWriter(folder: state.path)
        #expect(try writer.append([Owing.hub(2), Owing.hub(3), Owing.hub(4), Owing.hub(4)]).count == 1)
        let sources = try state.lines().compactMap { LogLine(Array($0.utf8))?.source?.description }
        #expect(sources == ["hub:1", "hub:2", "hub:3", "hub:4"])
    }

    @Test func `takes out a torn tail, tells what it was, and completes it`() throws {
        try state.fill(2)
        let whole = try state.read()
        try state.write(whole + #"{"seq":3,"at":"2026"#)
        let writer = try LogWriter(folder: state.path)
        #expect(String(decoding: writer.opening.cut, as: UTF8.self) == #"{"seq":3,"at":"2026"#)
        #expect(writer.opening.missing == nil)
        #expect(try state.read() == whole)
        _ = try writer.append([Owing.hub(3)])
        #expect(try state.verdict().isWhole(3))
    }

    @Test func `takes out a tail that a loss of power filled with nothing`() throws {
        try state.fill(2)
        let whole = try state.read()
        try state.write(whole + String(repeating: "\0", count: 500) + "\n\0\0")
        #expect(try LogWriter(folder: state.path).opening.cut.count == 503)
        #expect(try state.read() == whole)
    }

    @Test func `writes again what a loss of power garbled before the anchor could move`() throws {
        try state.fill(2)
        let head = try state.read(state.head)
        _ = try LogWriter(folder: state.path).append([Owing.hub(3), Owing.hub(4)])
        try state.write(head, to: state.head)
        try state.write(try state.read().replacing("number 3", with: "number 8"))
        let writer = try LogWriter(folder: state.path)
        #expect(!writer.opening.cut.isEmpty)
        #expect(try writer.append([Owing.hub(3), Owing.hub(4)]).count == 2)
        #expect(try state.verdict().isWhole(4))
    }

    @Test func `keeps lines that were written before the anchor could move`() throws {
        try state.fill(2)
        let head = try state.read(state.head)
        do {
            let writer = try LogWriter(folder: state.path)
            _ = try writer.append([Owing.hub(3), Owing.notify(1)])
        }
        try state.write(head, to: state.head)
        #expect(try state.verdict().isWhole(4))
        let writer = try LogWriter(folder: state.path)
        #expect(writer.opening == LogWriter.Opening())
        #expect(writer.lastSource(of: "notify") == 1)
        #expect(try writer.append([Owing.hub(3), Owing.hub(4)]).count == 1)
        #expect(try state.verdict().isWhole(5))
    }

    @Test func `asks again for the records of lines that were cut off, and leaves the gap to be seen`() throws {
        try state.fill(5)
        let cut = try #require(LogLine(Array(try state.lines()[4].utf8)))
        try state.write(lines: Array(state.lines().prefix(3)))
        let writer = try LogWriter(folder: state.path)
        #expect(writer.opening.missing == 4...5)
        #expect(writer.lastSource(of: "hub") == 3)
        _ = try writer.append([Owing.hub(4), Owing.hub(5), Owing.hub(6)])
        let next = try #require(LogLine(Array(try state.lines()[3].utf8)))
        #expect(next.previous == cut.hash)
        #expect(next.source?.sequence == 4)
        let fault = LogFault(file: state.log, line: 4, kind: .removed(4...5))
        #expect(try state.verdict() == .broken(fault))
    }

    @Test func `goes on without its anchor, and says that it was lost`() throws {
        try state.fill(3)
        try state.remove(state.head)
        do {
            let writer = try LogWriter(folder: state.path)
            #expect(writer.opening.anchorIsLost)
            #expect(try writer.append([Owing.hub(3), Owing.hub(4)]).count == 1)
        }
        try state.write(#"{"seq":-1}"#, to: state.head)
        let writer = try LogWriter(folder: state.path)
        #expect(writer.opening.anchorIsLost)
        #expect(writer.lastSource(of: "hub") == 4)
    }

    @Test func `begins a new file when one is full, and the chain goes on`() throws {
        try state.fill(10, fileBytesMax: 1500)
        let segments = try state.segments()
        #expect(segments.count >= 3)
        #expect(segments.first == state.path + "/alerts-000000000001.jsonl")
        for path in segments { #expect(try state.read(path).utf8.count <= 1500) }
        #expect(try state.verdict().isWhole(10))
        let writer = try LogWriter(folder: state.path, fileBytesMax: 1500)
        #expect(writer.lastSource(of: "hub") == 10)
    }

    @Test func `finishes a rotation that a crash interrupted`() throws {
        try state.fill(3)
        try LogFile.link(state.log, as: LogFolder(path: state.path).segment(first: 1))
        #expect(try state.verdict().isWhole(3))
        let writer = try LogWriter(folder: state.path)
        #expect(writer.lastSource(of: "hub") == 3)
        _ = try writer.append([Owing.hub(4)])
        #expect(try state.lines().count == 1)
        #expect(try state.verdict().isWhole(4))
    }

    @Test func `opens an empty file after a rotation without reading the old ones`() throws {
        try state.fill(3)
        let head = try #require(try LogHead.read(in: LogFolder(path: state.path)))
        try LogFile.rename(state.log, to: LogFolder(path: state.path).segment(first: 1))
        var moved = head
        moved.bytes = 0
        try moved.write(in: LogFolder(path: state.path), by: LogWriting())
        let writer = try LogWriter(folder: state.path)
        #expect(writer.opening == LogWriter.Opening())
        _ = try writer.append([Owing.hub(4)])
        #expect(try state.verdict().isWhole(4))
    }

    @Test func `lets no second writer into its folder`() throws {
        let writer = try LogWriter(folder: state.path)
        #expect(throws: LogError(path: state.path, reason: .alreadyWritten)) { try LogWriter(folder: state.path) }
        _ = try writer.append([Owing.hub(1)])
    }

    @Test func `says which folder is not there`() throws {
        let path = state.path + "/nowhere"
        let error = #expect(throws: LogError.self) { try LogWriter(folder: path) }
        #expect(error?.description.hasPrefix("\(path): cannot open: No such file or directory; name the hub's") == true)
    }
}

extension LogVerdict {
    func isWhole(_ lines: Int64) -> Bool {
        if case .whole(let whole) = self { whole.lines == lines } else { false }
    }
}
