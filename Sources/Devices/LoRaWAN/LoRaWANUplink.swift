import Registry

/// What both network servers pass on of an uplink: a codec's output, and how well it was heard.
struct LoRaWANUplink {
    private let json: JSON
    private(set) var gathering: Gathering
    /// By whose rows the codec's output was read.
    private(set) var model: DeviceModel?
    private let models: DeviceModels
    private let ecosystem: Device.Ecosystem
    /// Whether a codec has said anything.
    private var hasDecoded = false

    /// - Parameter models: what is known of models, and which this device is registered as.
    init(_ json: JSON, _ ecosystem: Device.Ecosystem, _ address: String, _ models: RegisteredModels) {
        self.json = json
        self.ecosystem = ecosystem
        self.models = models.models
        model = models.model(of: ecosystem, address)
        gathering = Gathering(json)
    }

    /// Takes a codec's output.
    ///
    /// - Parameters:
    ///   - model: what the network server says that the device is; `nil` if it does not say. What `devices.csv` says
    ///     comes first.
    ///   - brand: The Things Stack's `brand_id`.
    mutating func take(decoded: JSON.Node, model: JSON.Node?, brand: JSON.Node? = nil) {
        if self.model == nil {
            // Some codecs repeat it: Netvox in `Device`, Dragino in `Node_type`.
            let repeated = json.field("Device", of: decoded) ?? json.field("Node_type", of: decoded)
            self.model =
                named(model, brand: brand.flatMap { json.text(of: $0) }) ?? named(repeated, brand: nil)
        }
        gathering.take(membersOf: decoded, self.model?.fields ?? Self.unknownModel)
        hasDecoded = decoded.kind == .object && decoded.end > decoded.childrenStart
    }

    private func named(_ node: JSON.Node?, brand: String?) -> DeviceModel? {
        node.flatMap { models.model(ecosystem, named: json.bytes(of: $0), brand: brand) }
    }

    /// What every codec means by the same name. `battery` is not among it: per cent here, volts or millivolts there.
    private static let unknownModel = KeyTable<Field>([
        ("temperature", .number(.temperature)), ("humidity", .number(.humidity)), ("history", .nothing),
    ])

    /// Notes bytes that no codec has understood: they could be anything, a fire among it.
    ///
    /// - Parameter port: 0 is the network's own.
    mutating func note(raw: JSON.Node?, _ name: String, port: JSON.Node?) {
        guard !hasDecoded, let raw, raw.kind == .text, !raw.text.isEmpty else { return }
        if port.flatMap({ json.wholeNumber(of: $0) }) ?? 0 > 0 { note(unmapped: name) }
    }

    /// Takes the best of the signals with which the gateways heard it.
    mutating func take(gateways: JSON.Node?) {
        guard let gateways, gateways.kind == .array else { return }
        let best = json.children(of: gateways)
            .compactMap { json.field("rssi", of: $0).flatMap { json.number(of: $0) } }.max()
        gathering.readings.number(.signal, best, unit: "dBm")
    }

    func report(
        _ address: String, deviceTime: Instant?, sequence: UInt64?
    ) throws(Malformed) -> Report {
        try gathering.report(ecosystem, address, deviceTime: deviceTime, sequence: sequence, model: model?.name)
    }

    mutating func take(_ reading: Reading) { gathering.take(reading) }

    /// Notes what cannot be read and so can be anything.
    mutating func note(unmapped name: String) {
        gathering.note(unmapped: UnmappedField(name, "", isRaised: false))
    }
}
