import Registry

/// Where a native device is and which of its two topics this is, as the topic itself says.
struct NativeTopic: Hashable, Sendable {
    var estate: String
    var place: Place
    var device: String
    var channel: Channel

    enum Channel: Hashable, Sendable { case event, status }

    private static let shape =
        "estate/<estate>/block/<block>/[floor/<floor>/](flat/<flat>|area/<area>)/device/<device>/(event|status)"

    /// `nil` for a topic that ends neither in `event` nor in `status`.
    ///
    /// - Throws: ``Malformed`` if the levels before are not those of a device: an alarm on a misspelt topic must be
    ///   noticed.
    init?(_ topic: String) throws(Malformed) {
        let levels = TopicLevels(topic)
        let last = levels.count - 1
        if levels.level(last, is: "event") {
            channel = .event
        } else if levels.level(last, is: "status") {
            channel = .status
        } else {
            return nil
        }
        let hasFloor = levels.level(4, is: "floor")
        let unit = hasFloor ? 6 : 4
        let isFlat = levels.level(unit, is: "flat")
        guard last == unit + 4, levels.level(0, is: "estate"), levels.level(2, is: "block"),
            isFlat || levels.level(unit, is: "area"), levels.level(unit + 2, is: "device"),
            !(0...last).contains(where: levels.isEmpty)
        else {
            let namesDevice = levels.level(last - 2, is: "device") && !levels.isEmpty(last - 1)
            throw Malformed(
                "topic '\(topic.prefix(200))': expected \(Self.shape)", address: namesDevice ? levels[last - 1] : nil)
        }
        estate = levels[1]
        place = Place(
            block: levels[3], floor: hasFloor ? levels[5] : nil, flat: isFlat ? levels[unit + 1] : nil,
            area: isFlat ? nil : levels[unit + 1])
        device = levels[unit + 3]
    }
}
