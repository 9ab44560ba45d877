import CEpoll
import Glibc

/// The sockets that a thread waits for, however many (epoll(7)), and a knock by which other threads end its wait
/// (eventfd(2)). One thread alone watches; anybody may knock.
final class SocketWatch: Sendable {
    private let sockets: Int32
    private let bell: Int32

    /// What a socket is watched for, or ready for.
    struct Interest: OptionSet, Sendable {
        var rawValue: UInt32

        static let reading = Interest(rawValue: EPOLLIN.rawValue)
        static let writing = Interest(rawValue: EPOLLOUT.rawValue)
        /// Told of unasked.
        static let failure = Interest(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
    }

    struct Ready: Sendable {
        var socket: Int32
        var what: Interest
    }

    /// - Returns: `nil` if the process has no descriptor left.
    init?() {
        sockets = epoll_create1(Int32(EPOLL_CLOEXEC))
        bell = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard sockets >= 0, bell >= 0 else { return nil }
        watch(bell, for: .reading)
    }

    deinit {
        if sockets >= 0 { close(sockets) }
        if bell >= 0 { close(bell) }
    }

    /// Watches a socket from now on for this alone; for nothing, no more.
    func watch(_ socket: Int32, for interest: Interest) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.fd = socket
        if interest.isEmpty {
            // Fails only if it is closed, and then it is not watched anyway.
            epoll_ctl(sockets, EPOLL_CTL_DEL, socket, &event)
        } else if epoll_ctl(sockets, EPOLL_CTL_ADD, socket, &event) != 0 {
            epoll_ctl(sockets, EPOLL_CTL_MOD, socket, &event)
        }
    }

    /// Ends the wait, or the next one. From any thread.
    func knock() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then somebody has knocked anyway.
        _ = write(bell, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits until a socket is ready, somebody knocks, or the time is over.
    ///
    /// - Parameter timeout: in milliseconds; negative for ever.
    func wait(_ timeout: Int32, _ each: (Ready) -> Void) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 256) { events in
            let count = epoll_wait(sockets, events.baseAddress, Int32(events.count), timeout)
            for event in events.prefix(Int(max(count, 0))) {
                if event.data.fd == bell {
                    var knocks: UInt64 = 0
                    // Fails only if there was none.
                    _ = read(bell, &knocks, MemoryLayout<UInt64>.size)
                } else {
                    each(Ready(socket: event.data.fd, what: Interest(rawValue: event.events)))
                }
            }
        }
    }
}
