import CCurl
import DequeModule
import Foundation
import Registry

/// The thread of an ``HTTPClient``: it alone touches the transfers.
final class HTTPThread {
    private let desk: HTTPDesk
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private var handles: [UInt64: UnsafeMutableRawPointer] = [:]
    /// Handles to use again, which saves their setting up.
    private var idle: [UnsafeMutableRawPointer] = []
    /// By name and port.
    private var hosts: [String: Host] = [:]
    /// Those for which requests wait.
    private var waitingHosts: Set<String> = []
    private var isClosed = false

    /// When libcurl wants to be called though no socket is ready.
    private var wakeUp: ContinuousClock.Instant?

    private static let idleMax = 256
    /// Of an answer's body; gateways answer in a few lines.
    private static let bodyBytesMax = 65_536

    private struct Host {
        var pace = ConnectionPace()
        var waiting = Deque<HTTPDesk.Order>()
    }

    private final class Transfer {
        let id: UInt64
        let host: String
        let reply: CheckedContinuation<HTTPClient.Response, Never>
        var headers: UnsafeMutablePointer<curl_slist>?
        /// What libcurl sends from, until the transfer is over.
        let sent: UnsafeMutableBufferPointer<UInt8>
        var body: [UInt8] = []

        init(_ order: HTTPDesk.Order, host: String) {
            id = order.id
            self.host = host
            reply = order.reply
            sent = .allocate(capacity: order.request.body.count)
            _ = sent.initialize(from: order.request.body)
        }

        deinit {
            curl_slist_free_all(headers)
            sent.deallocate()
        }
    }

    init(_ desk: HTTPDesk) {
        self.desk = desk
        multi = desk.multi.pointer
    }

    /// Returns when the desk is closed.
    func run() {
        _ = smokehub_curl_multi_set_callbacks(
            multi, Self.watchSocket, Self.setTimer, Unmanaged.passUnretained(self).toOpaque())
        while true {
            takeMail()
            guard !isClosed else { break }
            startWaiting()
            if let due = wakeUp, due <= .now {
                wakeUp = nil
                act(on: CURL_SOCKET_TIMEOUT, 0)
                finishDone()
            }
            desk.sockets.wait(pause) { ready in
                var what: Int32 = 0
                if ready.what.contains(.reading) { what |= CURL_CSELECT_IN }
                if ready.what.contains(.writing) { what |= CURL_CSELECT_OUT }
                if !ready.what.isDisjoint(with: .failure) { what |= CURL_CSELECT_ERR }
                act(on: ready.socket, what)
            }
            finishDone()
        }
        for handle in Array(transfers.keys) { end(handle, .failure("stopped")) }
        for order in hosts.values.flatMap(\.waiting) { order.reply.resume(returning: .failure("stopped")) }
        idle.forEach(curl_easy_cleanup)
        // It calls until its very end.
        withExtendedLifetime(self) { _ = curl_multi_cleanup(multi) }
    }

    /// Milliseconds, rather too many than too few, which would be asked for again at once; negative for ever.
    private var pause: Int32 {
        let next = waitingHosts.isEmpty ? nil : ContinuousClock.now + ConnectionPace.interval
        guard let end = [wakeUp, next].compactMap(\.self).min() else { return -1 }
        let left = ContinuousClock.now.duration(to: end) + .microseconds(999)
        return Int32(clamping: max(0, left.wholeMilliseconds))
    }

    private func act(on socket: curl_socket_t, _ what: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, what, &running)
    }

    private static let watchSocket: curl_socket_callback = { _, socket, what, context, _ in
        guard let context else { return 0 }
        // It lives as long as the handle that calls.
        let thread = Unmanaged<HTTPThread>.fromOpaque(context).takeUnretainedValue()
        let interest: SocketWatch.Interest =
            switch what {
            case CURL_POLL_IN: .reading
            case CURL_POLL_OUT: .writing
            case CURL_POLL_INOUT: [.reading, .writing]
            default: []
            }
        thread.desk.sockets.watch(socket, for: interest)
        return 0
    }

    private static let setTimer: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context else { return 0 }
        // As above.
        let thread = Unmanaged<HTTPThread>.fromOpaque(context).takeUnretainedValue()
        thread.wakeUp = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
        return 0
    }

    private func takeMail() {
        let mail = desk.take()
        isClosed = mail.isClosed
        let cancelled = Set(mail.cancelled)
        for order in mail.orders {
            if cancelled.contains(order.id) {
                order.reply.resume(returning: .failure("stopped"))
            } else {
                let host = WebAddress.host(of: order.request.url) ?? ""
                hosts[host, default: Host()].waiting.append(order)
                waitingHosts.insert(host)
            }
        }
        for id in mail.cancelled {
            if let handle = handles[id] { end(handle, .failure("stopped")) } else { dropWaiting(id) }
        }
    }

    private func dropWaiting(_ id: UInt64) {
        for host in waitingHosts {
            guard let place = hosts[host]?.waiting.firstIndex(where: { $0.id == id }) else { continue }
            hosts[host]?.waiting.remove(at: place).reply.resume(returning: .failure("stopped"))
            return
        }
    }

    /// Starts what may go now, for each host in the order in which it came.
    private func startWaiting() {
        guard !waitingHosts.isEmpty else { return }
        let now = ContinuousClock.now
        for host in waitingHosts {
            while hosts[host]?.waiting.isEmpty == false, hosts[host]?.pace.begin(at: now) == true,
                let order = hosts[host]?.waiting.popFirst()
            {
                start(order, host)
            }
            if hosts[host]?.waiting.isEmpty == true { waitingHosts.remove(host) }
        }
    }

    private func start(_ order: HTTPDesk.Order, _ host: String) {
        guard let handle = idle.popLast() ?? curl_easy_init() else {
            hosts[host]?.pace.end(at: .now)
            order.reply.resume(returning: .failure("no memory"))
            return
        }
        let transfer = Transfer(order, host: host)
        transfers[handle] = transfer
        handles[order.id] = handle
        let result = configure(handle, transfer, order.request)
        guard result == CURLE_OK else {
            end(handle, Self.failure(result))
            return
        }
        if curl_multi_add_handle(multi, handle) != CURLM_OK { end(handle, .failure("no memory")) }
    }

    private func configure(
        _ handle: UnsafeMutableRawPointer, _ transfer: Transfer, _ request: HTTPClient.Request
    ) -> CURLcode {
        for (name, value) in request.headers {
            guard let list = curl_slist_append(transfer.headers, "\(name): \(value)") else {
                return CURLE_OUT_OF_MEMORY
            }
            transfer.headers = list
        }
        let connectTimeout = Int(request.connectTimeout.wholeMilliseconds)
        let results = [
            smokehub_curl_set_string(handle, CURLOPT_URL, request.url),
            smokehub_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            smokehub_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            // Signals would reach the process, and so every other thread.
            smokehub_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            smokehub_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, connectTimeout),
            smokehub_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(request.timeout.wholeMilliseconds)),
            smokehub_curl_set_string(handle, CURLOPT_USERAGENT, "SmokeHub"),
            smokehub_curl_set_pointer(handle, CURLOPT_HTTPHEADER, transfer.headers),
            smokehub_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(transfer).toOpaque()),
            smokehub_curl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, Self.keepBody),
            Self.set(request.method, transfer, of: handle),
        ]
        return results.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private static func set(
        _ method: HTTPClient.Method, _ transfer: Transfer, of handle: UnsafeMutableRawPointer
    ) -> CURLcode {
        switch method {
        case .get: return smokehub_curl_set_long(handle, CURLOPT_HTTPGET, 1)
        case .head: return smokehub_curl_set_long(handle, CURLOPT_NOBODY, 1)
        case .post, .put:
            let size = curl_off_t(transfer.sent.count)
            let results = [
                smokehub_curl_set_off(handle, CURLOPT_POSTFIELDSIZE_LARGE, size),
                smokehub_curl_set_pointer(handle, CURLOPT_POSTFIELDS, transfer.sent.baseAddress),
                method == .put ? smokehub_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, "PUT") : CURLE_OK,
            ]
            return results.first { $0 != CURLE_OK } ?? CURLE_OK
        }
    }

    /// Returning less than was given ends a transfer that never stops.
    private static let keepBody:
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
            data, size, count, context in
            guard let context, let data else { return 0 }
            // `transfers` keeps it while libcurl may call.
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            guard transfer.body.count + size * count <= HTTPThread.bodyBytesMax else { return 0 }
            transfer.body += UnsafeRawBufferPointer(start: data, count: size * count)
            return size * count
        }

    private func finishDone() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let result = smokehub_curl_message_result(message)
            var status = 0
            _ = smokehub_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
            var retryAfter: curl_off_t = 0
            _ = smokehub_curl_get_off(handle, CURLINFO_RETRY_AFTER, &retryAfter)
            // Once the far end has given a final status, what becomes of its body changes nothing.
            let hasAnswer = status >= 200
            let pause = retryAfter > 0 ? Duration.seconds(retryAfter) : nil
            let body = transfers[handle]?.body ?? []
            end(handle, hasAnswer ? .status(status, retryAfter: pause, body: body) : Self.failure(result))
        }
    }

    private func end(_ handle: UnsafeMutableRawPointer, _ response: HTTPClient.Response) {
        curl_multi_remove_handle(multi, handle)
        guard let transfer = transfers.removeValue(forKey: handle) else { return }
        handles[transfer.id] = nil
        hosts[transfer.host]?.pace.end(at: .now)
        if idle.count < Self.idleMax {
            // Also of how often it has tried again, which libcurl before 8.17 adds up for ever.
            curl_easy_reset(handle)
            idle.append(handle)
        } else {
            curl_easy_cleanup(handle)
        }
        transfer.reply.resume(returning: response)
    }

    /// libcurl's general words for a code; its detailed ones name the host.
    private static func failure(_ result: CURLcode) -> HTTPClient.Response {
        let words = result == CURLE_OK ? "the far end said nothing" : String(cString: curl_easy_strerror(result))
        // CURLE_UNSUPPORTED_PROTOCOL is also what it says of an answer that is no HTTP.
        return result == CURLE_URL_MALFORMAT ? .unusable(words) : .failure(words)
    }
}
