public import Registry
import Store

/// Who lives and keeps watch where, and how they are reached: an estate's people and sirens, ready to be looked up.
public struct Directory: Sendable {
    public let estate: Estate
    /// As they have chosen to be told.
    public private(set) var residents: [Resident]
    /// Devices that sound.
    public let sirens: [Device]
    /// What is told beside them.
    public let stations: [Station]
    /// The contact that the delivery canary goes to; nobody's.
    public let canary: Contact?

    /// How far the estate's clocks are ahead of UTC: when quiet hours are, and the day begins on which somebody has moved out.
    public let utcOffset: Duration
    let digest: ContactDigest
    var chosen: [Resident.ID: PersonChoices] = [:]
    /// Those among what people have chosen that no key here opens: kept, but no contacts.
    var shutBrowsers: Set<SealedBrowser> = []

    /// As the file has them, in the order of ``residents``.
    private let registered: [Resident]
    private let positions: [Resident.ID: Int]
    private let positionsByBlock: [String: [Int]]
    /// Those who look after no block in particular.
    private let positionsOfNoBlock: [Int]
    private let sirensByBlock: [String: [Device]]
    private var contactsByID: [Contact.ID: Contact]
    private let residentsByAddress: [String: [Resident.ID]]
    private let sirensByID: [Device.ID: Device]
    private let stationsByTarget: [String: Station]

    /// - Parameters:
    ///   - digest: of the contacts that people turn off.
    ///   - utcOffset: how far the estate's clocks are ahead of UTC.
    public init(
        estate: Estate, residents: [Resident], devices: [Device], stations: [Station] = [], canary: Contact? = nil,
        digest: ContactDigest = ContactDigest(key: []), utcOffset: Duration = .zero
    ) {
        self.utcOffset = utcOffset
        self.estate = estate
        self.residents = residents
        self.digest = digest
        registered = residents
        sirens = devices.filter { $0.kind == .siren }
        self.stations = stations
        self.canary = canary
        stationsByTarget = Dictionary(stations.map { ($0.target, $0) }, uniquingKeysWith: { first, _ in first })
        positions = Dictionary(
            residents.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        positionsByBlock = Dictionary(grouping: residents.indices.filter { residents[$0].place != nil }) {
            residents[$0].place?.block ?? ""
        }
        positionsOfNoBlock = residents.indices.filter { residents[$0].place == nil }
        sirensByBlock = Dictionary(grouping: sirens) { $0.place.block }
        contactsByID = Dictionary(
            residents.flatMap(\.contacts).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        residentsByAddress = Dictionary(
            residents.flatMap { resident in resident.contacts.map { ("\($0.channel):\($0.address)", [resident.id]) } },
            uniquingKeysWith: +)
        sirensByID = Dictionary(sirens.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public init(_ registry: EstateRegistry, utcOffset: Duration = .zero) {
        self.init(
            estate: registry.estate, residents: registry.residents, devices: registry.devices, utcOffset: utcOffset)
    }

    /// Whether somebody has moved out: they are not told any more.
    func hasLeft(_ resident: Resident, at moment: Instant) -> Bool {
        resident.hasLeft(at: moment, utcOffset: utcOffset)
    }

    public func resident(_ id: Resident.ID) -> Resident? { positions[id].map { residents[$0] } }

    /// Somebody as the file has them.
    func registered(_ id: Resident.ID) -> Resident? { positions[id].map { registered[$0] } }

    /// Somebody whose contacts, language or needs have changed, and nothing else of them.
    mutating func replace(_ resident: Resident) {
        guard let position = positions[resident.id] else { return }
        for contact in residents[position].contacts { contactsByID[contact.id] = nil }
        for contact in resident.contacts { contactsByID[contact.id] = contact }
        residents[position] = resident
    }

    /// Whose contact an address is; a phone may be shared.
    func residents(at address: String, over channel: String) -> [Resident] {
        (residentsByAddress["\(channel):\(address)"] ?? []).compactMap { resident($0) }
    }

    public func siren(_ id: Device.ID) -> Device? { sirensByID[id] }

    /// Those who live in some blocks, or keep watch there or over the whole estate.
    func residents(in blocks: [String]) -> [Resident] {
        (blocks.flatMap { positionsByBlock[$0] ?? [] } + positionsOfNoBlock).map { residents[$0] }
    }

    func sirens(in blocks: [String]) -> [Device] { blocks.flatMap { sirensByBlock[$0] ?? [] } }

    /// A person's contact, or a siren or station as one; `nil` if it has gone since the delivery was made.
    public func contact(_ id: Contact.ID) -> Contact? {
        if let contact = contactsByID[id] ?? stationsByTarget[id]?.contact { return contact }
        if id == Self.canaryTarget { return canary }
        guard let device = Self.siren(inTarget: id) else { return nil }
        var contact = Contact(resident: "", position: 0, channel: SirenChannel.name, address: device)
        contact.id = id
        return contact
    }

    /// The channels by which anybody or anything is told.
    var channelsInUse: Set<String> {
        Set(residents.flatMap(\.contacts).map(\.channel)).union(stations.map(\.channel))
            .union(canary.map { [$0.channel] } ?? []).union(sirens.isEmpty ? [] : [SirenChannel.name])
    }

    /// What the canary's contact is called as the target of a delivery.
    public static let canaryTarget = "canary/1"

    public static func canary(channel: String, address: String) -> Contact {
        var contact = Contact(resident: "canary", position: 1, channel: channel, address: address)
        contact.id = canaryTarget
        return contact
    }

    /// What a siren is called as the target of a delivery, whoever names it as a contact, so that it sounds once.
    static func target(ofSiren device: Device.ID) -> String { "siren/\(device)" }

    static func siren(inTarget target: String) -> Device.ID? {
        target.hasPrefix("siren/") ? String(target.dropFirst(6)) : nil
    }
}
