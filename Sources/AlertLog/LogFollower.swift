/// The lines of an alert log, and, if asked to, those that come later, as long as somebody waits for them.
///
///     for try await entry in LogFollower(folder: "state", from: .init(last: 10), follows: true) { … }
///
/// It follows across new files and restarts of the hub, and waits for a log that has not begun. It ends when its task
/// is cancelled, or at the log's end if it does not follow. Throws ``LogError``.
public struct LogFollower: AsyncSequence, Sendable {
    public typealias Element = LogEntry

    private let folder: LogFolder
    private let beginning: LogBeginning
    private let filter: LogFilter
    private let follows: Bool
    private let byInotify: Bool

    public init(
        folder path: String, from beginning: LogBeginning = .first, passing filter: LogFilter = LogFilter(),
        follows: Bool
    ) {
        self.init(folder: path, from: beginning, passing: filter, follows: follows, byInotify: true)
    }

    init(
        folder path: String, from beginning: LogBeginning, passing filter: LogFilter, follows: Bool, byInotify: Bool
    ) {
        folder = LogFolder(path: path)
        self.beginning = beginning
        self.filter = filter
        self.follows = follows
        self.byInotify = byInotify
    }

    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    public struct Iterator: AsyncIteratorProtocol {
        private let follower: LogFollower
        private var cursor: LogCursor?
        private var changes: AsyncStream<Void>.Iterator?

        fileprivate init(_ follower: LogFollower) { self.follower = follower }

        public mutating func next() async throws -> LogEntry? {
            while true {
                if let entry = try available() { return entry }
                guard await changes?.next() != nil else { return nil }
            }
        }

        /// The next line that is there already.
        mutating func available() throws(LogError) -> LogEntry? {
            if cursor == nil { cursor = try begin() }
            while let bytes = try cursor?.next() {
                let entry = LogEntry(bytes)
                if follower.filter.passes(entry) { return entry }
            }
            return nil
        }

        private mutating func begin() throws(LogError) -> LogCursor {
            let folder = follower.folder
            // Watched before it is read, or what comes in between is noticed by nobody.
            if follower.follows {
                changes = FolderWatch(folder, byInotify: follower.byInotify).changes.makeAsyncIterator()
            } else if try !folder.hasLog() {
                throw LogError(path: folder.path, reason: .noLog)
            }
            let position = try follower.beginning.position(in: folder, passing: follower.filter)
            return LogCursor(folder: folder, at: position)
        }
    }
}
