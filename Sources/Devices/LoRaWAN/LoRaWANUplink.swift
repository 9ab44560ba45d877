/// What both network servers pass on of an uplink: a codec's output, and how well it was heard.
struct LoRaWANUplink {
    private let json: JSON
    private(set) var gathering: Gathering
    /// Whether a codec has said anything.
    private var hasDecoded = false

    init(_ json: JSON) {
        self.json = json
        gathering = Gathering(json)
    }

    /// Takes a codec's output.
    ///
    /// - Parameters:
    ///   - model: what the network server says that the device is; `nil` if it does not say.
    ///   - brand: The Things Stack's `brand_id`.
    mutating func take(decoded: JSON.Node, model: JSON.Node?, brand: JSON.Node? = nil) {
        let brand = brand.flatMap { json.text(of: $0) }
        let named = model.flatMap { LoRaWANModel.named(json.bytes(of: $0), brand: brand) }
        // Some codecs repeat it: Netvox in `Device`, Dragino in `Node_type`.
        let found =
            named
            ?? (json.field("Device", of: decoded) ?? json.field("Node_type", of: decoded)).flatMap {
                LoRaWANModel.named(json.bytes(of: $0))
            }
        gathering.take(membersOf: decoded, found?.fields ?? LoRaWANModel.unknown)
        hasDecoded = decoded.kind == .object && decoded.end > decoded.childrenStart
    }

    /// Notes bytes that no codec has understood: they could be anything, a fire among it.
    ///
    /// - Parameter port: 0 is the network's own.
    mutating func note(raw: JSON.Node?, _ name: String, port: JSON.Node?) {
        guard !hasDecoded, let raw, raw.kind == .text, !raw.text.isEmpty else { return }
        if port.flatMap({ json.wholeNumber(of: $0) }) ?? 0 > 0 { gathering.noteUnmapped(name) }
    }

    /// Takes the best of the signals with which the gateways heard it.
    mutating func take(gateways: JSON.Node?) {
        guard let gateways, gateways.kind == .array else { return }
        let best = json.children(of: gateways)
            .compactMap { json.field("rssi", of: $0).flatMap { json.number(of: $0) } }.max()
        gathering.readings.number(.signal, best, unit: "dBm")
    }

    mutating func take(_ reading: Reading) { gathering.take(reading) }

    mutating func note(unmapped name: String) { gathering.noteUnmapped(name) }
}
