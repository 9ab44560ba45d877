import Foundation
import Registry

// Most of a journal are messages, and what decides how long it takes to play one again is how long it takes to read it.
extension JournalEntry {
    /// Reads an entry from JSON, without a decoder if it stands there as ``HubDatabase/commit(_:)`` writes it.
    ///
    /// - Throws: if it is no entry.
    init(json: Data, _ decoder: JSONDecoder) throws {
        self = try JournalEntry(asWritten: json.span) ?? decoder.decode(JournalEntry.self, from: json)
    }

    /// Reads a message, or that time alone has come so far, from the very bytes that are written of them; `nil` for
    /// anything else, which may be an entry all the same.
    init?(asWritten bytes: Span<UInt8>) {
        var json = WrittenJSON()
        guard json.take("{\"at\":", bytes), let at = json.number(bytes), json.take(",\"input\":", bytes) else {
            return nil
        }
        let input: Input
        if json.take("{\"time\":{}", bytes) {
            input = .time
        } else {
            guard json.take("{\"message\":{\"_0\":", bytes), let heard = Heard(&json, bytes), json.take("}", bytes)
            else { return nil }
            input = .message(heard)
        }
        guard json.take("}}", bytes), json.isAtEnd(of: bytes) else { return nil }
        self.init(input, at: Instant(milliseconds: at))
    }
}

extension JournalEntry.Heard {
    fileprivate init?(_ json: inout WrittenJSON, _ bytes: Span<UInt8>) {
        guard json.take("{\"backlog\":", bytes), let backlog = json.flag(bytes),
            json.take(",\"eventAt\":", bytes), let eventAt = json.number(bytes),
            json.take(",\"late\":", bytes), let late = json.flag(bytes), let overtaken = Self.overtaken(&json, bytes),
            json.take(",\"payload\":", bytes), let payload = json.base64(bytes),
            json.take(",\"retained\":", bytes), let retained = json.flag(bytes),
            json.take(",\"topic\":", bytes), let topic = json.text(bytes), json.take("}", bytes)
        else { return nil }
        self.init(
            topic: topic, payload: payload, retained: retained, backlog: backlog,
            eventAt: Instant(milliseconds: eventAt), late: late, overtaken: overtaken)
    }

    /// Written only where it is so.
    private static func overtaken(_ json: inout WrittenJSON, _ bytes: Span<UInt8>) -> Bool? {
        json.take(",\"overtaken\":", bytes) ? json.flag(bytes) : false
    }
}
