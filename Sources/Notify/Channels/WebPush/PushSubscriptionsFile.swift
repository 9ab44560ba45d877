import Foundation
public import Registry

/// A file of browsers' subscriptions, by name, of which some are sealed, opened or removed.
public struct PushSubscriptionsFile {
    /// What a subscription is called where it is sealed.
    static let field = "webpush"

    /// Each is an object, or a sealed text.
    private var entries: [String: Any]

    /// - Throws: ``PushSubscription/Mistake`` if it is no JSON object.
    public init(_ text: String) throws {
        guard let entries = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw PushSubscription.Mistake(description: "it is no JSON object of subscriptions by their names")
        }
        self.entries = entries
    }

    public var names: [String] { entries.keys.sorted() }

    public var plain: Int { entries.values.count { !($0 is String) } }

    /// Seals each that is not.
    ///
    /// - Returns: how many these were.
    public mutating func seal(with seal: PersonalSeal) throws -> Int {
        let plain = entries.filter { !($0.value is String) }
        for (name, entry) in plain {
            entries[name] = try seal.seal(Self.text(of: entry), of: name, as: Self.field)
        }
        return plain.count
    }

    /// Seals all with another key. - Throws: if the old one does not open one of them.
    public mutating func seal(with new: PersonalSeal, insteadOf old: PersonalSeal) throws {
        for (name, entry) in entries {
            let plain = try (entry as? String).map { try old.open($0, of: name, as: Self.field) }
            entries[name] = try new.seal(plain ?? Self.text(of: entry), of: name, as: Self.field)
        }
    }

    /// - Returns: the names of those that were there.
    public mutating func remove(_ names: some Sequence<String>) -> [String] {
        names.filter { entries.removeValue(forKey: $0) != nil }
    }

    /// The file's text.
    public func written() throws -> String { try Self.text(of: entries, readable: true) + "\n" }

    private static func text(of value: Any, readable: Bool = false) throws -> String {
        var options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        if readable { options.insert(.prettyPrinted) }
        return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
    }
}
