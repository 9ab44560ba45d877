import Devices
import Registry
import Rules
import Store

@testable import Upkeep

/// A made-up course of days of a few devices, with a caretaker and what it has stored.
struct Course {
    var caretaker: Caretaker
    /// By the estate's clocks, midnight of the first day.
    private(set) var now: Instant
    private(set) var stored = StoredUpkeep()
    private(set) var trends: [Device.ID: [UInt8]] = [:]
    private(set) var told: [String] = []
    let devices: [Device]
    let settings: UpkeepSettings

    static let start = Instant(rfc3339: "2026-03-01T00:00:00Z") ?? Instant(milliseconds: 0)
    static let estate = Estate(
        id: "demo", name: LocalizedText([(.english, "Demo"), (.traditionalChinese, "示範")]),
        blocks: [
            Block(
                id: "a", name: LocalizedText([(.english, "Block A"), (.traditionalChinese, "A座")]), floors: ["1"],
                flats: ["A"], areas: [])
        ])

    static func device(
        _ id: String = "smoke-1", _ kind: Device.Kind = .smoke, model: String? = nil, made: String? = nil
    ) -> Device {
        Device(
            id: id, ecosystem: .native, address: id, place: Place(block: "a", floor: "1", flat: "A"), kind: kind,
            model: model, made: made.flatMap { YearMonth($0) })
    }

    init(_ devices: [Device] = [device()], _ adjust: (inout UpkeepSettings) -> Void = { _ in }) {
        var settings = UpkeepSettings()
        adjust(&settings)
        self.devices = devices
        self.settings = settings
        now = Self.start
        caretaker = Caretaker(devices: devices, settings: settings, utcOffset: .zero, at: now)
    }

    /// A day on which a device measures something several times. Then comes the next midnight with its round.
    mutating func day(_ kind: Reading.Kind, _ values: Double..., unit: String? = nil, of index: Int = 0) {
        for value in values { hear(.number(kind, value, unit: unit), of: index) }
        endDay()
    }

    mutating func hear(_ readings: Reading..., of index: Int = 0, live: Bool = true) {
        caretaker.take(readings, of: index, live: live, at: now)
    }

    mutating func endDay() {
        pass(.seconds(86_400 - (now.milliseconds - Self.start.milliseconds) / 1000 % 86_400))
        pass(.seconds(60))
    }

    /// Time goes by, in steps no longer than an hour.
    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while now < end {
            now = min(now + .seconds(3600), end)
            turn()
        }
    }

    /// All turns that are due now.
    mutating func turn() {
        caretaker.advance(to: now)
        while caretaker.isInRound {
            for index in caretaker.nextTurn(limit: 20, at: now) {
                caretaker.judge(index, stored: trends[devices[index].id], at: now)
            }
        }
        keep()
    }

    mutating func digest() -> LogRecord.Text? { caretaker.digest(at: now, Self.estate) }

    mutating func keep() {
        for event in caretaker.takeEvents() {
            switch event {
            case .opened(let ticket): told.append("\(ticket.id) \(ticket.kind.rawValue) opened")
            case .reopened(let ticket): told.append("\(ticket.id) \(ticket.kind.rawValue) reopened")
            case .closed(let ticket): told.append("\(ticket.id) \(ticket.kind.rawValue) closed")
            case .full: told.append("full")
            case .roomAgain: told.append("room again")
            }
        }
        let changes = caretaker.takeChanges()
        for ticket in changes.tickets {
            stored.tickets.removeAll { $0.number == ticket.number }
            stored.tickets.append(ticket)
        }
        for (device, bytes) in changes.trends { trends[device] = bytes }
        stored.nuisances += changes.nuisances
        stored.lastNumber = max(stored.lastNumber, changes.lastNumber)
        stored.digestDay = changes.digestDay ?? stored.digestDay
        stored.devices = trends.keys.sorted()
    }

    /// The hub is killed, and started again.
    mutating func restart(_ states: [DeviceState] = []) {
        caretaker = Caretaker(devices: devices, settings: settings, utcOffset: .zero, at: now)
        caretaker.restore(
            stored, states: { states.indices.contains($0) ? states[$0] : DeviceState() }, at: now)
        turn()
    }

    func line(_ series: Series, of index: Int = 0) -> DeviceTrends.Line? {
        trends[devices[index].id].flatMap(DeviceTrends.init(bytes:))?[series]
    }
}
