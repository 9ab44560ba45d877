import Devices
import Foundation
import Registry
import Vectors

/// How many messages a second each ecosystem's decoders understand on one core: the test vectors' messages over and over,
/// found by their topics as in the hub, with a device of `devices.csv` for each.
func measureDecode(_ tools: Tools, _ table: inout Table) throws {
    let vectors = try Vectors(folder: tools.vectors)
    table.section("decoding, one core: the test vectors' messages in turn")
    for ecosystem in Device.Ecosystem.allCases {
        let messages = vectors.messages(of: ecosystem.rawValue)
        guard !messages.isEmpty else {
            table.note("\(ecosystem.rawValue), messages a second", "no vectors")
            continue
        }
        let lessons = vectors.lessons(of: ecosystem.rawValue)
        var decoders = try DecoderTable.all(hearing: try registry(of: messages, lessons, ecosystem))
        for lesson in lessons { _ = try? decoders.learn(lesson) }
        let seconds = median(of: 5) { decode(messages, &decoders) }
        let bytes = messages.reduce(0) { $0 + $1.payload.count } / messages.count
        let figure = "\(rate(1, seconds)), \(text(seconds * 1_000_000, 2)) µs each, of \(bytes) bytes on average"
        if ecosystem == .zigbee2mqtt {
            table.add(
                "\(ecosystem.rawValue), messages a second", figure, target: "150,000/s", holds: seconds < 1 / 150_000)
        } else {
            table.add("\(ecosystem.rawValue), messages a second", figure)
        }
    }
}

/// What one message takes, in seconds.
private func decode(_ messages: [Message], _ decoders: inout DecoderTable) -> Double {
    let rounds = 100_000 / messages.count
    var understood = 0
    let start = ThreadClock.nanoseconds
    for _ in 0..<rounds {
        for message in messages {
            let result = Result { () throws(Malformed) in
                try decoders.learn(message)
                return try decoders.report(message)
            }
            switch result {
            case .success(let report): understood += report == nil ? 0 : 1
            case .failure: break
            }
        }
    }
    let took = ThreadClock.nanoseconds - start
    return withExtendedLifetime(understood) { Double(took) / 1_000_000_000 / Double(rounds * messages.count) }
}

private func median(of rounds: Int, _ measure: () -> Double) -> Double {
    (0..<rounds).map { _ in measure() }.sorted()[rounds / 2]
}

/// An estate that has every device that speaks in these messages.
private func registry(
    of messages: [Message], _ lessons: [Message], _ ecosystem: Device.Ecosystem
) throws -> EstateRegistry {
    var everybody = try DecoderTable.all()
    for lesson in lessons { _ = try? everybody.learn(lesson) }
    var addresses: [String] = []
    for message in messages {
        // One that cannot be understood is of a device as well, but of no further one.
        let report = try? everybody.report(message)
        if let report, report.ecosystem == ecosystem, !addresses.contains(report.address) {
            addresses.append(report.address)
        }
    }
    let devices = addresses.map {
        Device(id: $0, ecosystem: ecosystem, address: $0, place: Place(block: "a"), kind: .smoke)
    }
    let estate = Estate(id: "demo", name: LocalizedText([(.english, "Benchmark")]), blocks: [])
    return EstateRegistry(estate: estate, devices: devices, residents: [])
}
