import GRDB
public import Registry
public import Rules

// The incidents that have closed for good, and what they turned out to be.
extension HubDatabase {
    static let closingSchema = """
        CREATE TABLE closing (
            incident TEXT PRIMARY KEY, hazard TEXT NOT NULL, block TEXT NOT NULL, opened INTEGER NOT NULL,
            closed INTEGER NOT NULL, cause TEXT NOT NULL, "by" TEXT, exercise TEXT) WITHOUT ROWID;
        CREATE INDEX closing_closed ON closing (closed);
        """

    /// How long they are kept: three years, so that one can be compared with the next.
    static let closingsKept = Duration.seconds(3 * 365 * 86_400)

    static func write(_ closings: [ClosedIncident], _ causes: [GivenCause], to database: Database) throws {
        for closing in closings {
            try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO closing (incident, hazard, block, opened, closed, cause, "by", exercise)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                closing.id, closing.hazard.rawValue, closing.block, closing.openedAt.milliseconds,
                closing.closedAt.milliseconds, closing.cause.rawValue, closing.by, closing.exercise,
            ])
        }
        for given in causes {
            try database.cachedStatement(sql: #"UPDATE closing SET cause = ?, "by" = ? WHERE incident = ?"#)
                .execute(arguments: [given.cause.rawValue, given.by, given.incident])
        }
    }

    /// Whether there was such an incident, and it has closed.
    public func hasClosed(_ id: Incident.ID) throws(StoreError) -> Bool {
        try read("reading hub.sqlite") { database in
            try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM closing WHERE incident = ?)", arguments: [id]) ?? false
        }
    }

    /// The incidents that closed last, newest first.
    public func closings(limit: Int) throws(StoreError) -> [ClosedIncident] {
        try read("reading hub.sqlite") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM closing ORDER BY closed DESC, incident LIMIT ?", arguments: [limit]
            ).map { row in
                ClosedIncident(
                    id: row["incident"], hazard: Hazard(rawValue: row["hazard"]) ?? .fire, block: row["block"],
                    openedAt: Instant(milliseconds: row["opened"]), closedAt: Instant(milliseconds: row["closed"]),
                    cause: Cause(rawValue: row["cause"]) ?? .unknown, by: row["by"], exercise: row["exercise"])
            }
        }
    }

    /// What the rate of false alarms rests on: real incidents of blocks. The estate's own is theirs once more.
    public func falseAlarms(since moment: Instant, detectors: Int) throws(StoreError) -> FalseAlarms {
        try read("reading hub.sqlite") { database in
            let real = "exercise IS NULL AND block <> '*'"
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT cause, count(*) AS count FROM closing WHERE \(real) AND closed >= ? GROUP BY cause",
                arguments: [moment.milliseconds])
            var alarms = FalseAlarms(count: 0, unexplained: 0, firstAt: nil, detectors: detectors)
            for row in rows {
                let cause = Cause(rawValue: row["cause"]) ?? .unknown
                if cause.isFalseAlarm { alarms.count += row["count"] }
                if cause == .unknown { alarms.unexplained += row["count"] }
            }
            alarms.firstAt = try Int64.fetchOne(database, sql: "SELECT min(opened) FROM closing WHERE \(real)")
                .map(Instant.init(milliseconds:))
            return alarms
        }
    }
}
