import Store
import Testing

@Suite struct `An incident that the database does not have` {
    @Test func `counts as not answered, for somebody has to be told`() throws {
        #expect(try !HubDatabase.inMemory().isAnswered("a-fire-1"))
    }
}
