/// A device that another system knows: what an import has to find a place for.
public struct DeviceOffer: Hashable, Sendable {
    public var ecosystem: Device.Ecosystem
    public var address: String
    /// What people call it there; the place is read from it.
    public var name: String
    /// `nil` if nobody can tell what it is for.
    public var kind: Device.Kind?
    public var model: String?
    /// Where it is, if that is known otherwise than by its name; has to be a place of the estate.
    public var place: Place?
    public var room: String?
    /// Where it is said to be, for people, apart from its name.
    public var area: String?
    /// What to call it; `nil` for an id made of its place and kind.
    public var id: Device.ID?

    public init(
        ecosystem: Device.Ecosystem, address: String, name: String, kind: Device.Kind?, model: String? = nil,
        place: Place? = nil, room: String? = nil, id: Device.ID? = nil, area: String? = nil
    ) {
        self.ecosystem = ecosystem
        self.address = address
        self.name = name
        self.kind = kind
        self.model = model
        self.area = area
        self.place = place
        self.room = room
        self.id = id
    }

    /// The texts that may tell the place, in the order to try: the name, the area with the name, the area alone.
    var places: [String] { [name] + (area.map { ["\($0) \(name)", $0] } ?? []) }
}

/// What an import would change in `devices.csv`. Nothing that an operator has written is changed but by an operator.
public struct DeviceImport: Sendable {
    public private(set) var lines: [Line] = []
    public private(set) var added: [Device] = []

    /// What is said of one device.
    public enum Line: Hashable, Sendable {
        /// It would be added.
        case new(Device)
        /// It stands in the registry as it is.
        case known(Device)
        /// It stands there otherwise: what the other system says.
        case differs(Device, says: String)
        /// It cannot be added: why, and what would help.
        case left(DeviceOffer, why: String, mend: String)
        /// It stands in the registry, and the other system does not know it.
        case gone(Device)
    }

    /// - Parameters:
    ///   - patterns: tried in their order.
    ///   - isWhole: the offers are all devices of their ecosystem, so that one without an offer is gone.
    public init(_ offers: [DeviceOffer], into registry: EstateRegistry, patterns: [PlacePattern], isWhole: Bool) {
        var ids = Set(registry.devices.map(\.id))
        var seen: Set<Device.Key> = []
        for offer in offers {
            if !seen.insert(Device.Key(ecosystem: offer.ecosystem, address: offer.address)).inserted {
                lines.append(
                    .left(offer, why: "its address stands there twice", mend: "the first one counts; remove the other"))
            } else if let device = registry.device(offer.ecosystem, address: offer.address) {
                note(offer, device)
            } else {
                add(offer, patterns, registry.estate, &ids)
            }
        }
        guard isWhole else { return }
        let ecosystems = Set(offers.map(\.ecosystem))
        let offered = Set(offers.map { Device.Key(ecosystem: $0.ecosystem, address: $0.address) })
        for device in registry.devices where ecosystems.contains(device.ecosystem) && !offered.contains(device.key) {
            lines.append(.gone(device))
        }
    }

    private mutating func note(_ offer: DeviceOffer, _ device: Device) {
        var differences: [String] = []
        if let kind = offer.kind, kind != device.kind { differences.append("kind \(kind.rawValue)") }
        if let model = offer.model, let known = device.model, model != known { differences.append("model \(model)") }
        if let place = offer.place, place != device.place { differences.append("place \(place)") }
        lines.append(
            differences.isEmpty ? .known(device) : .differs(device, says: differences.joined(separator: ", ")))
    }

    private mutating func add(
        _ offer: DeviceOffer, _ patterns: [PlacePattern], _ estate: Estate, _ ids: inout Set<String>
    ) {
        guard let kind = offer.kind else {
            lines.append(
                .left(
                    offer, why: "nothing says what it detects",
                    mend: "write its row by hand, or leave it out if it is no detector"))
            return
        }
        if let (why, mend) = Device.mistake(inAddress: offer.address) {
            lines.append(.left(offer, why: why, mend: mend))
            return
        }
        let found = offer.places.lazy.compactMap { text in
            patterns.lazy.compactMap { $0.place(of: text, in: estate) }.first
        }
        let named = found.first
        guard let place = offer.place ?? named?.place else {
            lines.append(
                .left(
                    offer, why: "its name tells no place of the estate",
                    mend: patterns.isEmpty
                        ? "say how names are made: --name '{block}/{floor}/{flat} {room}'"
                        : "rename it, or say how such names are made with one more --name"))
            return
        }
        let id = offer.ecosystem == .native ? offer.address : offer.id ?? Self.id(at: place, kind, taken: ids)
        guard ids.insert(id).inserted else {
            lines.append(
                .left(offer, why: "'\(id)' is another device's id", mend: "give it an id that no device has"))
            return
        }
        let device = Device(
            id: id, ecosystem: offer.ecosystem, address: offer.address, place: place,
            room: offer.room ?? named?.room, kind: kind,
            model: offer.model)
        added.append(device)
        lines.append(.new(device))
    }

    /// `a-12-C-smoke`, or with the first number that is free: `a-12-C-smoke-2`.
    private static func id(at place: Place, _ kind: Device.Kind, taken: Set<Device.ID>) -> Device.ID {
        let base = ([place.block, place.floor, place.flat ?? place.area].compactMap { $0 } + [kind.rawValue])
            .joined(separator: "-").map { $0.isWhitespace || "/+#".contains($0) ? "-" : String($0) }.joined()
        guard taken.contains(base) else { return base }
        var number = 2
        while taken.contains("\(base)-\(number)") { number += 1 }
        return "\(base)-\(number)"
    }

    /// A `devices.csv` with the new devices after those that it has, in its own columns.
    ///
    /// - Parameter text: the file as it is.
    public func appended(to text: String) -> String {
        guard !added.isEmpty else { return text }
        let header = text.prefix { !$0.isNewline }.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.filter { !$0.isWhitespace && $0 != "\"" && $0 != "\u{FEFF}" } }
        let rows = added.map { device in header.map { device.field($0) }.joined(separator: ",") }
        let isEnded = text.isEmpty || text.last?.isNewline == true
        return text + (isEnded ? "" : "\n") + rows.joined(separator: "\n") + "\n"
    }
}

extension Device {
    fileprivate func field(_ column: String) -> String {
        let text: String? =
            switch column {
            case "id": id
            case "ecosystem": ecosystem.rawValue
            case "address": address
            case "block": place.block
            case "floor": place.floor
            case "flat": place.flat
            case "area": place.area
            case "room": room
            case "kind": kind.rawValue
            case "model": model
            case "made": made?.description
            default: nil
            }
        return text.map(CSVField.written) ?? ""
    }
}

extension DeviceImport.Line: CustomStringConvertible {
    /// `+ a-12-C-smoke  smoke  a/12/C (hall)  zigbee2mqtt block-a/12/12C hall smoke`
    public var description: String {
        switch self {
        case .new(let device): "+ \(device.id)  \(Self.words(device))"
        case .known(let device): "= \(device.id)  \(Self.words(device))"
        case .differs(let device, let says): "~ \(device.id)  \(Self.words(device)): the other system says \(says)"
        case .left(let offer, let why, let mend):
            "? \(offer.ecosystem.rawValue) \(offer.address)\(offer.model.map { " (\($0))" } ?? ""): \(why); \(mend)"
        case .gone(let device): "- \(device.id)  \(Self.words(device)): the other system does not know it any more"
        }
    }

    private static func words(_ device: Device) -> String {
        let room = device.room.map { " (\($0))" } ?? ""
        return "\(device.kind.rawValue)  \(device.place)\(room)  \(device.ecosystem.rawValue) \(device.address)"
    }
}
