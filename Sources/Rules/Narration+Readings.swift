import Devices
import Registry

extension Narration {
    /// A measurement stays away, or has come again.
    static func measurement(_ rule: ReadingRule, missing: Bool, _ device: Device, _ estate: Estate) -> LogRecord {
        let place = PlaceNames(estate).text(device.place)
        let reading = rule.reading.rawValue
        let text =
            missing
            ? Text(
                "No \(reading) from \(device.id) in \(place.english) any more (rule \(rule.name))",
                "\(place.traditionalChinese)的\(device.id)不再傳送\(reading)讀數（規則 \(rule.name)）")
            : Text(
                "\(reading) from \(device.id) in \(place.english) again",
                "\(place.traditionalChinese)的\(device.id)恢復傳送\(reading)讀數")
        return trouble(
            "reading missing", open: missing, place: device.place, device: device.id, estate, text)
    }
}
