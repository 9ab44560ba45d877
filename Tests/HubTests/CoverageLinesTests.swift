import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The status of a block` {
    @Test func `names a floor whole, however long its name is`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        try folder.write(
            "estate.yaml",
            [
                "estate: demo", "name: {en: Test Court, zh-Hant: 測試苑}", "blocks:",
                "  - {id: a, name: {en: Block A, zh-Hant: A座}, floors: [mezzanine-lower, 1-6], flats: [A, B, C, D], areas: [lobby, corridor]}",
            ])
        try folder.write("devices.csv", HubFolder.devicesFile.filter { $0.hasPrefix("id,") || $0.hasPrefix("a-") })
        try folder.write("residents.csv", ["id,name,language,block,floor,flat,role,contacts"])
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let status = try await HubProcess.run(["status", "--state", folder.state])
        #expect(status.output.contains("  floor mezzanine-lower UNWATCHED: no detector is registered"))
        #expect(status.output.contains { $0.hasPrefix("block a          UNWATCHED: 0 of 7 floors watched") })
        #expect(try await hub.terminate() == 0)
    }

    @Test func `is marked as old while the broker is away`() async throws {
        let broker = try TestBroker()
        let folder = try HubFolder(port: broker.port)
        let log = LogTrail(folder.state)
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let fresh = try await HubProcess.run(["status", "--state", folder.state])
        #expect(fresh.output.allSatisfy { !$0.contains("OLD") })
        broker.stop()
        try await log.trouble("broker")
        let status = try await HubProcess.run(["status", "--state", folder.state])
        #expect(status.code == 1)
        let old = status.output.firstIndex {
            $0.contains(/^coverage         OLD: the hub hears nobody since 20.*, and this is how it was then$/)
        }
        let first = status.output.firstIndex { $0.hasPrefix("block ") }
        #expect(try #require(old) < #require(first))
        #expect(try await hub.terminate() == 0)
    }
}
