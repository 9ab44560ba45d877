import GRDB
public import Registry

extension NotifyDatabase {
    static let choiceSchema =
        "CREATE TABLE choice (resident TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;"

    /// What people have chosen for themselves, in the order of their ids.
    ///
    /// - Throws: if the database cannot be read.
    public func choices() throws -> [PersonChoices] {
        try writer.read { database in
            try String.fetchAll(database, sql: "SELECT body FROM choice ORDER BY resident")
                .map { try JSONText.decode(PersonChoices.self, from: $0) }
        }
    }

    static func write(_ choices: some Sequence<PersonChoices>, to database: Database) throws {
        let upsert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO choice (resident, body) VALUES (?, ?)")
        for one in choices { try upsert.execute(arguments: [one.resident, JSONText.encode(one)]) }
    }
}
