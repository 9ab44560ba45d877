import Foundation
import GRDB
public import Rules

extension NotifyDatabase {
    /// The lines owed to the alert log after a sequence, at most `limit`, in the order of their commit. A sequence is
    /// never given twice, not even after pruning.
    ///
    /// - Throws: if the database cannot be read.
    public func records(after sequence: Int64, limit: Int) throws -> [(sequence: Int64, record: LogRecord)] {
        try writer.read { database in
            try Row.fetchAll(
                database, sql: "SELECT sequence, body FROM record WHERE sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, limit]
            ).map { row in
                (sequence: row["sequence"], record: try JSONText.decode(LogRecord.self, from: row["body"]))
            }
        }
    }

    /// Removes the lines that the alert log has taken.
    ///
    /// - Throws: if the database cannot be written.
    public func pruneRecords(through sequence: Int64) async throws {
        try await writer.write { database in
            try database.execute(sql: "DELETE FROM record WHERE sequence <= ?", arguments: [sequence])
        }
    }
}

/// Values as the databases keep them: JSON with sorted keys, so that equal values are equal texts.
enum JSONText {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
