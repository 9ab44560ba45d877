import Foundation

/// A flood as it happens: publishers send as fast as the broker takes it, while a hub and a bare counter hear the same.
///
/// The broker is the limit here. The question is whether the hub keeps up: how long after the counter it is through.
func measureFlood(_ tools: Tools, _ table: inout Table) throws {
    let messages = 100_000
    let estate = SampleEstate(blocks: 40, floors: 25, flats: 10, detectors: 10_000, residents: 25)
    let folder = tools.folder + "/flood"
    try estate.write(to: folder, hubs: ["hub-1"], sample: tools.sample)
    let broker = try Broker(folder: folder + "/broker")
    let listener = try Listener(broker, ["smokehub/demo/block/+/alert"])
    defer { listener.stop() }
    let hub = try tools.startHub("hub-1", folder, broker)
    _ = try hub.line(containing: "ready")
    let counter = try tools.startCounter("counter", broker, messages: messages + 1)
    _ = try counter.line(containing: "connected")
    let heartbeats = Heartbeats(estate)
    try heartbeats.write(to: folder + "/flood", messages: messages, over: 4)
    try heartbeats.writeAlarm(of: estate.detectors - 1, to: folder + "/alarm")

    let cpuBefore = try hub.cpuSeconds()
    let start = ContinuousClock.now
    try tools.publish(folder + "/flood", to: broker, connections: 2)
    try tools.publish(folder + "/alarm", to: broker)
    let counted = try counter.line(containing: "{\"messages\"").at
    let alerted = try listener.alert(block: "b40", within: .seconds(120))
    let cpu = try hub.cpuSeconds() - cpuBefore
    try counter.finish()
    try hub.stop()
    try broker.stop()

    let (counterSeconds, hubSeconds) = ((counted - start) / .seconds(1), (alerted - start) / .seconds(1))
    table.section("flood: 100,000 messages as they come, hub and counter at once")
    table.add("bare C counter", rate(messages, counterSeconds))
    table.add(
        "hub", rate(messages, hubSeconds), target: "as the counter", holds: counterSeconds / hubSeconds > 0.95)
    table.add(
        "hub behind the counter at the end, its alert included", "\(text((hubSeconds - counterSeconds) * 1000, 1)) ms")
    table.add("hub: CPU seconds per 100,000 messages", text(cpu / Double(messages) * 100_000, 2))
}
