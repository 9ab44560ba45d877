import Registry

/// How large a made-up estate is.
struct EstateShape: Sendable {
    var blocks: Int
    var floors: Int
    var flats: Int

    /// Of the sample estate's 356 flats, with 1 to 3 detectors each.
    static let sample = [
        EstateShape(blocks: 1, floors: 31, flats: 8), EstateShape(blocks: 1, floors: 10, flats: 6),
        EstateShape(blocks: 1, floors: 12, flats: 4),
    ]

    /// One block of 80 flats.
    static let small = [EstateShape(blocks: 1, floors: 16, flats: 5)]
}

/// Makes estates: blocks of floors of flats, 1 to 3 detectors in a flat, detectors and a call point in the corridors and
/// stairs, people with one or two contacts each, sirens, and those who keep watch.
struct EstateMaker {
    private var random: SplitMix64
    private var devices: [Device] = []
    private var residents: [Resident] = []

    static func make(_ shapes: [EstateShape], _ random: SplitMix64) -> EstateRegistry {
        var maker = EstateMaker(random: random)
        var blocks: [Block] = []
        for shape in shapes {
            for _ in 0..<shape.blocks { blocks.append(maker.block(shape, number: blocks.count)) }
        }
        maker.add("office", .office, nil, ["mail"])
        maker.add("maintenance", .maintenance, nil, ["mail"])
        let estate = Estate(
            id: "sim", name: LocalizedText([(.english, "Simulated Estate"), (.traditionalChinese, "模擬屋苑")]),
            blocks: blocks)
        return EstateRegistry(estate: estate, devices: maker.devices, residents: maker.residents)
    }

    private init(random: SplitMix64) { self.random = random }

    private mutating func block(_ shape: EstateShape, number: Int) -> Block {
        let id = String(UnicodeScalar(UInt8(97 + number % 26)))
        let flats = (0..<shape.flats).map { String(UnicodeScalar(UInt8(65 + $0 % 26))) }
        let floors = (1...shape.floors).map(String.init)
        add(.smoke, Place(block: id, area: "lobby"))
        for floor in floors {
            add(.smoke, Place(block: id, floor: floor, area: "corridor"))
            add(.smoke, Place(block: id, floor: floor, area: "stair-1"))
            add(.button, Place(block: id, floor: floor, area: "corridor"))
            if random.chance(0.5) { add(.siren, Place(block: id, floor: floor, area: "corridor")) }
            for flat in flats { furnish(Place(block: id, floor: floor, flat: flat)) }
        }
        add("guard-\(id)", .guardian, Place(block: id), ["radio", "push"])
        add("warden-\(id)", .warden, Place(block: id), ["push"])
        return Block(
            id: id,
            name: LocalizedText([
                (.english, "Block \(id.uppercased())"), (.traditionalChinese, "\(id.uppercased())座"),
            ]), floors: floors, flats: flats, areas: ["lobby", "corridor", "stair-1"])
    }

    /// Most flats have a smoke detector in the hall, some a second one, some a heat detector in the kitchen.
    private mutating func furnish(_ place: Place) {
        add(.smoke, place, room: "hall")
        if random.chance(0.4) { add(.smoke, place, room: "bedroom") }
        if random.chance(0.3) { add(.heat, place, room: "kitchen") }
        if random.chance(0.1) { add([.co, .gas, .waterLeak, .help][random.below(4)], place) }
        if random.chance(0.5) { add(.siren, place) }
        let name = "r-\(place.block)-\(place.floor ?? "")-\(place.flat ?? "")"
        add(name, .resident, place, random.chance(0.5) ? ["push"] : ["push", "sms"])
        if random.chance(0.2) { add(name + "-2", .resident, place, random.chance(0.3) ? [] : ["sms"]) }
    }

    private mutating func add(_ kind: Device.Kind, _ place: Place, room: String? = nil) {
        let id = "\(place)".split(separator: "/").joined(separator: "-") + "-\(room ?? kind.rawValue)"
        let ecosystem: Device.Ecosystem = random.chance(0.2) ? .zigbee2mqtt : .native
        devices.append(
            Device(id: id, ecosystem: ecosystem, address: id, place: place, room: room, kind: kind))
    }

    private mutating func add(_ id: String, _ role: Resident.Role, _ place: Place?, _ channels: [String]) {
        let contacts = channels.enumerated().map { index, channel in
            Contact(resident: id, position: index + 1, channel: channel, address: "\(channel)-of-\(id)")
        }
        residents.append(
            Resident(
                id: id, name: id, language: random.chance(0.6) ? .traditionalChinese : .english, place: place,
                role: role, contacts: contacts))
    }
}
