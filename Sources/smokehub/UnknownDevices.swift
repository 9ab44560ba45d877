import Console
import Foundation
import Hub
import Rules

/// The devices that speak to a running hub and are not in its registry.
struct UnknownDevices {
    let answer: UnknownDevicesAnswer
    private let body: Data

    /// - Throws: ``StartError`` if no hub answers, or one that does not know the question.
    init(_ client: ControlClient) throws {
        let answer = try client.get("/api/devices/unknown")
        guard answer.status == 200 else { throw StartError("the hub answers HTTP \(answer.status)") }
        body = answer.body
        self.answer = try JSONDecoder().decode(UnknownDevicesAnswer.self, from: answer.body)
    }

    func show(json: Bool, block: String?) {
        if json { return Line.out(String(decoding: body, as: UTF8.self)) }
        let devices = answer.devices.filter { device in
            block == nil || device.place?.split(separator: "/").first.map(String.init) == block
        }
        for device in devices { Line.out(device.lines) }
        if let unheard = answer.unheard, !unheard.isEmpty { Line.out(Self.notListening(to: unheard)) }
        Line.out(devices.isEmpty ? "Nobody is heard that is not in devices.csv." : summary(devices))
    }

    /// Says whose strangers nobody hears.
    static func notListening(to ecosystems: [String]) -> String {
        "Not listened to, so that no stranger's alarm is heard there: \(ecosystems.joined(separator: ", ")). "
            + "devices.csv has no device of theirs; 'listen: true' under ecosystems in hub.yaml hears one all the same."
    }

    private func summary(_ devices: [UnknownDeviceAnswer]) -> String {
        let alarmed = devices.count { $0.alarmedAt != nil }
        let lost = answer.thrownOut + answer.turnedAway
        let messages = devices.map(\.messages).reduce(0, +)
        return "\(devices.count) unknown \(devices.count == 1 ? "device" : "devices") with \(messages) "
            + "\(messages == 1 ? "message" : "messages"), \(alarmed) alarmed."
            + (lost > 0
                ? " It is full: since the start \(answer.thrownOut) devices made room for others, and \(answer.turnedAway) "
                    + "messages came of devices that were not kept."
                : "")
    }
}

extension UnknownDeviceAnswer {
    /// ```
    /// ALARM 2026-11-23T04:12:07.123Z  zigbee2mqtt hall by zigbee2mqtt, gateway bridge  12 messages since 2026-11-22T…, last …
    ///   says smoke and battery: a smoke detector (smoke)
    ///   on zigbee2mqtt/hall: {"smoke":true,"battery":97}
    ///   smokehub devices adopt hall --ecosystem zigbee2mqtt --place BLOCK/FLOOR/FLAT --kind smoke --write
    /// ```
    fileprivate var lines: String {
        let alarm = alarmedAt.map { "ALARM \($0)\(alarmWasRetained ? " (retained, of unknown age)" : "")  " } ?? ""
        let bad = malformed > 0 ? ", \(malformed) of them not understood" : ""
        let count = messages == 1 ? "1 message" : "\(messages) messages"
        let by = (route.map { " by \($0)" } ?? "") + (gateway.map { ", gateway \($0)" } ?? "")
        return """
            \(alarm)\(ecosystem) \(address.harmless)\(by.harmless)  \(count)\(bad) since \(firstHeardAt), last \(heardAt)
              \(seems.harmless)
              on \(topic.harmless): \(excerpt.harmless)
              \(adoption)

            """
    }

    /// The command that adopts it, as far as the hub can say it.
    private var adoption: String {
        guard !address.hasSuffix("…"), address == address.harmless else { return "its address is none to be adopted" }
        let place = place?.quoted ?? "BLOCK/FLOOR/FLAT"
        return "smokehub devices adopt \(address.quoted) --ecosystem \(ecosystem) --place \(place)"
            + " --kind \(kind ?? "KIND") --write"
    }
}

extension String {
    /// As one word of a shell. What strangers send must not become a command of whoever copies it.
    fileprivate var quoted: String {
        let isPlain = !isEmpty && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./:@,".contains($0)) }
        return isPlain && !hasPrefix("-") ? self : "'\(harmless.replacing("'", with: "'\\''"))'"
    }
}
