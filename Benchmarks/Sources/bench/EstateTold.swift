import Foundation
import Gateway

/// How long it takes from the alarm to each resident's first hand-over to the gateway: of 5,000 people in ten blocks that
/// all burn at once, over a good gateway and over a bad one; and of one block of 600 people over a bad one, while another
/// block begins to burn, too.
func measureEstate(_ tools: Tools, _ table: inout Table) throws {
    try estateOverGood(tools, &table)
    try estateOverBad(tools, &table)
    try blockOverBad(tools, &table)
}

/// Throttles at 400 messages a second; of what it does not throttle it delays, loses and lies about a third.
private func badGateway(seed: UInt64) throws -> GatewaySimulator {
    var shares = GatewayManners.Shares()
    (shares.delayed, shares.hanging, shares.closed, shares.answerLost) = (20, 5, 3, 3)
    (shares.doubled, shares.lying) = (2, 2)
    let manners = GatewayManners(shares, perSecondMax: 400, seed: seed)
    return try GatewaySimulator(behave: manners.act)
}

private func estate(_ name: String, _ tools: Tools, _ gateway: GatewaySimulator) throws -> Distribution {
    let town = try Town(name, tools, blocks: 10, floors: 50, flats: 10, residents: 500, gateway)
    let start = ContinuousClock.now
    for block in 0..<10 { town.burn(block: block) }
    let met = try town.waitUntilMet(5_000, within: .seconds(120))
    try town.stop()
    return Distribution(met.map { $0.at - start })
}

private func estateOverGood(_ tools: Tools, _ table: inout Table) throws {
    let times = try estate("estate-good", tools, try GatewaySimulator())
    table.section("estate: alarm to gateway, 5,000 residents in 10 blocks that burn at once, in ms")
    table.add(
        "a good gateway: first, p50, p99, last resident",
        [times.shortest, times.percentile(50), times.percentile(99), times.longest].map { text($0) }
            .joined(separator: ", "),
        target: "last < 30 s", holds: times.longest < 30_000)
}

private func estateOverBad(_ tools: Tools, _ table: inout Table) throws {
    let times = try estate("estate-bad", tools, try badGateway(seed: 1))
    table.add(
        "a bad one (400/s, late, lost, lying): first, p50, p99, last",
        [times.shortest, times.percentile(50), times.percentile(99), times.longest].map { text($0) }
            .joined(separator: ", "),
        target: "last < 30 s", holds: times.longest < 30_000)
}

private func blockOverBad(_ tools: Tools, _ table: inout Table) throws {
    let town = try Town(
        "block-bad", tools, blocks: 2, floors: 25, flats: 10, residents: 600, try badGateway(seed: 2))
    let start = town.burn(block: 0)
    usleep(500_000)
    let second = town.burn(block: 1)
    let met = try town.waitUntilMet(1_200, within: .seconds(120))
    let (one, other) = (met.filter { $0.resident.hasPrefix("r-b01") }, met.filter { $0.resident.hasPrefix("r-b02") })
    let (first, then) = (Distribution(one.map { $0.at - start }), Distribution(other.map { $0.at - second }))
    try town.stop()
    table.add(
        "600 people in 250 flats, a bad gateway: first, p50, last",
        [first.shortest, first.percentile(50), first.longest].map { text($0) }.joined(separator: ", "),
        target: "last < 5 s", holds: first.longest < 5_000)
    table.add(
        "600 of another block, half a second later: first, p50, last",
        [then.shortest, then.percentile(50), then.longest].map { text($0) }.joined(separator: ", "),
        target: "last < 5 s", holds: then.longest < 5_000)
}
