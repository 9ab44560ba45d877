import CCurl
import Foundation
import Synchronization

/// Speaks HTTP with libcurl: all transfers on one thread of its own, so that however many hang, no thread of Swift
/// concurrency waits for them. Connections are kept and used again.
package final class HTTPClient: Sendable {
    private let desk: HTTPDesk

    package struct Request: Sendable {
        var method = Method.post
        var url: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        var connectTimeout: Duration
        /// For the whole exchange.
        var timeout: Duration

        package init(
            method: Method = .post, url: String, headers: [(name: String, value: String)], body: [UInt8],
            connectTimeout: Duration, timeout: Duration
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.connectTimeout = connectTimeout
            self.timeout = timeout
        }
    }

    package enum Method: Hashable, Sendable {
        /// Without a body.
        case get
        /// As `get`, and the answer comes without a body, too.
        case head
        case post
        case put
    }

    package enum Response: Hashable, Sendable {
        /// The body's first 64 KiB.
        case status(Int, retryAfter: Duration?, body: [UInt8] = [])
        /// The address will never work, whoever answers.
        case unusable(String)
        /// No status came. The reason holds no address.
        case failure(String)
    }

    package init() throws(LibcurlUnavailable) {
        guard let desk = HTTPDesk() else { throw LibcurlUnavailable() }
        self.desk = desk
        let thread = Thread { HTTPThread(desk).run() }
        thread.name = "http"
        thread.start()
    }

    deinit { desk.close() }

    /// Returns within the request's timeout, or at once when the task is cancelled.
    package func send(_ request: Request) async -> Response {
        let id = desk.nextID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { desk.submit(id, request, $0) }
        } onCancel: {
            desk.cancel(id)
        }
    }
}

/// libcurl could not be started, for want of memory.
public struct LibcurlUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String { "nothing can be sent over HTTP or SMTP: libcurl cannot be started" }
}

extension HTTPClient {
    /// Asks something on the web whether it is there, by HEAD, which changes nothing (RFC 9110, 9.2.1): any answer says so
    /// but that of a proxy which does not reach it, or of a server that is broken.
    func probe(_ url: String, timeout: Duration) async -> Outcome {
        let response = await send(
            Request(
                method: .head, url: url, headers: [], body: [], connectTimeout: min(.seconds(3), timeout),
                timeout: timeout))
        return switch response {
        case .status(let status, _, _) where [500, 502, 503, 504].contains(status): .failed("HTTP \(status)")
        case .status: .accepted()
        case .unusable(let reason), .failure(let reason): .failed(reason)
        }
    }
}

extension Outcome {
    /// What an HTTP status usually means: any 2xx is accepted; 4xx is refused for good, but for 408, 425 and 429;
    /// everything else, redirects included, is tried again, after `Retry-After` if the answer has one (RFC 9110).
    init(_ response: HTTPClient.Response) {
        self =
            switch response {
            case .status(200...299, _, _): .accepted()
            case .status(let status, let retryAfter, _) where [408, 425, 429].contains(status):
                .failed("HTTP \(status)", retryAfter: retryAfter)
            case .status(let status, _, _) where (400...499).contains(status): .refused("HTTP \(status)")
            case .status(let status, let retryAfter, _): .failed("HTTP \(status)", retryAfter: retryAfter)
            case .unusable(let reason): .refused(reason)
            case .failure(let reason): .failed(reason)
            }
    }
}

/// What waits for the thread, and the means to wake it: all that other threads touch.
final class HTTPDesk: Sendable {
    typealias Order = (id: UInt64, request: HTTPClient.Request, reply: CheckedContinuation<HTTPClient.Response, Never>)

    struct Mail: Sendable {
        var orders: [Order] = []
        var cancelled: [UInt64] = []
        var isClosed = false
    }

    private let mail = Mutex(Mail())
    private let ids = Atomic<UInt64>(0)
    let sockets: SocketWatch
    let multi: MultiHandle

    /// A libcurl multi handle. Unchecked, because the thread alone uses it, once it has begun.
    struct MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    /// libcurl asks to be set up once in a process, before any other use.
    static let isSetUp = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    init?() {
        guard Self.isSetUp, let sockets = SocketWatch(), let pointer = curl_multi_init() else { return nil }
        self.sockets = sockets
        multi = MultiHandle(pointer: pointer)
        _ = smokehub_curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, 256)
    }

    func nextID() -> UInt64 { ids.wrappingAdd(1, ordering: .relaxed).newValue }

    func submit(
        _ id: UInt64, _ request: HTTPClient.Request, _ reply: CheckedContinuation<HTTPClient.Response, Never>
    ) {
        var isCancelled = false
        put { mail in
            // Under the lock, for whoever cancels it later finds it here.
            isCancelled = Task.isCancelled
            if !isCancelled { mail.orders.append((id, request, reply)) }
        }
        if isCancelled { reply.resume(returning: .failure("stopped")) }
    }

    func cancel(_ id: UInt64) { put { $0.cancelled.append(id) } }

    func close() { put { $0.isClosed = true } }

    func take() -> Mail {
        mail.withLock { mail in
            defer { mail = Mail(isClosed: mail.isClosed) }
            return mail
        }
    }

    private func put(_ change: (inout Mail) -> Void) {
        mail.withLock { mail in
            // Where something waits already, the thread is awake, or soon will be.
            let isFirst = mail.orders.isEmpty && mail.cancelled.isEmpty && !mail.isClosed
            change(&mail)
            if isFirst { sockets.knock() }
        }
    }
}
