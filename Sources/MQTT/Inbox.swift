import CMosquitto

/// What libmosquitto's callbacks received on one connection. They only copy and append.
final class Inbox {
    let payloadBytesMax: Int
    var messages: [Publication] = []
    var payloadBytes = 0
    /// Messages whose acknowledgement libmosquitto has queued.
    var acknowledgementsQueued = 0
    var dropped: [(topic: String, payloadBytes: Int)] = []
    /// The broker's answer to CONNECT.
    var greeting: (code: Int32, sessionPresent: Bool)?
    var subscribed: [(id: Int32, codes: [Int32])] = []
    var published: [(id: Int32, code: Int32)] = []
    /// The reason code of the broker's DISCONNECT.
    var farewell: Int32?
    /// libmosquitto's warnings and errors, which alone carry OpenSSL's.
    var log: [String] = []
    /// Why the broker's certificate was not believed.
    var verdict: CertificateVerdict?
    /// Counts calls of the callbacks, by which a socket that is dry is told from one that only looks so.
    var calls = 0

    init(payloadBytesMax: Int) { self.payloadBytesMax = payloadBytesMax }

    func take(_ message: borrowing mosquitto_message) {
        calls += 1
        if message.qos > 0 { acknowledgementsQueued += 1 }
        let size = Int(message.payloadlen)
        let topic = message.topic.map { String(cString: $0) } ?? ""
        guard size <= payloadBytesMax else {
            dropped.append((topic, size))
            return
        }
        payloadBytes += size
        messages.append(
            Publication(
                topic: topic, payload: [UInt8](UnsafeRawBufferPointer(start: message.payload, count: size)),
                quality: message.qos == 0 ? .atMostOnce : .atLeastOnce, retained: message.retain))
    }
}

extension Inbox {
    /// Makes this the receiver of the handle's callbacks; it must live as long as the handle.
    func install(on handle: OpaquePointer) {
        mosquitto_message_callback_set(handle) { _, context, message in
            guard let context, let message else { return }
            Inbox.at(context).take(message.pointee)
        }
        mosquitto_connect_v5_callback_set(handle) { _, context, code, flags, _ in
            guard let context else { return }
            Inbox.at(context).calls += 1
            Inbox.at(context).greeting = (code, flags & 1 != 0)
        }
        mosquitto_subscribe_v5_callback_set(handle) { _, context, id, count, codes, _ in
            guard let context else { return }
            Inbox.at(context).calls += 1
            Inbox.at(context).subscribed.append((id, Array(UnsafeBufferPointer(start: codes, count: Int(count)))))
        }
        mosquitto_publish_v5_callback_set(handle) { _, context, id, code, _ in
            guard let context else { return }
            Inbox.at(context).calls += 1
            Inbox.at(context).published.append((id, code))
        }
        mosquitto_disconnect_v5_callback_set(handle) { _, context, code, _ in
            guard let context else { return }
            Inbox.at(context).farewell = code
        }
        mosquitto_log_callback_set(handle) { handle, context, level, text in
            guard let context, let text, level & (MOSQ_LOG_ERR | MOSQ_LOG_WARNING) != 0 else { return }
            Inbox.at(context).log.append(String(cString: text))
            // Asked for here, because libmosquitto may throw the handshake away before it returns.
            Inbox.at(context).verdict = CertificateVerdict(ofSession: mosquitto_ssl_get(handle))
        }
    }

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    private static func at(_ context: UnsafeMutableRawPointer) -> Inbox {
        Unmanaged<Inbox>.fromOpaque(context).takeUnretainedValue()
    }
}
