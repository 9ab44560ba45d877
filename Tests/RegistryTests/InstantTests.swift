import Registry
import Testing

@Suite struct `An instant` {
    @Test(arguments: [
        "2026-11-22T15:45:37.123Z", "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2024-02-29T12:00:00.001Z",
        "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
    ])
    func `is written as it is read`(_ text: String) throws {
        #expect(try #require(Instant(rfc3339: text)).description == text)
    }

    @Test(arguments: [
        ("2025-11-30T17:14:51+03:00", "2025-11-30T14:14:51.000Z"),
        ("2025-11-30T17:14:51.5-00:30", "2025-11-30T17:44:51.500Z"),
        ("2025-11-30t17:14:51.123456z", "2025-11-30T17:14:51.123Z"),
    ])
    func `honours zones and fractions`(_ text: String, _ expected: String) throws {
        #expect(try #require(Instant(rfc3339: text)).description == expected)
    }

    @Test(arguments: [
        "", "2025-11-30", "2025-11-30T17:14:51", "2025-13-30T17:14:51Z", "2025-11-30T25:00:00Z",
        "2025-11-30T17:14:51.Z", "2025-11-30T17:14:51Zulu", "2025-11-30T17:14:5",
    ])
    func `is not read from other texts`(_ text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }
}
