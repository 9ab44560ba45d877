import CCurl
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
    private var isClosed = false

    private static let idleMax = 256
    /// Of an answer's body; gateways answer in a few lines.
    private static let bodyBytesMax = 65_536

    private final class Transfer {
        let id: UInt64
        let reply: CheckedContinuation<HTTPClient.Response, Never>
        var headers: UnsafeMutablePointer<curl_slist>?
        var body: [UInt8] = []

        init(_ order: HTTPDesk.Order) {
            id = order.id
            reply = order.reply
        }

        deinit { curl_slist_free_all(headers) }
    }

    init(_ desk: HTTPDesk) {
        self.desk = desk
        multi = desk.multi.pointer
    }

    func run() {
        while !isClosed {
            takeMail()
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishDone()
            guard !isClosed else { break }
            curl_multi_poll(multi, nil, 0, 1000, nil)
        }
        for handle in Array(transfers.keys) { end(handle, .failure("stopped")) }
        idle.forEach(curl_easy_cleanup)
        curl_multi_cleanup(multi)
    }

    private func takeMail() {
        let mail = desk.take()
        isClosed = mail.isClosed
        let cancelled = Set(mail.cancelled)
        for order in mail.orders {
            if cancelled.contains(order.id) {
                order.reply.resume(returning: .failure("stopped"))
            } else {
                start(order)
            }
        }
        for id in mail.cancelled {
            if let handle = handles[id] { end(handle, .failure("stopped")) }
        }
    }

    private func start(_ order: HTTPDesk.Order) {
        guard let handle = idle.popLast() ?? curl_easy_init() else {
            order.reply.resume(returning: .failure("no memory"))
            return
        }
        let transfer = Transfer(order)
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
        let settings: [() -> CURLcode] = [
            { smokehub_curl_set_string(handle, CURLOPT_URL, request.url) },
            { smokehub_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https") },
            { smokehub_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0) },
            // Signals would reach the process, and so every other thread.
            { smokehub_curl_set_long(handle, CURLOPT_NOSIGNAL, 1) },
            {
                smokehub_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(request.connectTimeout.wholeMilliseconds))
            },
            { smokehub_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(request.timeout.wholeMilliseconds)) },
            { smokehub_curl_set_string(handle, CURLOPT_USERAGENT, "SmokeHub") },
            { smokehub_curl_set_pointer(handle, CURLOPT_HTTPHEADER, transfer.headers) },
            {
                guard request.method != .head else { return smokehub_curl_set_long(handle, CURLOPT_NOBODY, 1) }
                guard request.method != .get else { return smokehub_curl_set_long(handle, CURLOPT_HTTPGET, 1) }
                let size = curl_off_t(request.body.count)
                let result = smokehub_curl_set_off(handle, CURLOPT_POSTFIELDSIZE_LARGE, size)
                guard result == CURLE_OK else { return result }
                return request.body.withUnsafeBytes { body in
                    smokehub_curl_set_pointer(
                        handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: body.baseAddress))
                }
            },
            {
                guard request.method == .put else { return CURLE_OK }
                return smokehub_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, "PUT")
            },
            { smokehub_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(transfer).toOpaque()) },
            { smokehub_curl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, Self.keepBody) },
        ]
        for setting in settings {
            let result = setting()
            guard result == CURLE_OK else { return result }
        }
        return CURLE_OK
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
        if idle.count < Self.idleMax {
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
