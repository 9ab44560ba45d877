import GRDB

/// Why a database of ours cannot be used as it is: its schema is another program's.
enum SchemaAge: Error, CustomStringConvertible {
    case newer
    case older

    var description: String {
        switch self {
        case .newer: "a newer smokehub has written it; start that one, or give this one a state folder of its own"
        case .older: "an older smokehub has written it; start this one on it once, which brings it up to date"
        }
    }
}

extension DatabaseMigrator {
    /// Brings a database up to date.
    ///
    /// - Throws: ``SchemaAge/newer`` if this program does not know its schema; nothing is changed then.
    func bringUpToDate(_ writer: some DatabaseWriter) throws {
        guard try !writer.read(hasBeenSuperseded) else { throw SchemaAge.newer }
        try migrate(writer)
    }

    /// - Throws: ``SchemaAge`` if a database that is only read has not this program's schema.
    func check(_ reader: some DatabaseReader) throws {
        guard try !reader.read(hasBeenSuperseded) else { throw SchemaAge.newer }
        guard try reader.read(hasCompletedMigrations) else { throw SchemaAge.older }
    }
}
