/// An estate with its devices and its people: what `estate.yaml`, `devices.csv` and `residents.csv` say, checked
/// against each other.
///
///     let registry = try EstateRegistry.load(folder: "Config")
///     let device = registry.device(.zigbee2mqtt, address: "block-b/flat-3A/hall_smoke")
public struct EstateRegistry: Sendable {
    public let estate: Estate
    /// In the order of the file.
    public let devices: [Device]
    public let residents: [Resident]

    private let positionsByID: PositionTable
    private let positionsByKey: PositionTable
    private let residentIndexByID: [Resident.ID: Int]
    private var deviceLines: [Int] = []
    private var residentPositions: [Resident.Positions] = []
    private var devicesFile = "devices.csv"
    private var residentsFile = "residents.csv"

    /// What is made rather than loaded, such as a drill's estate. Nothing is checked; of two with one id the first
    /// is found.
    public init(estate: Estate, devices: [Device], residents: [Resident]) {
        self.estate = estate
        self.devices = devices
        self.residents = residents
        positionsByID = PositionTable(devices.lazy.map(\.id))
        positionsByKey = PositionTable(devices.lazy.map(\.key))
        residentIndexByID = Self.index(residents.lazy.map(\.id))
    }

    /// Reads the three files in a folder.
    ///
    /// - Parameter seal: what opens sealed fields of `residents.csv`; `nil` if there is no key.
    /// - Throws: every mistake in them.
    public static func load(folder: String, seal: PersonalSeal? = nil) throws(ConfigErrors) -> EstateRegistry {
        var mistakes = Mistakes()
        let registry = read(folder: folder, seal: seal, &mistakes)
        return try mistakes.result(registry)
    }

    /// Reads what can be read of the three files, with every mistake noted; `nil` without an estate.
    public static func read(
        folder: String, seal: PersonalSeal? = nil, _ mistakes: inout Mistakes
    ) -> EstateRegistry? {
        let folder = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
        let files = ["estate.yaml", "devices.csv", "residents.csv"].map { name in
            mistakes.reading { () throws(ConfigError) in try ConfigFile.read(folder + name) }
        }
        return EstateRegistry(estate: files[0], devices: files[1], residents: files[2], seal, &mistakes)
    }

    /// - Throws: every mistake in the three files.
    public init(
        estate: ConfigFile, devices: ConfigFile, residents: ConfigFile, seal: PersonalSeal? = nil
    ) throws(ConfigErrors) {
        var mistakes = Mistakes()
        let registry = EstateRegistry(estate: estate, devices: devices, residents: residents, seal, &mistakes)
        self = try mistakes.result(registry)
    }

    /// A file that could not be read is `nil`; `mistakes` says why.
    private init?(
        estate: ConfigFile?, devices: ConfigFile?, residents: ConfigFile?, _ seal: PersonalSeal?,
        _ mistakes: inout Mistakes
    ) {
        let found = mistakes.errors.count
        let place = estate.flatMap { Estate(reading: $0, &mistakes) }
        // Beside an estate with a mistake in it, every row of its block would seem wrong.
        let sound = mistakes.errors.count == found ? place : nil
        let deviceRows = devices.map { Device.read($0, estate: sound, &mistakes) } ?? []
        let residentRows = residents.map { Resident.read($0, estate: sound, seal: seal, &mistakes) } ?? []
        guard let place else { return nil }
        self.init(estate: place, devices: deviceRows.map(\.device), residents: residentRows.map(\.resident))
        deviceLines = deviceRows.map(\.line)
        residentPositions = residentRows.map(\.positions)
        devicesFile = devices?.name ?? devicesFile
        residentsFile = residents?.name ?? residentsFile
    }

    public func device(_ id: Device.ID) -> Device? {
        position(of: id).map { devices[$0] }
    }

    public func device(_ ecosystem: Device.Ecosystem, address: String) -> Device? {
        position(of: ecosystem, address: address).map { devices[$0] }
    }

    /// The position in ``devices`` of the device with an address.
    public func position(of ecosystem: Device.Ecosystem, address: String) -> Int? {
        positionsByKey.position(of: Device.Key(ecosystem: ecosystem, address: address)) { position in
            devices[position].address == address && devices[position].ecosystem == ecosystem
        }
    }

    public func position(of id: Device.ID) -> Int? {
        positionsByID.position(of: id) { devices[$0].id == id }
    }

    public func resident(_ id: Resident.ID) -> Resident? {
        residentIndexByID[id].map { residents[$0] }
    }

    /// Those of whom something personal stands in `residents.csv` in plain text.
    public var unsealed: [Resident.ID] { zip(residents, residentPositions).filter { !$1.isSealed }.map(\.0.id) }

    /// A mistake that shows only beside other files, at the device's line: a detector that no rule reads.
    public func mistake(device id: Device.ID, _ problem: String, mend: String) -> ConfigError {
        let index = position(of: id)
        let line = index.flatMap { deviceLines.indices.contains($0) ? deviceLines[$0] : nil } ?? 0
        return ConfigError(file: devicesFile, line: line, column: line == 0 ? 0 : 1, problem: problem, mend: mend)
    }

    /// A mistake that shows only beside other files, at the resident's contacts or at one of them.
    ///
    /// - Parameter contact: counted from 0; `nil` for all of them together.
    public func mistake(
        resident id: Resident.ID, contact: Int? = nil, _ problem: String, mend: String
    ) -> ConfigError {
        let index = residentIndexByID[id]
        let positions = index.flatMap { residentPositions.indices.contains($0) ? residentPositions[$0] : nil }
        let place = contact.flatMap { positions?.eachContact[$0] } ?? positions?.contacts
        return ConfigError(
            file: residentsFile, line: place?.line ?? 0, column: place?.column ?? 0, problem: problem, mend: mend)
    }

    private static func index<Key: Hashable>(_ keys: some Sequence<Key>) -> [Key: Int] {
        Dictionary(keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
