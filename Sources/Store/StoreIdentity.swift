import GRDB

/// What tells one database file from every other that ever had its name: in a new file sequences and incidents are
/// numbered from 1 again, and must not be taken for those of the file before.
enum StoreIdentity {
    static let schema = """
        CREATE TABLE identity (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL);
        INSERT INTO identity VALUES (1, lower(hex(randomblob(4))));
        """

    /// Eight hexadecimal digits.
    static func read(_ database: Database) throws -> String {
        guard let id = try String.fetchOne(database, sql: "SELECT id FROM identity") else {
            throw DatabaseError(message: "the database has lost its identity")
        }
        return id
    }
}
