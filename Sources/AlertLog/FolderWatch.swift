// Dispatch's sources may be cancelled from any thread; the library only does not say so to the compiler.
@preconcurrency import Dispatch
import Glibc

/// Says when something may have happened to the files of a log, by inotify(7).
///
/// Where the system gives no inotify instance (each user has few), it says so every 250 ms: longer, and a person who
/// watches an alarm waits; shorter, and an idle machine is kept awake.
struct FolderWatch: Sendable {
    /// One element or more for every change since the watch began; changes that nobody has waited for become one.
    let changes: AsyncStream<Void>

    private static let pollMilliseconds = 250

    init(_ folder: LogFolder, byInotify: Bool = true) {
        let descriptor = byInotify ? Self.inotify(on: folder) : nil
        changes = AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            if let descriptor {
                Self.listen(on: descriptor, continuation)
            } else {
                Self.poll(continuation)
            }
        }
    }

    private static func inotify(on folder: LogFolder) -> Int32? {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        let events = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM
        if inotify_add_watch(descriptor, folder.path, UInt32(events)) >= 0 { return descriptor }
        close(descriptor)
        return nil
    }

    private static func listen(on descriptor: Int32, _ continuation: AsyncStream<Void>.Continuation) {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setEventHandler {
            if concernsLog(descriptor) { continuation.yield() }
        }
        source.setCancelHandler { close(descriptor) }
        continuation.onTermination = { _ in source.cancel() }
        source.activate()
    }

    private static func poll(_ continuation: AsyncStream<Void>.Continuation) {
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now(), repeating: .milliseconds(pollMilliseconds))
        timer.setEventHandler { continuation.yield() }
        continuation.onTermination = { _ in timer.cancel() }
        timer.activate()
    }

    /// Takes all waiting events. The databases lie in the same folder and change all the time: theirs are left out.
    private static func concernsLog(_ descriptor: Int32) -> Bool {
        var concerns = false
        let header = MemoryLayout<inotify_event>.size
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let length = read(descriptor, buffer.baseAddress, buffer.count)
                guard length > 0 else { return }
                var offset = 0
                while offset + header <= length {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let name = buffer[(offset + header)..<min(length, offset + header + Int(event.len))]
                    // An event without a name is about the folder itself, or says that events were lost.
                    if name.isEmpty || name.starts(with: "alerts".utf8) { concerns = true }
                    offset += header + Int(event.len)
                }
            }
        }
        return concerns
    }
}
