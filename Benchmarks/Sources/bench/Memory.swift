import Foundation
import Rules

/// What a device costs: a hub with 100,000 devices beside one with 1,000 in the same estate, each device heard once.
func measureMemory(_ tools: Tools, _ table: inout Table) throws {
    let (many, few) = (100_000, 1_000)
    let large = try hubMemory(devices: many, tools)
    let small = try hubMemory(devices: few, tools)
    let perDevice = (large.now - small.now) * 1024 / Double(many - few)
    table.section("memory")
    table.add(
        "per device, whole hub, at 100,000 devices", "\(text(perDevice)) bytes", target: "< 1,024",
        holds: perDevice < 1024)
    table.add("of which the engine's state", "\(MemoryLayout<DeviceState>.stride) bytes")
    table.add("hub with 100,000 devices: resident, peak", "\(text(large.now / 1024)), \(text(large.peak / 1024)) MiB")
    table.add("hub with 1,000 devices: resident, peak", "\(text(small.now / 1024)), \(text(small.peak / 1024)) MiB")
}

private func hubMemory(devices: Int, _ tools: Tools) throws -> (now: Double, peak: Double) {
    let estate = SampleEstate(blocks: 40, floors: 50, flats: 50, detectors: devices, residents: 0)
    let folder = tools.folder + "/memory-\(devices)"
    try estate.write(to: folder, hubs: ["hub-1"], sample: tools.sample)
    let broker = try Broker(folder: folder + "/broker")
    let listener = try Listener(broker, ["smokehub/demo/block/+/alert"])
    defer { listener.stop() }
    let hub = try tools.startHub("hub-1", folder, broker)
    _ = try hub.line(containing: "ready")
    let heartbeats = Heartbeats(estate)
    try heartbeats.write(to: folder + "/heartbeats", messages: devices, over: 1)
    try heartbeats.writeAlarm(of: devices - 1, to: folder + "/alarm")
    try tools.publish(folder + "/heartbeats", to: broker)
    try tools.publish(folder + "/alarm", to: broker)
    _ = try listener.alert(block: "b40", within: .seconds(60))
    let memory = (now: try hub.kibibytes("VmRSS"), peak: try hub.kibibytes("VmHWM"))
    try hub.stop()
    try broker.stop()
    return memory
}
