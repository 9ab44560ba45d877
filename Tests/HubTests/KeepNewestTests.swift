import Registry
import Rules
import Testing

@testable import Hub

@Suite struct `What waits for a full disk` {
    private func record(_ number: Int, _ event: LogRecord.Event) -> LogRecord {
        LogRecord(
            at: Instant(milliseconds: Int64(number)), event: event, level: .info, estate: "demo",
            text: LogRecord.Text("\(number)", "\(number)"))
    }

    @Test func `gives up the oldest lines first, and those of incidents last`() {
        let events: [LogRecord.Event] = [.incident, .trouble, .incident, .hub, .trouble, .signal]
        var records = events.enumerated().map { record($0, $1) }
        records.keepNewest(6)
        #expect(records.count == 6)
        records.keepNewest(4)
        #expect(records.map(\.text.english) == ["0", "2", "4", "5"])
        records.keepNewest(1)
        #expect(records.map(\.text.english) == ["2"])
    }
}
