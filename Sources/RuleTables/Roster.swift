public import Registry

/// Which devices the tables may name: an estate's own and, where a table imagines some, those.
public struct Roster: Sendable {
    public let estate: Estate
    public private(set) var devices: [Device]
    /// Whoever is named is there, though no file lists it: for tables without an estate's files.
    private let imaginesAll: Bool
    private var positions: [Device.ID: Int]
    private var positionsByPlace: [Post: [Int]]

    private struct Post: Hashable {
        var place: Place
        var kind: Device.Kind
    }

    /// The devices of an estate's files.
    public init(_ registry: EstateRegistry) { self.init(registry.estate, registry.devices, imaginesAll: false) }

    /// A detector wherever a table names one.
    public static func imagined(in estate: Estate) -> Roster { Roster(estate, [], imaginesAll: true) }

    private init(_ estate: Estate, _ devices: [Device], imaginesAll: Bool) {
        self.estate = estate
        self.devices = []
        self.imaginesAll = imaginesAll
        positions = [:]
        positionsByPlace = [:]
        for device in devices { add(device) }
    }

    private mutating func add(_ device: Device) {
        positions[device.id] = devices.count
        positionsByPlace[Post(place: device.place, kind: device.kind), default: []].append(devices.count)
        devices.append(device)
    }

    func position(of id: Device.ID) -> Int? { positions[id] }

    var ids: [Device.ID] { devices.map(\.id) }

    /// The device of a kind at a place, the first or a later one of several there.
    ///
    /// - Returns: `nil` if there are not so many.
    mutating func position(_ kind: Device.Kind, at place: Place, number: Int) -> Int? {
        let there = positionsByPlace[Post(place: place, kind: kind)] ?? []
        if there.indices.contains(number - 1) { return there[number - 1] }
        return imaginesAll ? imagine(kind, at: place, number: number) : nil
    }

    func count(_ kind: Device.Kind, at place: Place) -> Int {
        positionsByPlace[Post(place: place, kind: kind)]?.count ?? 0
    }

    /// Adds a device that no file lists.
    @discardableResult
    mutating func imagine(_ kind: Device.Kind, at place: Place, number: Int) -> Int {
        let base = "\(place)-\(kind.rawValue)".map { $0 == "/" ? "-" : String($0) }.joined()
        var id = number > 1 ? "\(base)-\(number)" : base
        while positions[id] != nil { id += "-imagined" }
        add(Device(id: id, ecosystem: .native, address: id, place: place, kind: kind))
        return devices.count - 1
    }
}
