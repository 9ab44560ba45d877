import Devices
import Registry
import Rules
import Vectors

/// A made estate and what its detectors say, for the rule engine alone: no broker, no decoding, no disk.
struct EngineLoad {
    let estate: Estate
    let devices: [Device]
    let devicesInBlock: Int
    private var alarming: [Bool]
    private var random: SplitMix64
    private(set) var now = Instant(milliseconds: 1_763_800_000_000)

    /// - Parameters:
    ///   - kinds: what the devices of each block are, in turn.
    ///   - flats: of each floor; each device has a flat of its own.
    init(blocks: Int, devicesInBlock: Int, kinds: [Device.Kind], flats: Int, seed: UInt64 = 1) {
        let floors = (devicesInBlock + flats - 1) / flats
        let floorNames = (1...floors).map(String.init)
        let flatNames = (1...flats).map { "F\($0)" }
        var blockList: [Block] = []
        var deviceList: [Device] = []
        for number in 0..<blocks {
            let id = "b\(number + 1)"
            blockList.append(
                Block(
                    id: id, name: LocalizedText([(.english, "Block \(number + 1)")]), floors: floorNames,
                    flats: flatNames, areas: ["lobby", "stair-1", "corridor"]))
            for device in 0..<devicesInBlock {
                let name = "\(id)-\(device + 1)"
                deviceList.append(
                    Device(
                        id: name, ecosystem: .native, address: name,
                        place: Place(block: id, floor: floorNames[device / flats], flat: flatNames[device % flats]),
                        kind: kinds[device % kinds.count]))
            }
        }
        estate = Estate(id: "bench", name: LocalizedText([(.english, "Benchmark")]), blocks: blockList)
        devices = deviceList
        self.devicesInBlock = devicesInBlock
        alarming = Array(repeating: false, count: deviceList.count)
        random = SplitMix64(state: seed)
    }

    /// The next signal of any device of the blocks in a range: an alarm if it is clear; or its clear, or a repeat.
    mutating func signal(inBlocks blocks: Range<Int>, after pause: Duration) -> Observation {
        now = now + pause
        let block = blocks.lowerBound + random.below(blocks.count)
        let index = block * devicesInBlock + random.below(devicesInBlock)
        let alarm = !alarming[index] || random.below(4) == 0
        alarming[index] = alarm
        return observation(of: index, alarm: alarm)
    }

    /// What a device says that hears nothing.
    mutating func heartbeat(of index: Int, sequence: UInt64) -> Observation {
        observation(of: index, alarm: false, sequence: sequence)
    }

    func observation(of index: Int, alarm: Bool, sequence: UInt64? = nil) -> Observation {
        let device = devices[index]
        let kind: Reading.Kind =
            switch device.kind {
            case .heat: .heat
            case .co: .co
            case .gas: .gas
            case .waterLeak: .waterLeak
            default: .smoke
            }
        return Observation(
            device: device, index: index, readings: [Reading(kind, .flag(alarm))], sequence: sequence, receivedAt: now)
    }
}

extension RuleSet {
    /// These rules over and over, each time with other names and longer times, until there are so many.
    func multiplied(to count: Int) -> RuleSet {
        var many = self
        for number in rules.count..<max(count, rules.count) {
            let round = number / rules.count
            var rule = rules[number % rules.count]
            rule.name += "-\(round)"
            rule.when = rule.when.map { $0.slower(by: .seconds(round)) }
            many.rules.append(rule)
        }
        return many
    }
}

extension Pattern {
    fileprivate func slower(by pause: Duration) -> Pattern {
        switch self {
        case .count(var count):
            switch count.time {
            case .ever: break
            case .within(let window): count.time = .within(window + pause)
            case .holding(let duration, let window): count.time = .holding(duration + pause, within: window)
            }
            return .count(count)
        case .unanswered(let duration): return .unanswered(duration + pause)
        case .cleared(let duration): return .cleared(duration + pause)
        case .lasting(let duration): return .lasting(duration + pause)
        default: return self
        }
    }
}
