public import Devices
import Foundation
import GRDB
public import Registry
public import Rules
public import Upkeep

/// `hub.sqlite`: the journal, the states of devices and incidents, the alerts, and the lines owed to the alert log.
///
/// Written by the pipeline's thread alone, one transaction a batch, durable when ``commit(_:)`` returns; read by
/// whoever likes.
public final class HubDatabase: AlertSource {
    let pool: any DatabaseWriter
    /// Moves what is committed from the write-ahead log into the file, beside the pipeline; `nil` where nothing is
    /// written.
    private let checkpointer: DatabaseQueue?
    /// `hub-` and what tells this file from every other: the log's lines and the outbox name it.
    public let name: String

    /// Opens the database, creating it if there is none.
    ///
    /// - Throws: if the file cannot be opened, or is newer than this program.
    public init(path: String) throws(StoreError) {
        do {
            var configuration = Configuration()
            configuration.label = "hub"
            configuration.busyMode = .timeout(1)
            let pool = try DatabasePool(path: path, configuration: configuration)
            self.pool = pool
            try Self.migrator.bringUpToDate(pool)
            try pool.writeWithoutTransaction { database in
                // GRDB's pools set NORMAL, which may lose the last commits in a power cut.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // SQLite would checkpoint within the commit that passes 1,000 pages, and the alarm in it would wait for
                // some ten milliseconds. This bound is for when ``checkpoint()`` is not called.
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 20000")
            }
            checkpointer = try DatabaseQueue(path: path, configuration: configuration)
            name = try "hub-" + pool.read(StoreIdentity.read)
        } catch {
            throw StoreError(error, doing: "opening \(path)")
        }
    }

    /// A database that ends with the process, of the same schema: for a simulation, whose disk is made up.
    package static func inMemory() throws(StoreError) -> HubDatabase { try HubDatabase() }

    private init() throws(StoreError) {
        do {
            var configuration = Configuration()
            configuration.label = "hub"
            let queue = try DatabaseQueue(configuration: configuration)
            pool = queue
            checkpointer = nil
            try Self.migrator.migrate(queue)
            name = try "hub-" + queue.read(StoreIdentity.read)
        } catch {
            throw StoreError(error, doing: "opening a database in memory")
        }
    }

    /// Opens a database to read it, also beside a hub that writes it.
    ///
    /// - Throws: if there is none, it cannot be read, or another version of this program has written it.
    public init(reading path: String) throws(StoreError) {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let pool = try DatabaseQueue(path: path, configuration: configuration)
            self.pool = pool
            checkpointer = nil
            try Self.migrator.check(pool)
            name = try "hub-" + pool.read(StoreIdentity.read)
        } catch {
            throw StoreError(error, doing: "opening \(path)")
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE journal (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body BLOB NOT NULL);
                    CREATE INDEX journal_at ON journal (at);
                    CREATE TABLE device (id TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE block (
                        exercise TEXT NOT NULL, block TEXT NOT NULL, state BLOB NOT NULL,
                        PRIMARY KEY (exercise, block)) WITHOUT ROWID;
                    CREATE TABLE exercise (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE alert (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
                        body BLOB NOT NULL);
                    CREATE TABLE record (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body BLOB NOT NULL);
                    CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2") { try $0.execute(sql: StoreIdentity.schema) }
        migrator.registerMigration("3") { try $0.execute(sql: closingSchema) }
        migrator.registerMigration("journal-bytes") { try $0.execute(sql: Self.journalBytesSchema) }
        migrator.registerMigration("lesson") { try $0.execute(sql: Self.lessonSchema) }
        migrator.registerMigration("supervision") { try $0.execute(sql: Self.supervisionSchema) }
        migrator.registerMigration("quarantine") { try $0.execute(sql: quarantineSchema) }
        migrator.registerMigration("upkeep") { try $0.execute(sql: Self.upkeepSchema) }
        migrator.registerMigration("outage") { try $0.execute(sql: Self.outageSchema) }
        return migrator
    }

    /// Everything of one batch, in one transaction.
    public struct Commit: Sendable {
        public var entries: [JournalEntry] = []
        public var outcome = Consequences()
        public var devices: [(id: Device.ID, state: DeviceState)] = []
        public var supervision: [(id: Device.ID, record: SupervisionRecord)] = []
        public var outages: [Outage: OutageChange] = [:]
        public var lessons: [LessonChange] = []
        /// How far the engine's time has come.
        public var time: Instant
        /// The last alert that the broker has taken over, if that is news.
        public var announced: Int64?
        public var quarantine = QuarantineChanges()
        public var upkeep = UpkeepChanges()

        public init(time: Instant) { self.time = time }

        /// Nothing but time.
        public var isEmpty: Bool {
            entries.isEmpty && outcome.isEmpty && devices.isEmpty && lessons.isEmpty && quarantine.isEmpty
                && upkeep.isEmpty && outages.isEmpty
        }
    }

    /// Makes a batch durable: when this returns, a power cut loses nothing of it.
    ///
    /// - Returns: the sequence of the last alert that there is.
    /// - Throws: if nothing of it could be written. It may be tried again as it is.
    @discardableResult
    public func commit(_ commit: Commit) throws(StoreError) -> Int64 {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try pool.write { database in
                for entry in commit.entries {
                    try database.cachedStatement(sql: "INSERT INTO journal (at, body) VALUES (?, ?)")
                        .execute(arguments: [entry.at.milliseconds, encoder.encode(entry)])
                }
                try Self.write(commit.outcome, to: database, encoder)
                try Self.write(commit.supervision, to: database)
                try Self.write(commit.outages, to: database)
                try Self.write(commit.lessons, to: database)
                try Self.write(commit.upkeep, to: database, encoder)
                for (id, state) in commit.devices {
                    try database.cachedStatement(sql: "INSERT OR REPLACE INTO device (id, state) VALUES (?, ?)")
                        .execute(arguments: [id, encoder.encode(state)])
                }
                try database.cachedStatement(sql: "INSERT OR REPLACE INTO fact (name, value) VALUES ('time', ?)")
                    .execute(arguments: [commit.time.milliseconds])
                try Self.write(commit.quarantine, to: database, encoder)
                if let announced = commit.announced {
                    try database.cachedStatement(
                        sql: "INSERT OR REPLACE INTO fact (name, value) VALUES ('announced', ?)"
                    ).execute(arguments: [announced])
                }
                return try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'alert'") ?? 0
            }
        } catch {
            throw StoreError(error, doing: "writing hub.sqlite")
        }
    }

    /// Moves what is committed from the write-ahead log into the file, without making the pipeline wait. To be called
    /// every few seconds while there is something new, from any thread but the pipeline's.
    ///
    /// - Throws: if it could not be moved; it is durable all the same.
    public func checkpoint() throws(StoreError) {
        do {
            try checkpointer?.inDatabase { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") }
        } catch {
            throw StoreError(error, doing: "checkpointing hub.sqlite")
        }
    }

    private static func write(_ outcome: Consequences, to database: Database, _ encoder: JSONEncoder) throws {
        for state in outcome.blocks {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO block (exercise, block, state) VALUES (?, ?, ?)")
                .execute(arguments: [state.exercise ?? "", state.block, encoder.encode(state)])
        }
        for exercise in outcome.exercises {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO exercise (id, body) VALUES (?, ?)")
                .execute(arguments: [exercise.id, encoder.encode(exercise)])
        }
        for id in outcome.endedExercises {
            try database.cachedStatement(sql: "DELETE FROM exercise WHERE id = ?").execute(arguments: [id])
            try database.cachedStatement(sql: "DELETE FROM block WHERE exercise = ?").execute(arguments: [id])
        }
        try write(outcome.closings, outcome.causes, to: database)
        for alert in outcome.alerts {
            // The id makes an alert that is written again the same one.
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO alert (id, at, body) VALUES (?, ?, ?)")
                .execute(arguments: [alert.id, alert.at.milliseconds, encoder.encode(alert)])
        }
        for record in outcome.records {
            try database.cachedStatement(sql: "INSERT INTO record (at, body) VALUES (?, ?)")
                .execute(arguments: [record.at.milliseconds, encoder.encode(record)])
        }
    }

    /// What was durable when the hub stopped.
    public struct Restored: Sendable {
        /// How far time had come; `nil` in a new database.
        public var time: Instant?
        public var devices: [(id: Device.ID, state: DeviceState)]
        public var blocks: [BlockState]
        public var exercises: [Exercise]
        /// The last alert that the broker has taken over.
        public var announced: Int64
        /// The devices that spoke and were not in the registry.
        public var quarantine: [QuarantinedDevice] = []
        /// What cannot be read any more and is begun anew, for a hub that refused to start would help nobody: such as
        /// `device a-3-B-smoke`, which is then unknown, neither clear nor alarm; or `block a`, whose incidents are gone.
        public var unreadable: [String] = []

        mutating func read<Value: Decodable>(_ type: Value.Type, _ row: Row, called name: String) -> Value? {
            do {
                return try JSONDecoder().decode(type, from: row["state"])
            } catch {
                unreadable.append(name)
                return nil
            }
        }
    }

    /// - Throws: if the file cannot be read at all.
    public func restore() throws(StoreError) -> Restored {
        try read("reading hub.sqlite") { database in
            let facts = try Row.fetchAll(database, sql: "SELECT name, value FROM fact").reduce(into: [:]) {
                $0[$1["name"] as String] = $1["value"] as Int64
            }
            var restored = Restored(
                time: facts["time"].map(Instant.init(milliseconds:)), devices: [], blocks: [], exercises: [],
                announced: facts["announced"] ?? 0)
            for row in try Row.fetchAll(database, sql: "SELECT id, state FROM device") {
                guard let state = restored.read(DeviceState.self, row, called: "device \(row["id"] as String)") else {
                    continue
                }
                restored.devices.append((row["id"], state))
            }
            for row in try Row.fetchAll(database, sql: "SELECT * FROM block ORDER BY exercise, block") {
                let name = ["block", row["block"] as String, row["exercise"]].filter { !$0.isEmpty }
                restored.read(BlockState.self, row, called: name.joined(separator: " "))
                    .map { restored.blocks.append($0) }
            }
            for row in try Row.fetchAll(database, sql: "SELECT id, body AS state FROM exercise ORDER BY id") {
                restored.read(Exercise.self, row, called: "drill \(row["id"] as String)")
                    .map { restored.exercises.append($0) }
            }
            try Self.readQuarantine(of: database, into: &restored)
            return restored
        }
    }

    /// The sequence of the last alert from before a moment; 0 if there has been none.
    public func lastAlert(before moment: Instant) throws(StoreError) -> Int64 {
        try read("reading hub.sqlite") { database in
            try Int64.fetchOne(
                database, sql: "SELECT max(sequence) FROM alert WHERE at < ?", arguments: [moment.milliseconds]) ?? 0
        }
    }

    /// Whether an alert of that id and moment, in milliseconds since 1970, was committed here.
    func hasAlert(_ id: Alert.ID, at milliseconds: Int64) throws(StoreError) -> Bool {
        try read("reading hub.sqlite") { database in
            try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM alert WHERE id = ? AND at = ?)",
                arguments: [id, milliseconds]) ?? false
        }
    }

    /// The alerts that were committed after one, oldest first.
    public func alerts(after sequence: Int64, limit: Int) throws(StoreError) -> [(sequence: Int64, alert: Alert)] {
        try numbered("alert", after: sequence, limit: limit)
    }

    /// The lines owed to the alert log after one, oldest first.
    public func records(after sequence: Int64, limit: Int) throws(StoreError) -> [(sequence: Int64, record: LogRecord)]
    {
        try numbered("record", after: sequence, limit: limit)
    }

    /// The journal after an entry, oldest first.
    public func journal(after sequence: Int64, limit: Int) throws(StoreError) -> [(
        sequence: Int64, entry: JournalEntry
    )] {
        try read("reading hub.sqlite") { database in
            let decoder = JSONDecoder()
            let statement = try database.cachedStatement(
                sql: "SELECT sequence, body FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?")
            let rows = try Row.fetchCursor(statement, arguments: [sequence, limit])
            var entries: [(sequence: Int64, entry: JournalEntry)] = []
            while let row = try rows.next() {
                let entry = try row.withUnsafeData(atIndex: 1) { try JournalEntry(json: $0 ?? Data(), decoder) }
                entries.append((row[0], entry))
            }
            return entries
        }
    }

    private func numbered<Body: Decodable & Sendable>(
        _ table: String, after sequence: Int64, limit: Int
    ) throws(StoreError) -> [(Int64, Body)] {
        try read("reading hub.sqlite") { database in
            let decoder = JSONDecoder()
            return try Row.fetchAll(
                database, sql: "SELECT sequence, body FROM \(table) WHERE sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, limit]
            ).map { row in (row["sequence"], try decoder.decode(Body.self, from: row["body"])) }
        }
    }

    func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do { return try pool.unsafeRead(body) } catch { throw StoreError(error, doing: what) }
    }
}
