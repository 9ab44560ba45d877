import Crypto
import Foundation
import Registry

@testable import Notify

/// A browser's end of Web Push: its keys, and how it reads what comes (RFC 8188 and 8291, of any number of records).
struct PushBrowser {
    struct Unreadable: Error {}

    let key: P256.KeyAgreement.PrivateKey
    let secret: [UInt8]

    init(key: P256.KeyAgreement.PrivateKey = P256.KeyAgreement.PrivateKey(), secret: [UInt8] = Array(1...16)) {
        self.key = key
        self.secret = secret
    }

    /// As `PushSubscription.toJSON()` gives it.
    func subscription(_ endpoint: String) -> String {
        """
        {"endpoint":"\(endpoint)","expirationTime":null,"keys":{"p256dh":"\(Base64URL.encode(publicKey))",\
        "auth":"\(Base64URL.encode(secret))"}}
        """
    }

    var publicKey: [UInt8] { Array(key.publicKey.x963Representation) }

    func read(_ message: [UInt8]) throws -> [UInt8] {
        guard message.count > 86, message[20] == 65 else { throw Unreadable() }
        let sender = Array(message[21..<86])
        let input = try key.sharedSecretFromKeyAgreement(with: .init(x963Representation: sender))
            .hkdfDerivedSymmetricKey(
                using: SHA256.self, salt: secret, sharedInfo: Array("WebPush: info\0".utf8) + publicKey + sender,
                outputByteCount: 32)
        return try Self.decode(message, input: input)
    }

    /// RFC 8188, chapter 2.
    static func decode(_ message: [UInt8], input: SymmetricKey) throws -> [UInt8] {
        let salt = Array(message[..<16])
        let recordSize = message[16..<20].reduce(0) { $0 << 8 | Int($1) }
        func derived(_ info: String, _ count: Int) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: input, salt: salt, info: Array(info.utf8), outputByteCount: count)
        }
        let key = derived("Content-Encoding: aes128gcm\0", 16)
        let base = derived("Content-Encoding: nonce\0", 12).withUnsafeBytes { Array($0) }
        var rest = message.dropFirst(21 + Int(message[20]))
        var text: [UInt8] = []
        var number: UInt8 = 0
        while !rest.isEmpty {
            let record = rest.prefix(recordSize)
            rest = rest.dropFirst(recordSize)
            var nonce = base
            nonce[11] ^= number
            number += 1
            let box = try AES.GCM.SealedBox(
                nonce: .init(data: nonce), ciphertext: record.dropLast(16), tag: record.suffix(16))
            let padded = try AES.GCM.open(box, using: key)
            guard let end = padded.lastIndex(where: { $0 != 0 }), padded[end] == (rest.isEmpty ? 2 : 1) else {
                throw Unreadable()
            }
            text += padded[..<end]
        }
        return text
    }
}

/// Web Push, and a push service.
struct WebPushUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact: Contact
    private let receiver: WebhookReceiver
    private let browser = PushBrowser()

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> WebPushUnderTest {
        try WebPushUnderTest(WebhookReceiver(manner, accepted: .status(201), refused: .status(410)), timeout: timeout)
    }

    private init(_ receiver: WebhookReceiver, timeout: Duration) throws {
        self.receiver = receiver
        let file = #"{"ann-phone":\#(browser.subscription(receiver.url("/send/abc")))}"#
        var settings = WebPushChannel.Settings()
        settings.timeout = timeout
        channel = try WebPushChannel(
            settings, vapid: WebPushTests.vapid(), subscriptions: PushBook(PushSubscription.all(in: Data(file.utf8))),
            now: { Harbour.noon })
        contact = Contact(resident: "r-a-12c", position: 1, channel: "webpush", address: "ann-phone")
    }

    /// Each message is encrypted anew: by what the browser reads.
    func arrivals(_ count: Int) async throws -> [String] {
        try await receiver.requests.next(count).map { request in
            let json = try JSONSerialization.jsonObject(with: Data(browser.read(request.body))) as? [String: Any]
            return "\(json?["id"] ?? "") \(request.headers["topic"] ?? "")"
        }
    }

    func stop() async { receiver.stop() }
}
