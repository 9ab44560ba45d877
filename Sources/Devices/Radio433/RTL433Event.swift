import Registry

/// What rtl_433 has understood of a radio message, as rtl_433 itself and OpenMQTTGateway pass it on.
///
/// By model: its row in ``DeviceModels``, and ``RTL433Model``. A device is addressed by model and id,
/// `Kerui-Security/0x3a5f1`, under the model's present
/// name. Nothing of this repeats what a device said earlier; most devices send a message several times within seconds.
struct RTL433Event {
    var gathering: Gathering
    let address: String
    private let json: JSON
    private let model: DeviceModel?
    private var subtype: [UInt8]?

    /// `nil` for what is not from a device: statistics, or a receiver's status.
    ///
    /// - Throws: ``Malformed`` if the model or the id is of the wrong type.
    init?(_ json: JSON, _ models: DeviceModels) throws(Malformed) {
        guard let model = json.field("model", of: json.root) else { return nil }
        guard model.kind == .text, !model.text.isEmpty, model.text.count <= 200 else {
            throw Malformed("model \(json.excerpt(model)): expected a text")
        }
        let name = json.bytes(of: model)
        if name.elementsEqual("status".utf8) { return nil }
        var id: String?
        if let node = json.field("id", of: json.root), node.kind != .null {
            guard node.kind == .text || node.kind == .number, node.text.count <= 200 else {
                throw Malformed("id \(json.excerpt(node)): expected a text or a number")
            }
            id = String(decoding: json.bytes(of: node), as: UTF8.self)
        }
        self.init(json, models, model: name, id: id)
        subtype = json.field("subtype", of: json.root).map { json.bytes(of: $0) }
    }

    /// One field that a topic names.
    init(_ json: JSON, _ models: DeviceModels, model name: [UInt8], id: String?, subtype: [UInt8]? = nil) {
        self.json = json
        self.subtype = subtype
        model = models.model(.rtl433, named: name, words: false)
        let present = model?.name ?? String(decoding: name, as: UTF8.self)
        address = id.map { "\(present)/\($0)" } ?? present
        gathering = Gathering(json)
    }

    /// - Throws: the first field that makes no sense, unless there is a hazard beside it.
    func report(_ ecosystem: Device.Ecosystem) throws(Malformed) -> Report {
        try gathering.report(ecosystem, address, model: model?.name)
    }

    mutating func takeAll() {
        // A detector that nobody has described: that it speaks at all may be its alarm.
        let name = address.prefix { $0 != "/" }
        if model == nil, HazardWords.words(of: name.utf8).contains(where: { HazardWords.hazards[$0.span] != nil }) {
            gathering.note(unmapped: UnmappedField("model", String(name), isRaised: false))
        }
        for member in json.children(of: json.root) {
            take(member, name: nil, Array(json.bytes[member.name]))
        }
    }

    /// - Parameter name: the field's name where it is not the node's own.
    mutating func take(_ node: JSON.Node, name: String?) {
        take(node, name: name, Array((name ?? "").utf8))
    }

    private mutating func take(_ node: JSON.Node, name: String?, _ key: [UInt8]) {
        if key.elementsEqual("battery_ok".utf8) { return takeBattery(node) }
        guard let model else { return gathering.take(RTL433Model.common[key.span], node, name: name) }
        if let latches = RTL433Model.latches[model.name.utf8.span], let kind = latches[key.span] {
            return takeLatch(node, name: name, kind)
        }
        gathering.take(model.fields[key.span] ?? RTL433Model.common[key.span], node, name: name)
    }

    /// A flag, or a level from 0 to 1.
    private mutating func takeBattery(_ node: JSON.Node) {
        guard let level = json.number(of: node), (0...1).contains(level) else { return }
        if level == 0 || level == 1 {
            gathering.take(.flag(.batteryLow, level == 0))
        } else {
            gathering.take(.number(.battery, (level * 1000).rounded() / 10))
        }
    }

    /// `OPEN` or `CLOSED`, of a detector whose kind the subtype names.
    private mutating func takeLatch(_ node: JSON.Node, name: String?, _ latch: RTL433Model.Latch) {
        guard let isOpen = json.find(text: node, in: RTL433Model.latchTexts) else {
            return gathering.take(.choice(KeyTable([])), node, name: name)
        }
        switch latch {
        case .alarm:
            guard let subtype, let kind = RTL433Model.subtypes[subtype.span] else {
                let field = UnmappedField(name ?? json.name(of: node), json.short(node), isRaised: isOpen)
                return gathering.note(unmapped: field)
            }
            if let kind { gathering.take(.flag(kind, isOpen)) }
        case .tamper: if isOpen { gathering.take(.flag(.tamper, true)) }
        case .rest: break
        }
    }
}
