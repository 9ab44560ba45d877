import CEpoll
import Foundation
import Glibc
import Synchronization

/// An HTTP server on one thread: reads what has come, asks what to answer, and answers at its time.
final class GatewayServer: Sendable {
    let port: Int
    private let listener: Int32
    private let isStopped = Atomic(false)
    /// Ends the thread's waiting.
    private let bell: Int32

    init() throws(CannotListen) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 4096) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isListening, bell >= 0 else { throw CannotListen() }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func start(_ receive: @escaping @Sendable (GatewayRequest) -> GatewayAct) {
        let thread = Thread { [self] in GatewayLoop(listener: listener, bell: bell, receive).run(until: isStopped) }
        thread.name = "gateway"
        thread.start()
    }

    /// The thread closes everything that is open.
    func stop() {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        eventfd_write(bell, 1)
    }
}

/// The thread of a ``GatewayServer``: it alone touches the connections.
private final class GatewayLoop {
    private let listener: Int32
    private let bell: Int32
    private let poll: Int32
    private let receive: (GatewayRequest) -> GatewayAct
    /// What has come over each connection and is no whole request yet.
    private var connections: [Int32: [UInt8]] = [:]
    /// The descriptor of a closed connection may soon be another's.
    private var generations: [Int32: Int] = [:]
    private var late: [(due: ContinuousClock.Instant, connection: Int32, generation: Int, act: GatewayAct)] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(listener: Int32, bell: Int32, _ receive: @escaping (GatewayRequest) -> GatewayAct) {
        self.listener = listener
        self.bell = bell
        self.receive = receive
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        watch(listener)
        watch(bell)
    }

    func run(until isStopped: borrowing Atomic<Bool>) {
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        while !isStopped.load(ordering: .relaxed) {
            let count = epoll_wait(poll, &events, Int32(events.count), pause())
            for event in events.prefix(max(0, Int(count))) {
                let descriptor = event.data.fd
                if descriptor == listener { acceptAll() } else if descriptor != bell { read(descriptor) }
            }
            answerLate()
        }
        for connection in connections.keys { close(connection) }
        for descriptor in [listener, bell, poll] { close(descriptor) }
    }

    private func watch(_ descriptor: Int32) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = descriptor
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    }

    /// Milliseconds to the next late answer; -1 for ever.
    private func pause() -> Int32 {
        guard let next = late.map(\.due).min() else { return -1 }
        return Int32(max(0, ((next - .now) / .milliseconds(1)).rounded(.up)))
    }

    private func acceptAll() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            _ = fcntl(connection, F_SETFL, O_NONBLOCK)
            var yes: Int32 = 1
            setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            connections[connection] = []
            generations[connection, default: 0] += 1
            watch(connection)
        }
    }

    private func read(_ connection: Int32) {
        let count = Glibc.read(connection, &buffer, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return end(connection) }
        connections[connection]? += buffer[..<count]
        while var bytes = connections[connection], let request = GatewayRequest(takenFrom: &bytes) {
            connections[connection] = bytes
            let act = receive(request)
            if act.after > .zero {
                late.append((.now + act.after, connection, generations[connection] ?? 0, act))
            } else {
                answer(connection, act)
            }
        }
    }

    private func answerLate() {
        guard !late.isEmpty else { return }
        let now = ContinuousClock.now
        let due = late.filter { $0.due <= now }
        late.removeAll { $0.due <= now }
        for one in due where connections[one.connection] != nil && generations[one.connection] == one.generation {
            answer(one.connection, one.act)
        }
    }

    private func answer(_ connection: Int32, _ act: GatewayAct) {
        switch act.reply {
        case .silence: break
        case .closing: end(connection)
        case .status(let status, let seconds, let body):
            let pause = seconds.map { "Retry-After: \($0)\r\n" } ?? ""
            var text = "HTTP/1.1 \(status) Answer\r\n\(pause)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            // A few lines, which every socket's buffer has room for.
            let isWritten = text.withUTF8 {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) == $0.count
            }
            if !isWritten { end(connection) }
        }
    }

    private func end(_ connection: Int32) {
        connections[connection] = nil
        close(connection)
    }
}
