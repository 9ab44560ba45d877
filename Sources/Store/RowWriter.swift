import GRDB
import GRDBSQLite

/// Writes many rows by one statement. Its values are bound as SQLite takes them, one after the other, for of thousands of
/// rows at once GRDB's own arguments, each of them boxed and checked, take longer than the writing itself.
///
///     var rows = try RowWriter(database, sql: "INSERT INTO record (sequence, body) VALUES (?, ?)")
///     for record in records {
///         rows.add(record.sequence)
///         rows.add(record.body)
///         try rows.write()
///     }
struct RowWriter: ~Copyable {
    private let statement: Statement
    private var bound: Int32 = 0

    /// - Throws: if the statement is none.
    init(_ database: Database, sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        // They are bound past it.
        statement.setUncheckedArguments([])
    }

    mutating func add(_ text: String?) {
        guard var text else { return addNull() }
        bound += 1
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(
                    statement.sqliteStatement, bound, characters.baseAddress, Int32(characters.count), copied)
            }
        }
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return addNull() }
        bound += 1
        sqlite3_bind_int64(statement.sqliteStatement, bound, number)
    }

    mutating func add(_ number: Int) { add(Int64(number)) }

    mutating func add(_ yes: Bool) { add(yes ? 1 : 0) }

    private mutating func addNull() {
        bound += 1
        sqlite3_bind_null(statement.sqliteStatement, bound)
    }

    /// Writes what was added, and begins the next row.
    ///
    /// - Throws: if it cannot be written, or has another number of values than the statement has parameters.
    mutating func write() throws {
        let count = sqlite3_bind_parameter_count(statement.sqliteStatement)
        guard bound == count else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "a row of \(bound) values, not of \(count)")
        }
        bound = 0
        try statement.execute()
        // As it was executed without an error, this gives none either.
        sqlite3_reset(statement.sqliteStatement)
    }

    /// SQLite makes a copy.
    private var copied: sqlite3_destructor_type? { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
