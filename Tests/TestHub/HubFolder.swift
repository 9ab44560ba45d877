import Foundation

/// A folder of its own with the configuration and the state of one hub; gone when nobody uses it any more.
///
/// The estate: blocks a, b and c with floors 1 to 6, flats A to D, a corridor and a stair on each floor, a lobby. In every flat a
/// smoke alarm `a-1-B-smoke`, in flats A also `a-1-A-heat` and `a-1-A-siren`, in corridors `a-1-corridor-smoke`, in
/// lobbies the guards' `a-desk-siren` and the call point `a-lobby-button`. One flat, b-3-C, has a Zigbee alarm `hall`
/// beside its own, and b-3-A a Zigbee siren `bell`. Rules and texts are the sample's.
public final class HubFolder: Sendable {
    public let path: String
    public var configuration: String { path + "/Config" }
    public var state: String { path + "/state" }

    /// The top of the project's tree.
    public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// - Parameters:
    ///   - broker: the lines of `broker:` in hub.yaml.
    ///   - canary: its settings.
    ///   - settings: more lines of hub.yaml.
    ///   - residents: more rows of residents.csv.
    public init(
        broker: [String], canary: String = "{interval: 2s, grace: 20s}", settings: [String] = [],
        residents: [String] = []
    ) throws {
        path = NSTemporaryDirectory() + "smokehub-hub-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path + "/Config", withIntermediateDirectories: true)
        // So that its log may be followed before the hub has begun it.
        try FileManager.default.createDirectory(atPath: path + "/state", withIntermediateDirectories: true)
        for name in ["rules.yaml", "messages"] {
            try FileManager.default.copyItem(atPath: "\(Self.root)/Config/\(name)", toPath: "\(path)/Config/\(name)")
        }
        let yaml =
            ["hub: hub-1", "state: ../state", "canary: \(canary)", "broker:"] + broker.map { "  " + $0 } + settings
        try write("hub.yaml", yaml)
        try write("estate.yaml", Self.estate)
        try write("devices.csv", Self.devicesFile)
        try write(
            "residents.csv", ["id,name,language,block,floor,flat,role,contacts"] + Self.residents + residents)
    }

    /// For a hub that reaches a broker on a port of this machine.
    public convenience init(
        port: Int, canary: String = "{interval: 2s, grace: 20s}", settings: [String] = [], residents: [String] = []
    ) throws {
        try self.init(
            broker: ["url: mqtt://127.0.0.1:\(port)"], canary: canary, settings: settings, residents: residents)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
    }

    public func write(_ name: String, _ lines: [String]) throws {
        try (lines.joined(separator: "\n") + "\n")
            .write(toFile: "\(configuration)/\(name)", atomically: true, encoding: .utf8)
    }

    /// The lines of `devices.csv`.
    public static var devicesFile: [String] { ["id,ecosystem,address,block,floor,flat,area,kind"] + devices }

    private static let blocks = ["a", "b", "c"]
    private static let floors = 1...6
    private static let flats = ["A", "B", "C", "D"]

    private static var estate: [String] {
        ["estate: demo", "name: {en: Test Court, zh-Hant: 測試苑}", "adjacent: [[a, b], [b, c]]", "blocks:"]
            + blocks.flatMap { block in
                [
                    "  - id: \(block)", "    name: {en: Block \(block.uppercased()), zh-Hant: \(block.uppercased())座}",
                    "    floors: \(floors.lowerBound)-\(floors.upperBound)",
                    "    flats: [\(flats.joined(separator: ", "))]", "    areas: [lobby, corridor, stair]",
                ]
            }
    }

    private static var devices: [String] {
        blocks.flatMap { block in
            [
                native("\(block)-desk-siren", "\(block),,,lobby,siren"),
                native("\(block)-lobby-button", "\(block),,,lobby,button"),
            ]
                + floors.flatMap { floor in
                    let place = "\(block),\(floor)"
                    return flats.map { native("\(block)-\(floor)-\($0)-smoke", "\(place),\($0),,smoke") } + [
                        native("\(block)-\(floor)-A-heat", "\(place),A,,heat"),
                        native("\(block)-\(floor)-A-siren", "\(place),A,,siren"),
                        native("\(block)-\(floor)-corridor-smoke", "\(place),,corridor,smoke"),
                    ]
                }
        } + ["hall,zigbee2mqtt,hall,b,3,C,,smoke", "bell,zigbee2mqtt,bell,b,3,A,,siren"]
    }

    private static func native(_ id: String, _ rest: String) -> String { "\(id),native,\(id),\(rest)" }

    private static var residents: [String] {
        blocks.flatMap { block in
            ["g-\(block),Guard,en,\(block),,,guard,siren:\(block)-desk-siren"]
                + floors.map { "r-\(block)-\($0)-A,Resident,en,\(block),\($0),A,resident,siren:\(block)-\($0)-A-siren" }
        }
    }
}
