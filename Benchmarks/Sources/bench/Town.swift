import Foundation
import Gateway
import MQTT

/// An estate whose residents are told by webhooks over one gateway: a broker, a hub, and whoever sets a flat alight.
final class Town {
    let estate: SampleEstate
    let gateway: GatewaySimulator
    private(set) var hub: ChildProcess
    private let broker: Broker
    private let publisher: Publisher
    private let tools: Tools
    private let folder: String

    /// Returns when the hub takes messages.
    ///
    /// - Parameters:
    ///   - files: further ones of the configuration, by their names.
    ///   - contact: of each resident, if not a webhook to the gateway.
    init(
        _ name: String, _ tools: Tools, blocks: Int, floors: Int, flats: Int, residents: Int, settings: String = "",
        files: [String: String] = [:], contact: (@Sendable (Int) -> String)? = nil, _ gateway: GatewaySimulator
    ) throws {
        let url = gateway.url("/alerts")
        estate = SampleEstate(
            blocks: blocks, floors: floors, flats: flats, detectors: 2 * blocks, residents: residents,
            contact: contact ?? { _ in "webhook:\(url)" }, settings: settings)
        self.gateway = gateway
        self.tools = tools
        folder = "\(tools.folder)/\(name)"
        try estate.write(to: folder, hubs: ["hub-1"], sample: tools.sample)
        for (name, text) in files { try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8) }
        broker = try Broker(folder: folder + "/broker")
        hub = try tools.startHub("hub-1", folder, broker)
        _ = try hub.line(containing: "ready")
        publisher = try Publisher(broker.settings("alarms"))
        // Until the connection stands.
        usleep(300_000)
    }

    /// Two flats next to each other alarm, which confirms a fire. - Returns: when the second did.
    @discardableResult
    func burn(block: Int) -> ContinuousClock.Instant {
        for flat in 0..<2 {
            publisher.publish(alarm(of: SampleEstate.Detector(block: block, floor: 0, flat: flat), estate)) { _ in }
        }
        return .now
    }

    /// When each resident was first handed to the gateway, in that order.
    func residents(_ what: [GatewaySimulator.Taken]) -> [(resident: Substring, at: ContinuousClock.Instant)] {
        var seen: Set<Substring> = []
        // `<block>-fire-<n>/<m>/<resident>/<position>`
        return what.compactMap { one in
            let levels = one.id.split(separator: "/")
            guard levels.count == 4, seen.insert(levels[2]).inserted else { return nil }
            return (levels[2], one.at)
        }
    }

    /// Waits until so many residents were handed to the gateway; it need not have taken them.
    func waitUntilMet(_ count: Int, within time: Duration) throws -> [(
        resident: Substring, at: ContinuousClock.Instant
    )] {
        try wait("\(count) residents", within: time) {
            guard gateway.metCount >= count else { return nil }
            let all = residents(gateway.met)
            return all.count >= count ? all : nil
        }
    }

    /// Waits until the gateway has taken so many residents' messages.
    func waitUntilTaken(_ count: Int, within time: Duration) throws -> [(
        resident: Substring, at: ContinuousClock.Instant
    )] {
        try wait("\(count) residents' messages", within: time) {
            guard gateway.takenCount >= count else { return nil }
            let all = residents(gateway.taken)
            return all.count >= count ? all : nil
        }
    }

    func killHub() { hub.kill() }

    /// - Returns: when it said that it was ready.
    func startHubAgain() throws -> ContinuousClock.Instant {
        hub = try tools.startHub("hub-1", folder, broker)
        return try hub.line(containing: "ready").at
    }

    func stop() throws {
        publisher.stop()
        try hub.stop()
        try broker.stop()
        gateway.stop()
    }
}

/// Seconds between two moments.
func seconds(_ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) -> Double { (end - start) / .seconds(1) }
