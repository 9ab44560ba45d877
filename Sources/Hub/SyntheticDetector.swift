import Devices
import Registry
import Rules

/// The detector that the delivery canary speaks as. It is in no registry, so nobody watches over it, and it is heard in
/// its own exercises alone.
struct SyntheticDetector {
    let device: Device
    private let estate: Estate

    /// - Returns: `nil` in an estate without a place to put it.
    init?(in estate: Estate) {
        guard let block = estate.blocks.first else { return nil }
        var place = Place(block: block.id)
        if let area = block.areas.first {
            place.area = area
        } else if let floor = block.floors.first, let flat = block.flats.first {
            (place.floor, place.flat) = (floor, flat)
        } else {
            return nil
        }
        device = Device(id: Self.id, ecosystem: .native, address: Self.id, place: place, kind: .smoke)
        self.estate = estate
    }

    private static let id = "delivery-canary"

    /// Who has spoken, if it was this one in an exercise of its own.
    init?(speaking report: Report, in exercise: String?, _ estate: Estate) {
        guard Exercise.isCanary(exercise), report.ecosystem == .native, report.address == Self.id else { return nil }
        self.init(in: estate)
    }

    /// Its own, without what stands before it in an exercise.
    var topic: String {
        let place = device.place
        let floor = place.floor.map { "floor/\($0)/" } ?? ""
        let rest = place.flat.map { "flat/\($0)" } ?? place.area.map { "area/\($0)" } ?? ""
        return "estate/\(estate.id)/block/\(place.block)/\(floor)\(rest)/device/\(device.id)/event"
    }

    func alarm(at moment: Instant) -> [UInt8] {
        Array(#"{"type":"smoke","state":"alarm","seq":1,"ts":"\#(moment)"}"#.utf8)
    }
}
