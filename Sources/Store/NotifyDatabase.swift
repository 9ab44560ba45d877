import Foundation
import GRDB

/// The notifier's own database, `notify.sqlite`: the outbox, who was told what, and the lines owed to the alert log.
///
/// The notifier alone writes; anybody may read. A write that returns is on the disk. Addresses, numbers and names are
/// not in it, but for the browsers that people subscribe by themselves, which are sealed.
public final class NotifyDatabase: Sendable {
    let writer: any DatabaseWriter
    /// `notify-` and what tells this file from every other: the log's lines name it.
    public let name: String

    /// Opens the file, and creates or migrates it where needed.
    ///
    /// - Throws: if it cannot be opened, read or written, or is newer than this program.
    public convenience init(path: String) throws {
        let pool = try DatabasePool(path: path, configuration: Self.configuration)
        // GRDB lowers this to NORMAL when it switches to WAL, after the configuration's own preparation.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try self.init(pool)
    }

    /// Opens a database to read it, also beside a hub that writes it.
    ///
    /// - Throws: if there is none, it cannot be read, or another version of this program has written it.
    public init(reading path: String) throws {
        var configuration = Self.configuration
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try Self.migrator.check(queue)
        writer = queue
        name = try "notify-" + queue.read(StoreIdentity.read)
    }

    /// A database that ends with the process, for a hub that starts while its disk takes nothing.
    public static func inMemory() throws -> NotifyDatabase {
        try NotifyDatabase(DatabaseQueue(configuration: configuration))
    }

    private init(_ writer: any DatabaseWriter) throws {
        self.writer = writer
        try Self.migrator.bringUpToDate(writer)
        name = try "notify-" + writer.read(StoreIdentity.read)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "notify"
        // What is deleted is overwritten, too: a file of it may be copied.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA secure_delete = ON") }
        configuration.busyMode = .timeout(1)
        return configuration
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("outbox, told, records") { try $0.execute(sql: firstSchema) }
        migrator.registerMigration("identity, and whose alerts they are") {
            try $0.execute(sql: StoreIdentity.schema + "ALTER TABLE cursor ADD COLUMN source TEXT;")
        }
        migrator.registerMigration("receipts, answers, ladders") { try $0.execute(sql: answerSchema) }
        migrator.registerMigration("what was told before") {
            try $0.execute(
                sql: """
                    ALTER TABLE told ADD COLUMN alert TEXT;
                    ALTER TABLE told ADD COLUMN places TEXT;
                    ALTER TABLE told ADD COLUMN before TEXT;
                    """)
        }
        migrator.registerMigration("who was told, and has answered, by person") {
            try $0.execute(
                sql: """
                    CREATE INDEX delivery_person ON delivery (incident, target);
                    DROP INDEX delivery_incident;
                    CREATE INDEX answer_person ON answer (incident, resident);
                    DROP INDEX answer_incident;
                    """)
        }
        migrator.registerMigration("what people choose") { try $0.execute(sql: choiceSchema) }
        migrator.registerMigration("when a delivery was first attempted") {
            try $0.execute(sql: "ALTER TABLE delivery ADD COLUMN first_attempted_at INTEGER;")
        }
        migrator.registerMigration("answers that the rules have") {
            try $0.execute(
                sql: """
                    ALTER TABLE answer ADD COLUMN passed_at INTEGER;
                    UPDATE answer SET passed_at = at;
                    """)
        }
        migrator.registerMigration("alerts of which not everybody is in the outbox") {
            try $0.execute(sql: "ALTER TABLE alert ADD COLUMN unfolding INTEGER NOT NULL DEFAULT 0;")
        }
        return migrator
    }

    /// Moments are milliseconds since 1970. `delivery_open` makes a start cheap however long the history is.
    /// `delivery` keeps its rowid, because SQLite tells observers nothing of tables without.
    private static let firstSchema = """
        CREATE TABLE cursor (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), sequence INTEGER NOT NULL);

        CREATE TABLE alert (id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;

        CREATE TABLE delivery (
            alert TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
            contact TEXT NOT NULL,
            incident TEXT NOT NULL,
            target TEXT NOT NULL,
            channel TEXT NOT NULL,
            rank INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            attempted_at INTEGER,
            accepted_at INTEGER,
            error TEXT,
            PRIMARY KEY (alert, contact)
        );
        CREATE INDEX delivery_open ON delivery (alert) WHERE state IN ('pending', 'sending');

        CREATE TABLE told (
            incident TEXT NOT NULL,
            target TEXT NOT NULL,
            stage TEXT NOT NULL,
            nearness INTEGER NOT NULL,
            contradiction INTEGER NOT NULL,
            exercise INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (incident, target)
        ) WITHOUT ROWID;

        CREATE TABLE record (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
        """

    /// Every answer is kept, for a person may change their mind; the last one counts.
    private static let answerSchema = """
        ALTER TABLE delivery ADD COLUMN reference TEXT;
        ALTER TABLE delivery ADD COLUMN delivered_at INTEGER;
        ALTER TABLE delivery ADD COLUMN read_at INTEGER;
        ALTER TABLE delivery ADD COLUMN climb_at INTEGER;
        CREATE INDEX delivery_reference ON delivery (reference) WHERE reference IS NOT NULL;
        CREATE INDEX delivery_climbing ON delivery (alert) WHERE climb_at IS NOT NULL;
        CREATE INDEX delivery_incident ON delivery (incident);

        CREATE TABLE answer (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            incident TEXT NOT NULL,
            resident TEXT NOT NULL,
            answer TEXT NOT NULL,
            at INTEGER NOT NULL,
            channel TEXT NOT NULL
        );
        CREATE INDEX answer_incident ON answer (incident);

        CREATE TABLE ladder (
            incident TEXT PRIMARY KEY,
            alert TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
            began_at INTEGER NOT NULL,
            next INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
