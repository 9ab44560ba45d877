public import Foundation
import GRDB
public import Registry

/// A message that taught a decoder what later ones mean, and that it asked the hub to keep.
public struct KeptLesson: Hashable, Sendable, Codable {
    /// The ecosystem of the decoder that it taught; two may keep the same message.
    public var decoder: String
    public var topic: String
    public var payload: Data
    public var retained: Bool
    /// When the hub took it in.
    public var at: Instant

    public init(decoder: String, topic: String, payload: Data, retained: Bool, at moment: Instant) {
        self.decoder = decoder
        self.topic = topic
        self.payload = payload
        self.retained = retained
        at = moment
    }
}

// What the decoders have learnt. How many there are, each decoder bounds itself.
extension HubDatabase {
    static let lessonSchema = """
        CREATE TABLE lesson (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, decoder TEXT NOT NULL, topic TEXT NOT NULL, at INTEGER NOT NULL,
            retained INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE (decoder, topic));
        """

    /// One change of what is kept.
    public enum LessonChange: Hashable, Sendable {
        /// In place of what was kept under its topic.
        case keep(KeptLesson)
        case forget(decoder: String, topic: String)
    }

    static func write(_ changes: [LessonChange], to database: Database) throws {
        for change in changes {
            switch change {
            case .keep(let lesson):
                try database.cachedStatement(
                    sql: """
                        INSERT OR REPLACE INTO lesson (decoder, topic, at, retained, payload) VALUES (?, ?, ?, ?, ?)
                        """
                ).execute(
                    arguments: [lesson.decoder, lesson.topic, lesson.at.milliseconds, lesson.retained, lesson.payload])
            case .forget(let decoder, let topic):
                try database.cachedStatement(sql: "DELETE FROM lesson WHERE decoder = ? AND topic = ?")
                    .execute(arguments: [decoder, topic])
            }
        }
    }

    /// What is kept, in the order in which it was learnt.
    ///
    /// - Parameter moment: only what was kept before then; `nil` for all.
    public func lessons(before moment: Instant? = nil) throws(StoreError) -> [KeptLesson] {
        try read("reading hub.sqlite") { database in
            // A journal from before there were lessons.
            guard try database.tableExists("lesson") else { return [] }
            return try Row.fetchAll(
                database, sql: "SELECT * FROM lesson WHERE at < ? ORDER BY sequence",
                arguments: [moment?.milliseconds ?? .max]
            ).map { row in
                KeptLesson(
                    decoder: row["decoder"], topic: row["topic"], payload: row["payload"], retained: row["retained"],
                    at: Instant(milliseconds: row["at"]))
            }
        }
    }
}
