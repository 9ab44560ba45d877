import Foundation
import Logging
import Notify
import Registry
import Rules
import Store
import Synchronization
import Testing

/// A small estate to tell: block a with 12 floors of 2 flats, block b beside it, and alerts about them.
enum Harbour {
    static let estate = Estate(
        id: "demo", name: LocalizedText([(.english, "Harbour View Garden"), (.traditionalChinese, "海景花園")]),
        blocks: [
            block("a", "Block A", "A座"), block("b", "Block B & Co", "B座"),
        ], adjacency: [["a", "b"]])

    static let noon = Instant(milliseconds: 1_763_812_800_000)

    private static func block(_ id: String, _ english: String, _ chinese: String) -> Block {
        Block(
            id: id, name: LocalizedText([(.english, english), (.traditionalChinese, chinese)]),
            floors: (1...12).map(String.init), flats: ["A", "B"], areas: ["lobby", "corridor", "stair-1"])
    }

    /// - Parameters:
    ///   - place: `a/4/B`, `a`, or empty for the whole estate.
    ///   - contacts: `channel:address`, separated by spaces.
    static func person(
        _ id: String, _ place: String = "", _ contacts: String, role: Resident.Role = .resident,
        language: Language = .english
    ) -> Resident {
        let listed = contacts.split(separator: " ").enumerated().map { index, contact in
            let parts = contact.split(separator: ":", maxSplits: 1).map(String.init)
            return Contact(resident: id, position: index + 1, channel: parts[0], address: parts[1])
        }
        return Resident(
            id: id, name: "Nobody's Name", language: language, place: place.isEmpty ? nil : Self.place(place),
            role: role, contacts: listed)
    }

    static func place(_ path: String) -> Place {
        let parts = path.split(separator: "/").map(String.init)
        var place = Place(block: parts[0])
        if parts.count > 1 { place.floor = parts[1] }
        if parts.count > 2, parts[2].count == 1 { place.flat = parts[2] }
        if parts.count > 2, parts[2].count > 1 { place.area = parts[2] }
        return place
    }

    static func siren(_ id: String, _ place: String, _ ecosystem: Device.Ecosystem = .native) -> Device {
        Device(id: id, ecosystem: ecosystem, address: id, place: Self.place(place), kind: .siren)
    }

    static func alert(
        _ id: String, _ stage: Stage, _ audience: [Audience], at places: String..., hazard: Hazard = .fire,
        repetition: Int = 0, exercise: String? = nil, late: Bool = false, contradiction: Bool = false
    ) -> Alert {
        Alert(
            id: id, at: noon, block: places.first.map { String($0.prefix(1)) } ?? "a", hazard: hazard,
            incident: String(id.split(separator: "/")[0]), stage: stage, rule: "test", exercise: exercise,
            audience: audience, places: places.map(place), because: [], repetition: repetition, late: late,
            contradiction: contradiction)
    }

    /// The sample's folder.
    static let configuration = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Config").path

    static func catalogue() throws -> MessageCatalogue { try loaded.get() }

    private static let loaded = Result { try MessageCatalogue.load(folder: configuration + "/messages") }

    /// What is wrong with the English file once a part of it is changed.
    static func mistakes(inEnglish old: String, _ new: String) throws -> [String] {
        let file = try ConfigFile.read(configuration + "/messages/en.yaml")
        try #require(file.text.contains(old))
        let changed = ConfigFile(name: "en.yaml", text: file.text.replacingOccurrences(of: old, with: new))
        do {
            _ = try MessageCatalogue([changed])
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }
}

/// Alerts as the hub would have committed them.
final class AlertList: AlertSource {
    private let alerts: Mutex<[Alert]>

    init(_ alerts: Alert...) { self.alerts = Mutex(alerts) }

    /// The incidents that somebody has answered.
    let answered = Mutex<Set<String>>([])

    func isAnswered(_ incident: String) throws -> Bool { answered.withLock { $0.contains(incident) } }

    func append(_ alert: Alert) { alerts.withLock { $0.append(alert) } }

    func alerts(after sequence: Int64, limit: Int) throws -> [(sequence: Int64, alert: Alert)] {
        alerts.withLock { alerts in
            alerts.enumerated().map { (sequence: Int64($0 + 1), alert: $1) }
                .filter { $0.sequence > sequence }.prefix(limit).map { $0 }
        }
    }
}

/// A folder that is gone when the test is.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "smokehub-notify-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }

    var database: String { path + "/notify.sqlite" }
}

/// A notifier that runs for as long as `body` does.
func notifying(
    _ database: NotifyDatabase, _ source: AlertList, _ residents: [Resident], devices: [Device] = [],
    channels: [String: any Channel], settings: Notifier.Settings = quick, clock: SetClock? = nil,
    _ body: (Notifier) async throws -> Void
) async throws {
    try await notifying(
        database, source, Directory(estate: Harbour.estate, residents: residents, devices: devices),
        channels: channels, settings: settings, clock: clock, body)
}

/// As above, of a directory that has more than people and devices.
func notifying(
    _ database: NotifyDatabase, _ source: AlertList, _ directory: Directory, channels: [String: any Channel],
    settings: Notifier.Settings = quick, clock: SetClock? = nil, _ body: (Notifier) async throws -> Void
) async throws {
    let notifier = Notifier(
        database: database, source: source, directory: directory,
        catalogue: try Harbour.catalogue(), channels: channels, settings: settings,
        clock: clock ?? ContinuousClock() as any Clock<Duration>,
        now: { clock?.moment ?? Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        random: Middle(), logger: Logger(label: "test"))
    try await withThrowingTaskGroup { group in
        group.addTask { try await notifier.run() }
        try await body(notifier)
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Real time, but impatient.
let quick: Notifier.Settings = {
    var settings = Notifier.Settings()
    settings.retry.first = .milliseconds(5)
    settings.rewriteInterval = .milliseconds(5)
    settings.pollInterval = .milliseconds(50)
    settings.keep = .seconds(100 * 365 * 86_400)  // The alerts of these tests are old.
    return settings
}()

/// Not random at all: pauses are three quarters of their length.
struct Middle: RandomNumberGenerator {
    func next() -> UInt64 { 1 << 63 }
}
