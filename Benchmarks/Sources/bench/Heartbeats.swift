import Foundation

/// What the detectors of an estate publish.
struct Heartbeats {
    var estate: SampleEstate
    private let times = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    init(_ estate: SampleEstate) { self.estate = estate }

    /// About 120 bytes.
    func payload(_ state: String, sequence: Int, at time: Date) -> String {
        """
        {"type":"smoke","state":"\(state)","value":0.01,"unit":"dB/m","battery":\(60 + sequence % 40),"seq":\(sequence),\
        "ts":"\(time.formatted(times))"}
        """
    }

    /// Writes a file for `publisher`: rounds in which every detector speaks once, spread evenly over a time that ends
    /// now; at the end, if asked for, an alarm of the last detector.
    func write(to path: String, messages: Int, over time: TimeInterval, firstSequence: Int = 1) throws {
        let start = Date.now.addingTimeInterval(-time)
        var text = ""
        text.reserveCapacity(messages * 220)
        for number in 0..<messages {
            let detector = estate.detector(number % estate.detectors)
            let sent = start.addingTimeInterval(time * Double(number) / Double(messages))
            let sequence = firstSequence + number / estate.detectors
            text += "\(estate.topic(detector))\t\(payload("clear", sequence: sequence, at: sent))\n"
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Writes the alarm of one detector alone.
    func writeAlarm(of number: Int, to path: String) throws {
        let alarm = payload("alarm", sequence: 1_000_000, at: .now)
        try "\(estate.topic(estate.detector(number)))\t\(alarm)\n"
            .write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Writes them as `mosquitto_sub -F %j` does: rounds in which every detector speaks once, spread evenly over a time,
    /// and some of them alarms, which the detector's next heartbeat clears.
    func record(to path: String, messages: Int, over time: TimeInterval, alarmEvery: Int) throws {
        let start = Date(timeIntervalSince1970: 1_790_000_000)
        var text = ""
        text.reserveCapacity(messages * 300)
        for number in 0..<messages {
            let detector = estate.detector(number % estate.detectors)
            let sent = start.addingTimeInterval(time * Double(number) / Double(messages))
            let state = number % alarmEvery == alarmEvery - 1 ? "alarm" : "clear"
            let payload = payload(state, sequence: 1 + number / estate.detectors, at: sent)
            text += """
                {"tst":"\(sent.formatted(times).dropLast())000Z+0000","topic":"\(estate.topic(detector))","qos":1,\
                "retain":0,"payloadlen":\(payload.utf8.count),"payload":"\(payload.replacing("\"", with: "\\\""))"}

                """
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
