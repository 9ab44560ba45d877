import Devices
import Registry
import Store
import Testing

@Suite struct `What is out of sight as a whole` {
    @Test func `is kept until it is over, with whether it was told`() throws {
        let bridge = Outage.gateway(Finding.Gateway(ecosystem: .sparkplug, address: "g/node"))
        let block = Outage.mass(block: "a")
        let database = try HubDatabase.inMemory()
        func commit(_ changes: [Outage: HubDatabase.OutageChange]) throws {
            var commit = HubDatabase.Commit(time: Instant(milliseconds: 0))
            commit.outages = changes
            #expect(!commit.isEmpty)
            try database.commit(commit)
        }
        try commit([bridge: .begins, block: .isTold])
        #expect(try database.outages().map(\.outage) == [block, bridge])
        #expect(try database.outages().map(\.isTold) == [true, false])
        try commit([bridge: .isTold])
        #expect(try database.outages().allSatisfy(\.isTold))
        try commit([bridge: .ends])
        #expect(try database.outages().map(\.outage) == [block])
    }
}
