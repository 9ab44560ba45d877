import Crypto
public import Foundation
public import Registry

/// Where a browser takes messages, as its own `PushSubscription` gives it in JSON:
/// `{"endpoint":"https://…","keys":{"p256dh":"…","auth":"…"}}`.
///
/// Whoever knows it can write to that browser, and its endpoint tells who runs it: a secret of the person's.
public struct PushSubscription: Hashable, Sendable, Decodable, CustomReflectable {
    public var endpoint: String
    /// The browser's public key, 65 bytes.
    public var publicKey: [UInt8]
    /// What both ends share, 16 bytes.
    public var secret: [UInt8]

    /// Nothing of it.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// What it is called as one person's: the same whenever that browser is subscribed again. The endpoint is long and
    /// random, so that a part of its hash tells nothing.
    public func name(of resident: Resident.ID) -> String {
        SHA256.hash(data: Data("\(resident)\n\(endpoint)".utf8)).prefix(4)
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private enum CodingKeys: String, CodingKey { case endpoint, keys }
    private enum Keys: String, CodingKey { case p256dh, auth }

    /// What is wrong with a subscription, without quoting it.
    public struct Mistake: Error, CustomStringConvertible {
        public var description: String

        public init(description: String) { self.description = description }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let keys = try container.nestedContainer(keyedBy: Keys.self, forKey: .keys)
        endpoint = try container.decode(String.self, forKey: .endpoint)
        guard VAPID.origin(of: endpoint) != nil else { throw Mistake(description: "the endpoint is no web address") }
        publicKey = Base64URL.decode(try keys.decode(String.self, forKey: .p256dh)) ?? []
        guard (try? P256.KeyAgreement.PublicKey(x963Representation: publicKey)) != nil else {
            throw Mistake(description: "'p256dh' is no public key of the curve P-256")
        }
        secret = Base64URL.decode(try keys.decode(String.self, forKey: .auth)) ?? []
        guard secret.count == 16 else { throw Mistake(description: "'auth' does not have 16 bytes") }
    }

    /// All of a file, by their names: `{"ann-phone": {"endpoint": …}, …}`. Each may be sealed: `{"ann-phone": "sealed:…"}`.
    ///
    /// - Parameter seal: what opens those; `nil` if there is no key.
    /// - Throws: ``Mistake`` that names the first that is wrong.
    public static func all(in file: Data, seal: PersonalSeal? = nil) throws(Mistake) -> [String: PushSubscription] {
        let named: [String: Entry]
        do {
            named = try JSONDecoder().decode([String: Entry].self, from: file)
        } catch {
            throw Mistake(description: "it is no JSON object of subscriptions by their names")
        }
        var all: [String: PushSubscription] = [:]
        for (name, entry) in named.sorted(by: { $0.key < $1.key }) {
            do {
                all[name] = try entry.opened(as: name, seal).get()
            } catch {
                throw Mistake(description: "'\(name)': \(error)")
            }
        }
        return all
    }

    /// One of a file, right or wrong.
    private struct Entry: Decodable {
        var result: Result<PushSubscription, Mistake>
        /// As it stands in the file.
        var sealed: String?

        func opened(as name: String, _ seal: PersonalSeal?) -> Result<PushSubscription, Mistake> {
            guard let sealed else { return result }
            guard let seal else {
                return .failure(
                    Mistake(description: "it is sealed, and there is no key: set personal-data.key in hub.yaml"))
            }
            do {
                let text = try seal.open(sealed, of: name, as: PushSubscriptionsFile.field)
                return try JSONDecoder().decode(Entry.self, from: Data(text.utf8)).result
            } catch let mistake as PersonalSeal.Mistake {
                return .failure(Mistake(description: "it does not open: \(mistake)"))
            } catch {
                return .failure(Mistake(description: "what is sealed is no PushSubscription"))
            }
        }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self), PersonalSeal.isSealed(text) {
                sealed = text
            }
            do {
                result = .success(try PushSubscription(from: decoder))
            } catch let mistake as Mistake {
                result = .failure(mistake)
            } catch {
                result = .failure(Mistake(description: "it is no PushSubscription with endpoint, p256dh and auth"))
            }
        }
    }
}
