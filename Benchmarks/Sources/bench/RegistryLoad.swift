import Devices
import Foundation
import Registry

/// How long it takes to read and check an estate's files with 20,000 devices, as at every start; and to find the places
/// of as many by their names, as an import does. The middle of five.
func measureRegistry(_ tools: Tools, _ table: inout Table) throws {
    let count = 20_000
    let estate = SampleEstate(blocks: 40, floors: 50, flats: 10, detectors: count, residents: 10)
    let folder = tools.folder + "/registry"
    try estate.write(to: folder, hubs: ["hub-1"], sample: tools.sample)
    let rows = (0..<count).map { number in
        let (place, id) = (estate.detector(number), estate.id(estate.detector(number)))
        let (block, flat) = (estate.block(place.block), estate.flat(place.flat))
        return "\(id),zigbee2mqtt,\(name(number, estate)),\(block),\(place.floor + 1),\(flat),,hall,smoke,HS1SA"
    }
    try (["id,ecosystem,address,block,floor,flat,area,room,kind,model"] + rows + [""]).joined(separator: "\n")
        .write(toFile: folder + "/devices.csv", atomically: true, encoding: .utf8)

    let registry = try EstateRegistry.load(folder: folder)
    guard registry.devices.count == count else { throw Failure("\(registry.devices.count) devices were loaded") }
    let load = try middle { _ = try EstateRegistry.load(folder: folder) }
    let listening = try middle { _ = try DecoderTable.all(hearing: registry) }
    let pattern = try PlacePattern("block-{block}/{floor}/{floor}{flat} {room}")
    let offers = (0..<count).map { number in
        DeviceOffer(
            ecosystem: .zigbee2mqtt, address: name(number, estate), name: name(number, estate), kind: .smoke)
    }
    let empty = EstateRegistry(estate: registry.estate, devices: [], residents: [])
    guard DeviceImport(offers, into: empty, patterns: [pattern], isWhole: true).added.count == count else {
        throw Failure("not every name told its place")
    }
    let placing = middle { _ = DeviceImport(offers, into: empty, patterns: [pattern], isWhole: true) }

    table.section("registry: 20,000 devices of 40 blocks, on one core; the middle of five")
    table.add(
        "estate.yaml, devices.csv and residents.csv, read and checked", time(load), target: "< 1 s",
        holds: load < .seconds(1))
    table.add("the topics to listen to", time(listening))
    table.add("an import: places from names by a pattern", time(placing))
}

private func name(_ number: Int, _ estate: SampleEstate) -> String {
    let place = estate.detector(number)
    return "block-\(estate.block(place.block))/\(place.floor + 1)/\(place.floor + 1)\(estate.flat(place.flat)) hall"
}

private func middle(_ work: () throws -> Void) rethrows -> Duration {
    let clock = ContinuousClock()
    return try (0..<5).map { _ in try clock.measure { try work() } }.sorted()[2]
}

private func time(_ duration: Duration) -> String { "\(text(duration / .milliseconds(1))) ms" }
