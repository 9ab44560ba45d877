public import Registry

/// What an unknown device seems to be, by what it has said; for a person to judge, and never acted upon.
public struct DeviceGuess: Hashable, Sendable {
    /// `nil` if nothing that it has said tells.
    public var kind: Device.Kind?
    /// `says smoke and battery: a smoke detector`
    public var reason: String

    /// - Parameter models: what the fields of its model mean, if its messages name one that is among them.
    public init(_ device: QuarantinedDevice, _ models: DeviceModels = .builtIn) {
        let kinds = models.meaning(of: device) ?? device.kinds
        let said =
            device.kinds.isEmpty && !kinds.isEmpty ? device.unmapped.map { [$0] } ?? [] : device.kinds.map(\.words)
        let meaning = kinds == device.kinds ? "" : ", of this model \(Self.list(kinds.map(\.words), none: "nothing"))"
        let model = device.model.map { "model \($0), " } ?? ""
        guard let found = Self.table.first(where: { kinds.contains($0.reading) }) else {
            let what =
                if let field = device.unmapped {
                    "sends \(field), which may be an alarm and which no table explains: look at the device"
                } else if device.malformed == device.messages {
                    "what it sends cannot be understood"
                } else if said.isEmpty {
                    "has said nothing yet that tells what it is"
                } else {
                    "says \(Self.list(said))\(meaning), which tells nothing"
                }
            reason = model + what
            return
        }
        kind = found.kind
        reason = "\(model)says \(Self.list(said))\(meaning): \(found.words)"
    }

    /// The first that it has said decides, so the hazards come first, fire before the others.
    private static let table: [(reading: Reading.Kind, kind: Device.Kind, words: String)] = [
        (.smoke, .smoke, "a smoke detector"), (.smokeDensity, .smoke, "a smoke detector"),
        (.heat, .heat, "a heat detector"), (.flame, .flame, "a flame detector"), (.co, .co, "a CO detector"),
        (.coPPM, .co, "a CO detector"), (.gas, .gas, "a gas detector"), (.waterLeak, .waterLeak, "a leak detector"),
        (.button, .button, "a call point, or a help button (--kind help)"),
        (.temperature, .sensor, "a sensor"), (.humidity, .sensor, "a sensor"), (.contact, .sensor, "a contact"),
        (.motion, .sensor, "a motion sensor"), (.vibration, .sensor, "a sensor"), (.tilt, .sensor, "a sensor"),
    ]

    private static func list(_ words: [String], none: String = "") -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? none }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension Reading.Kind {
    fileprivate var words: String { rawValue.replacing("_", with: " ") }
}
