import Devices
import Hub
public import Hummingbird
import Registry
import Rules

/// One device as the hub knows it.
public struct DeviceAnswer: ResponseCodable, Sendable {
    public var device: String
    public var kind: String
    public var ecosystem: String
    /// As a path: `a/12/C`.
    public var place: String
    public var block: String
    /// RFC 3339, as of the last checkpoint; absent if it has never been heard.
    public var heardAt: String?
    /// The kinds that it said last are in alarm.
    public var alarming: [String]
    /// What weakens it: silent, stuck, and the conditions that it reports itself.
    public var troubles: [String]
    /// How often it has to say something, and when its silence is a trouble: `every 60 s, silent after 300 s`.
    public var contract: String
    /// How many of its messages were heard, and how many never came, by its own counter.
    public var messages: Int
    public var missed: Int
    /// The gap, in seconds, that nine of ten of its silences do not exceed; absent until 16 were seen.
    public var usualSeconds: Double?
    /// The gateway that it spoke through last.
    public var gateway: String?
    /// What keeps its alarms back: `flat a/12/C`, and until when.
    public var disabled: [DisablementAnswer]

    init(_ report: DeviceReport) {
        device = report.device.id
        kind = report.device.kind.rawValue
        ecosystem = report.device.ecosystem.rawValue
        place = report.device.place.description
        block = report.device.place.block
        heardAt = report.state?.heardAt?.description
        alarming = report.state?.alarming.members.map(\.rawValue) ?? []
        troubles = report.state.map(Self.troubles) ?? []
        contract = report.contract.description
        messages = report.supervision?.messages ?? 0
        missed = report.supervision?.missed ?? 0
        usualSeconds = report.supervision.flatMap { $0.gaps >= 16 ? Double($0.usual) : nil }
        gateway = report.supervision?.gateway
        disabled = report.disablements.map(DisablementAnswer.init)
    }

    private static func troubles(_ state: DeviceState) -> [String] {
        let conditions: [(DeviceState.Condition, String)] = [
            (.tamper, "tamper"), (.fault, "fault"), (.batteryLow, "low battery"), (.powerLost, "mains power lost"),
            (.offline, "offline"),
        ]
        return (state.silent ? ["silent"] : []) + (state.stuck ? ["stuck"] : [])
            + conditions.filter { state.has($0.0) }.map(\.1)
    }
}
