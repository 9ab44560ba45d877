import FoundationEssentials
import Registry
import Rules
import Testing

@testable import AlertLog

@Suite(.timeLimit(.minutes(1))) struct `Following the log` {
    private let state: StateFolder

    init() throws { state = try StateFolder() }

    /// The sequences of what is there now.
    private func sequences(
        from beginning: LogBeginning = .first, passing filter: LogFilter = LogFilter()
    ) async throws -> [Int64] {
        var found: [Int64] = []
        for try await entry in LogFollower(folder: state.path, from: beginning, passing: filter, follows: false) {
            found.append(entry.line?.sequence ?? -1)
        }
        return found
    }

    private func follower(_ beginning: LogBeginning = .first, byInotify: Bool = true) -> LogFollower.Iterator {
        LogFollower(
            folder: state.path, from: beginning, passing: LogFilter(), follows: true, byInotify: byInotify
        ).makeAsyncIterator()
    }

    @Test(arguments: [LogWriter.fileBytesMaxDefault, 1500])
    func `gives the whole log, its last lines, or those since a moment`(_ fileBytesMax: Int64) async throws {
        try state.fill(9, fileBytesMax: fileBytesMax)
        #expect(try await sequences() == Array(1...9))
        #expect(try await sequences(from: .init(last: 4)) == Array(6...9))
        #expect(try await sequences(from: .init(last: 0)) == [])
        #expect(try await sequences(from: .init(last: 99)) == Array(1...9))
        #expect(try await sequences(from: .init(since: moment(5))) == Array(5...9))
        #expect(try await sequences(from: .init(since: moment(99))) == [])
        #expect(try await sequences(from: .init(last: 2, since: moment(5))) == [8, 9])
        #expect(try await sequences(from: .init(last: 7, since: moment(5))) == Array(5...9))
    }

    @Test func `finds the last lines across many chunks`() async throws {
        let writer = try LogWriter(folder: state.path)
        let details = ["long": String(repeating: "x", count: 20_000)]
        _ = try writer.append((1...30).map { Owing.hub($0, .sample($0, details: details)) })
        #expect(try await sequences(from: .init(last: 17)) == Array(14...30))
    }

    @Test func `counts and gives only what passes the filter, and always what cannot be read`() async throws {
        let places = ["a", "b", "*", nil].map { $0.map { Place(block: $0) } }
        let writer = try LogWriter(folder: state.path)
        let levels: [Level] = [.info, .trouble, .alarm, .fire]
        _ = try writer.append(
            (1...16).map { number in
                Owing.hub(
                    number, .sample(number, level: levels[Int(number - 1) / 4], place: places[Int(number - 1) % 4]))
            })
        #expect(try await sequences(passing: .init(level: .alarm)) == Array(9...16))
        #expect(try await sequences(passing: .init(block: "b", level: .alarm)) == [10, 11, 14, 15])
        #expect(try await sequences(from: .init(last: 3), passing: .init(block: "b")) == [11, 14, 15])
        try state.write(try state.read() + "garbage\n")
        #expect(try await sequences(from: .init(last: 2), passing: .init(block: "b")) == [15, -1])
    }

    @Test(arguments: [(true, 50), (false, 4)])
    func `waits for a log that has not begun, and for every line after`(_ byInotify: Bool, _ count: Int64) async throws
    {
        var early = follower(byInotify: byInotify)
        #expect(try early.available() == nil)
        let follower = LogFollower(
            folder: state.path, from: .first, passing: LogFilter(), follows: true, byInotify: byInotify)
        let (seen, tell) = AsyncStream<Int64?>.makeStream()
        let task = Task {
            defer { tell.finish() }
            for try await entry in follower { tell.yield(entry.line?.sequence) }
        }
        let writer = try LogWriter(folder: state.path)
        var lines = seen.makeAsyncIterator()
        // Each line is written only when the one before has been seen, so that the follower has to wait.
        for sequence in 1...count {
            _ = try writer.append([Owing.hub(sequence)])
            #expect(await lines.next() == sequence)
        }
        #expect(try await early.next()?.line?.sequence == 1)
        task.cancel()
        try await task.value
    }

    @Test func `goes on in the next file, also when several were filled meanwhile`() async throws {
        let writer = try LogWriter(folder: state.path, fileBytesMax: 1500)
        _ = try writer.append([Owing.hub(1)])
        var lines = follower()
        for sequence in 1...9 {
            #expect(try await lines.next()?.line?.sequence == Int64(sequence))
            _ = try writer.append([Owing.hub(Int64(sequence) + 1)])
        }
        #expect(try await lines.next()?.line?.sequence == 10)
        for sequence in 11...30 { _ = try writer.append([Owing.hub(Int64(sequence))]) }
        for sequence in 11...30 { #expect(try await lines.next()?.line?.sequence == Int64(sequence)) }
        #expect(try lines.available() == nil)
    }

    @Test func `goes on with a hub that was started again`() async throws {
        try state.fill(2)
        var lines = follower(.init(last: 1))
        #expect(try await lines.next()?.line?.sequence == 2)
        let writer = try LogWriter(folder: state.path)
        _ = try writer.append([Owing.hub(3)])
        #expect(try await lines.next()?.line?.sequence == 3)
    }

    @Test func `waits for the end of a line, and forgets a beginning that was withdrawn`() async throws {
        try state.fill(2)
        let two = try state.read()
        _ = try LogWriter(folder: state.path).append([Owing.hub(3)])
        let three = try state.read()
        try state.write(two)
        var lines = follower()
        #expect(try await lines.next()?.line?.sequence == 1)
        #expect(try await lines.next()?.line?.sequence == 2)
        try append(#"{"seq":3,"at":"2026-11-22T15:45:40.123Z","other"#)
        #expect(try lines.available() == nil)
        try LogFile.appending(state.log).truncate(to: Int64(two.utf8.count))
        #expect(try lines.available() == nil)
        let line = String(three.dropFirst(two.count))
        try append(String(line.prefix(100)))
        #expect(try lines.available() == nil)
        try append(String(line.dropFirst(100)))
        #expect(try await lines.next()?.bytes == Array(line.utf8.dropLast()))
    }

    @Test func `gives no line twice that was withdrawn and written again`() async throws {
        try state.fill(3)
        let three = try state.read()
        var lines = follower()
        for sequence in 1...3 { #expect(try await lines.next()?.line?.sequence == Int64(sequence)) }
        let two = try state.lines().prefix(2).map { $0 + "\n" }.joined()
        try LogFile.appending(state.log).truncate(to: Int64(two.utf8.count))
        #expect(try lines.available() == nil)
        try append(String(three.dropFirst(two.count)))
        #expect(try lines.available() == nil)
        _ = try LogWriter(folder: state.path).append([Owing.hub(4)])
        #expect(try await lines.next()?.line?.sequence == 4)
    }

    @Test func `begins at the top of a log that was put in the place of the old`() async throws {
        try state.fill(3)
        var lines = follower(.init(last: 1))
        #expect(try await lines.next()?.line?.sequence == 3)
        let kept = try LogFile.reading(state.log)
        try state.remove(state.log)
        try state.remove(state.head)
        #expect(try lines.available() == nil)
        try state.fill(1)
        #expect(try await lines.next()?.line?.sequence == 1)
        #expect(try kept.size() > 0)
    }

    @Test func `is left alone by what else changes in the folder`() async throws {
        var changes = FolderWatch(LogFolder(path: state.path)).changes.makeAsyncIterator()
        try state.write("x", to: state.path + "/hub.sqlite-wal")
        try state.write("x", to: state.log)
        #expect(await changes.next() != nil)
    }

    @Test func `ends when its task is cancelled`() async throws {
        try state.fill(1)
        let follower = LogFollower(folder: state.path, follows: true)
        let (seen, tell) = AsyncStream<Void>.makeStream()
        let task = Task {
            var count = 0
            for try await _ in follower {
                count += 1
                tell.yield()
            }
            return count
        }
        var first = seen.makeAsyncIterator()
        await first.next()
        task.cancel()
        #expect(try await task.value == 1)
    }

    @Test func `says that there is no log, or no folder`() async throws {
        await #expect(throws: LogError(path: state.path, reason: .noLog)) { try await sequences() }
        var nowhere = LogFollower(folder: state.path + "/nowhere", follows: true).makeAsyncIterator()
        #expect(throws: LogError.self) { try nowhere.available() }
    }

    private func append(_ text: String) throws {
        try LogWriting().all(Array(text.utf8), to: try LogFile.appending(state.log))
    }
}
