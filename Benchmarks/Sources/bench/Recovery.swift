import Foundation
import Gateway

/// 10,000 people are to be told and the gateway takes nobody; the hub is killed with SIGKILL and started again, and the
/// gateway takes everything: how long from `ready` until all were told, whether anybody is lost, and how many twice.
func measureRecovery(_ tools: Tools, _ table: inout Table) throws {
    let people = 10_000
    let gateway = try GatewaySimulator(behave: { _ in GatewayAct(takes: 0, .status(503)) })
    let town = try Town(
        "recovery", tools, blocks: 1, floors: 200, flats: 50, residents: people,
        settings: "channels: {webhook: {backoff-max: 1s, retries-max: 100}}\n", gateway)
    town.burn(block: 0)
    _ = try town.waitUntilMet(people, within: .seconds(120))
    town.killHub()
    gateway.change { _ in .take() }
    let launched = ContinuousClock.now
    let ready = try town.startHubAgain()
    let told = try town.waitUntilTaken(people, within: .seconds(120))
    // What comes twice would come by now.
    usleep(2_000_000)
    let repeats = gateway.takenTimes.values.reduce(0) { $0 + $1 - 1 }
    try town.stop()
    let took = seconds(ready, told.last?.at ?? ready)
    table.section("recovery: 10,000 deliveries pending at a SIGKILL, told after the restart")
    table.add("start to `ready`", "\(text(seconds(launched, ready), 2)) s")
    table.add("`ready` to the last of them", "\(text(took, 2)) s, \(rate(people, took))")
    table.add("lost, repeated", "\(people - told.count), \(repeats)", target: "0, -", holds: told.count == people)
}
