import CCurl
import Foundation
import Registry
import Synchronization

/// One mail on its way, on the thread that `perform` is called on.
final class MailTransfer {
    private let order: MailDesk.Order
    /// The last command that was sent: `RCPT`.
    private var command = ""
    /// How much of the message has been handed over.
    private var sent = 0

    init(_ order: MailDesk.Order) { self.order = order }

    /// - Parameter handle: one of libcurl's, whose connection is used again if it fits.
    func perform(_ handle: UnsafeMutableRawPointer) -> MailClient.Ending {
        curl_easy_reset(handle)
        guard let recipients = curl_slist_append(nil, order.mail.recipient) else {
            return .over(CURLE_OUT_OF_MEMORY, status: 0, command: "")
        }
        defer { curl_slist_free_all(recipients) }
        var result = configure(handle, recipients)
        if result == CURLE_OK { result = withExtendedLifetime(self) { curl_easy_perform(handle) } }
        guard result != CURLE_ABORTED_BY_CALLBACK else { return .stopped }
        var status = 0
        _ = smokehub_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return .over(result, status: status, command: command)
    }

    private func configure(
        _ handle: UnsafeMutableRawPointer, _ recipients: UnsafeMutablePointer<curl_slist>
    ) -> CURLcode {
        let server = order.mail.server
        let context = Unmanaged.passUnretained(self).toOpaque()
        let level = server.encryption == .required ? CURLUSESSL_ALL : CURLUSESSL_TRY
        let settings: [() -> CURLcode] = [
            { smokehub_curl_set_string(handle, CURLOPT_URL, server.url) },
            { smokehub_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps") },
            // Signals would reach the process, and so every other thread.
            { smokehub_curl_set_long(handle, CURLOPT_NOSIGNAL, 1) },
            {
                smokehub_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(server.connectTimeout.wholeMilliseconds))
            },
            { smokehub_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(server.timeout.wholeMilliseconds)) },
            { smokehub_curl_set_long(handle, CURLOPT_USE_SSL, Int(level.rawValue)) },
            { server.authorities.map { smokehub_curl_set_string(handle, CURLOPT_CAINFO, $0) } ?? CURLE_OK },
            { server.user.map { smokehub_curl_set_string(handle, CURLOPT_USERNAME, $0) } ?? CURLE_OK },
            { server.password.map { smokehub_curl_set_string(handle, CURLOPT_PASSWORD, $0) } ?? CURLE_OK },
            { [order] in smokehub_curl_set_string(handle, CURLOPT_MAIL_FROM, order.mail.sender) },
            { [order] in
                guard !order.mail.isProbe else {
                    return smokehub_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, "NOOP")
                }
                return smokehub_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients)
            },
            { [order] in
                smokehub_curl_set_long(handle, order.mail.isProbe ? CURLOPT_NOBODY : CURLOPT_UPLOAD, 1)
            },
            { smokehub_curl_set_pointer(handle, CURLOPT_READDATA, context) },
            { smokehub_curl_set_data_callback(handle, CURLOPT_READFUNCTION, Self.giveMessage) },
            { smokehub_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context) },
            { smokehub_curl_set_progress_callback(handle, Self.goOn) },
            { smokehub_curl_set_long(handle, CURLOPT_NOPROGRESS, 0) },
            // What libcurl says of its doings is the only way to know at which command the server refused.
            { smokehub_curl_set_pointer(handle, CURLOPT_DEBUGDATA, context) },
            { smokehub_curl_set_debug_callback(handle, Self.noteCommand) },
            { smokehub_curl_set_long(handle, CURLOPT_VERBOSE, 1) },
        ]
        for setting in settings {
            let result = setting()
            guard result == CURLE_OK else { return result }
        }
        return CURLE_OK
    }

    // MARK: Callbacks, while `perform` holds the transfer

    /// Returning 0 says that it is all.
    private static let giveMessage:
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
            buffer, size, count, context in
            guard let context, let buffer else { return 0 }
            let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
            let part = transfer.order.mail.message.dropFirst(transfer.sent).prefix(size * count)
            UnsafeMutableRawBufferPointer(start: buffer, count: size * count).copyBytes(from: part)
            transfer.sent += part.count
            return part.count
        }

    /// Called at least once a second; returning other than 0 ends the transfer.
    private static let goOn:
        @convention(c) (UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> Int32 = {
            context, _, _, _, _ in
            guard let context else { return 0 }
            let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.order.isCancelled.load(ordering: .relaxed) ? 1 : 0
        }

    private static let noteCommand:
        @convention(c) (
            UnsafeMutableRawPointer?, curl_infotype, UnsafeMutablePointer<CChar>?, Int, UnsafeMutableRawPointer?
        ) -> Int32 = { _, kind, data, count, context in
            guard kind == CURLINFO_HEADER_OUT, let context, let data else { return 0 }
            // The verb alone: what follows it may be a secret or an address.
            let verb = UnsafeRawBufferPointer(start: data, count: count).prefix { (0x41...0x5A).contains($0) }
            let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
            let command = String(decoding: verb.prefix(8), as: UTF8.self)
            // It says so after it has been refused something.
            if command != "QUIT" { transfer.command = command }
            return 0
        }
}
