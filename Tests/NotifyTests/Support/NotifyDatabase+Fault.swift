import GRDB

@testable import Store

extension NotifyDatabase {
    /// Makes SQLite itself report a full disk (SQLITE_FULL) beyond so many pages; it never goes below what is there.
    func allow(pages: Int) async throws {
        try await writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
    }
}
