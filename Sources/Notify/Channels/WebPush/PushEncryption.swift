import Crypto
import Foundation

/// Encrypts for one browser, so that nobody on the way can read it: `aes128gcm` of RFC 8188 with the keys of RFC 8291.
///
///     salt (16) | record size (4) | length of the key id (1) | key id: the sender's public key (65) | ciphertext
enum PushEncryption {
    /// One record holds all, as RFC 8291 asks: 4096 bytes, of which 86 are the header, 16 the tag and one the delimiter.
    static let plaintextBytesMax = 4096 - 86 - 17

    enum Mistake: Error {
        /// The browser's key is no point of the curve, or its secret has not 16 bytes.
        case badSubscription
        case tooLong
    }

    /// - Parameters:
    ///   - receiver: `p256dh`, 65 bytes; - secret: `auth`, 16 bytes.
    ///   - sender: a new key for each message; - salt: 16 new bytes for each message.
    static func encrypt(
        _ plaintext: [UInt8], for receiver: [UInt8], secret: [UInt8],
        sender: P256.KeyAgreement.PrivateKey = P256.KeyAgreement.PrivateKey(), salt: [UInt8] = newSalt()
    ) throws -> [UInt8] {
        guard plaintext.count <= plaintextBytesMax else { throw Mistake.tooLong }
        guard secret.count == 16, let key = try? P256.KeyAgreement.PublicKey(x963Representation: receiver) else {
            throw Mistake.badSubscription
        }
        let publicKey = Array(sender.publicKey.x963Representation)
        // RFC 8291, chapter 3.4.
        let input = try sender.sharedSecretFromKeyAgreement(with: key).hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: secret, sharedInfo: Array("WebPush: info\0".utf8) + receiver + publicKey,
            outputByteCount: 32)
        return try encode(plaintext, input: input, keyID: publicKey, salt: salt)
    }

    /// One record of RFC 8188, chapter 2, with its header.
    ///
    /// - Parameter input: the input keying material.
    static func encode(
        _ plaintext: [UInt8], input: SymmetricKey, keyID: [UInt8], salt: [UInt8]
    ) throws -> [UInt8] {
        func derived(_ info: String, _ count: Int) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: input, salt: salt, info: Array(info.utf8), outputByteCount: count)
        }
        // The first record's sequence number is 0, which leaves the nonce as it is.
        let nonce = derived("Content-Encoding: nonce\0", 12).withUnsafeBytes { Array($0) }
        let delimited = plaintext + [2]  // The last record's.
        let sealed = try AES.GCM.seal(
            delimited, using: derived("Content-Encoding: aes128gcm\0", 16), nonce: AES.GCM.Nonce(data: nonce))
        let recordSize: [UInt8] = [0, 0, 16, 0]
        return salt + recordSize + [UInt8(keyID.count)] + keyID + Array(sealed.ciphertext) + Array(sealed.tag)
    }

    private static func newSalt() -> [UInt8] { SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) } }
}
