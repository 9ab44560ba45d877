import FoundationEssentials
import Glibc
import Registry
import Rules
import Synchronization
import Testing

@testable import AlertLog

/// A disk with so much room left, which takes what fits and then refuses, as `write(2)` does.
private final class SmallDisk: Sendable {
    let room: Mutex<Int>

    init(room: Int) { self.room = Mutex(room) }

    var writing: LogWriting {
        LogWriting { [self] descriptor, bytes in
            room.withLock { room in
                guard room > 0 else {
                    errno = ENOSPC
                    return -1
                }
                let taken = write(descriptor, bytes.baseAddress, min(room, bytes.count))
                room -= taken
                return taken
            }
        }
    }
}

@Suite struct `A full disk` {
    private let state: StateFolder

    init() throws { state = try StateFolder() }

    @Test(arguments: [0, 1, 300, 600, 1000])
    func `is told, leaves no part of a line, and is overcome by trying again`(_ room: Int) throws {
        try state.fill(2)
        let before = try state.read()
        let disk = SmallDisk(room: 1_000_000)
        let writer = try LogWriter(
            folder: state.path, fileBytesMax: LogWriter.fileBytesMaxDefault, writing: disk.writing)
        disk.room.withLock { $0 = room }
        let owed = [Owing.hub(3), Owing.hub(4), Owing.hub(5)]
        let error = #expect(throws: LogError.self) { try writer.append(owed) }
        #expect(
            error?.description == "\(state.log): cannot write: No space left on device; make room on that disk")
        #expect(try state.read() == before)
        #expect(writer.lastSource(of: "hub") == 2)
        disk.room.withLock { $0 = 1_000_000 }
        #expect(try writer.append(owed).count == 3)
        #expect(try state.verdict().isWhole(5))
    }

    @Test func `that has room for the lines only delays the anchor, and loses nothing`() throws {
        try state.fill(1)
        let disk = SmallDisk(room: 1_000_000)
        let writer = try LogWriter(
            folder: state.path, fileBytesMax: LogWriter.fileBytesMaxDefault, writing: disk.writing)
        let line = LogLine.written(.sample(2), from: Owing.hub(2).source, sequence: 2, after: writer.last.hash)
        disk.room.withLock { $0 = line.bytes.count }
        let appended = try writer.append([Owing.hub(2)])
        #expect(appended.count == 1)
        #expect(appended.postponed.map(\.path) == [state.head + ".next"])
        #expect(try state.verdict().isWhole(2))
        disk.room.withLock { $0 = 1_000_000 }
        #expect(try writer.append([]).postponed.isEmpty)
        #expect(try LogHead.read(in: LogFolder(path: state.path))?.seq == 2)
    }

    @Test func `a new file that cannot be begun leaves the old one growing`() throws {
        try state.fill(2)
        // Something else bears the name that the full file would get.
        try state.write("", to: LogFolder(path: state.path).segment(first: 1))
        let writer = try LogWriter(folder: state.path, fileBytesMax: 10)
        #expect(try writer.append([Owing.hub(3)]).postponed.count == 1)
        #expect(try state.lines().count == 3)
        try state.remove(LogFolder(path: state.path).segment(first: 1))
        #expect(try writer.append([Owing.hub(4)]).postponed.isEmpty)
        #expect(try state.lines().count == 1)
        #expect(try state.verdict().isWhole(4))
    }
}
