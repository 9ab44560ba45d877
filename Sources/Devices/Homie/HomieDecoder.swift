public import Registry

/// Homie 4 and 5. Source: `convention.md` of homieiot/convention, v5 and tag v4.0.0.
///
/// | topic of version 5 | content |
/// | --- | --- |
/// | `<domain>/5/<device>/$description` | JSON: nodes and their properties, each with `datatype` and `unit`; `root`, `children` |
/// | `<domain>/5/<device>/$state` | `init`, `ready`, `sleeping`: online; `disconnected`, `lost` (last will): offline; empty: removed |
/// | `<domain>/5/<device>/$alert/<id>` | a fault in words; empty when it is over |
/// | `<domain>/5/<device>/<node>/<property>` | a value as text; a flag is exactly `true` or `false` |
/// | `<domain>/5/<device>/$log/<level>` | a sign of life |
/// | `…/set`, `…/$target`, `<domain>/5/$broadcast/…` | commands |
///
/// | topic of version 4 | content |
/// | --- | --- |
/// | `<domain>/<device>/<node>/<property>/$datatype`, `…/$unit` | what the property is |
/// | `<domain>/<device>/$state` | as above; also `alert`: online, but something is wrong |
/// | `<domain>/<device>/<node>/<property>` | as above |
/// | `$homie`, `$nodes`, `$properties`, `$format` … | not needed: a property is known by its datatype |
///
/// What a property means says its id, by whole words: ``NamedField``. A device is addressed by its id, those of any
/// domain but the first as `<domain>/<id>`. All but some properties are retained; one zero byte is the empty text.
///
/// A property that nobody has described gives no reading; where it looks like a hazard, it is unmapped. So descriptions
/// stand first among the topic filters, for a broker sends what it has retained filter by filter. What a device has
/// described is kept, until it takes it back, is removed, or, being heard of least recently, is given up for another. A
/// device of the registry, and the root that it speaks through, are never given up for strangers: ``SharedTable``.
///
/// A child speaks through its root: that is its gateway. When a root is lost, its children are, without a message.
public struct HomieDecoder: LearningDecoder {
    public let ecosystem = Device.Ecosystem.homie
    private let domains: [TopicPrefix]
    private var devices: SharedTable<HomieDevice>

    /// The convention's own domain, `homie`.
    public init() {
        self.init(checked: [TopicPrefix(known: "homie")], registered: [], strangersMax: 8192, bytesMax: 64 << 20)
    }

    /// - Parameters:
    ///   - domains: the first levels of the topics, such as `homie`.
    ///   - registered: the addresses of the registry: strangers cannot crowd them out.
    ///   - strangersMax: how many other devices are remembered, at least 1.
    ///   - bytesMax: about how much memory what they have described may take, those of the registry and the others each.
    /// - Throws: ``InvalidTopicFilter`` if a domain is no topic.
    public init(
        domains: [String], registered: [String] = [], strangersMax: Int = 8192, bytesMax: Int = 64 << 20
    ) throws(InvalidTopicFilter) {
        var prefixes: [TopicPrefix] = []
        for domain in domains { prefixes.append(try TopicPrefix(domain)) }
        self.init(checked: prefixes, registered: registered, strangersMax: strangersMax, bytesMax: bytesMax)
    }

    private init(checked domains: [TopicPrefix], registered: [String], strangersMax: Int, bytesMax: Int) {
        self.domains = domains
        devices = SharedTable(
            registered: Set(registered.flatMap { Self.bases(of: $0, domains) }), strangersMax: strangersMax,
            bytesMax: bytesMax)
    }

    /// What the topics of an address begin with, of both versions.
    private static func bases(of address: String, _ domains: [TopicPrefix]) -> [String] {
        domains.enumerated().flatMap { index, domain -> [String] in
            guard index > 0 else { return ["\(domain.text)/5/\(address)", "\(domain.text)/\(address)"] }
            guard let id = domain.rest(of: address)?.topic else { return [] }
            return ["\(domain.text)/5/\(id)", "\(domain.text)/\(id)"]
        }
    }

    public var topicFilters: [String] {
        let tails = [
            "5/+/$description", "+/+/+/$datatype", "+/+/+/$unit", "5/+/$state", "+/$state", "5/+/+/+", "+/+/+",
        ]
        return domains.flatMap { domain in tails.map { "\(domain.text)/\($0)" } }
    }

    // MARK: Learning

    public mutating func learn(_ message: Message) throws(Malformed) -> Lesson {
        guard let (topic, address) = parse(message.topic) else { return .nothing }
        do throws(Malformed) {
            switch topic.tail {
            case .description: return try learn(description: message, topic.base)
            case .datatype(let name), .unit(let name): return try learn(property: name, message, topic)
            case .state: return learn(state: message, topic)
            case .alert(let alert):
                change(topic.base) { $0.note(alert: alert, isOpen: !message.payload.isEmpty) }
            case .property(let name): change(topic.base) { $0.note(message.payload, of: name) }
            case .ofDevice: break
            }
            return .nothing
        } catch {
            throw Malformed(error.description, address: address)
        }
    }

    private mutating func learn(description message: Message, _ base: String) throws(Malformed) -> Lesson {
        if message.payload.isEmpty { return forget(base) }
        guard base.utf8.count <= HomieDevice.nameBytesMax else { throw Malformed(Self.tooLong) }
        let former = devices[base]
        if former?.digest == ByteDigest.of(message.payload) { return .nothing }
        var device = try HomieDevice(description: message.payload)
        if let former { device.continueFrom(former) }
        return Lesson(isKept: true, forgotten: put(device, base, former))
    }

    private mutating func learn(
        property name: String, _ message: Message, _ topic: HomieTopic
    ) throws(Malformed) -> Lesson {
        guard topic.base.utf8.count <= HomieDevice.nameBytesMax, name.utf8.count <= HomieDevice.nameBytesMax else {
            throw Malformed(Self.tooLong)
        }
        let former = devices[topic.base]
        var device = former ?? HomieDevice()
        var property = device.properties[name] ?? HomieProperty()
        if case .datatype = topic.tail {
            property.datatype = message.payload.isEmpty ? nil : HomieProperty.datatypes[message.payload.span] ?? .text
        } else {
            let unit = String(decoding: message.payload.prefix(32), as: UTF8.self)
            property.unit = unit.isEmpty ? nil : unit
        }
        property.understand(name)
        if property.datatype == nil, property.unit == nil {
            device.remove(name)
        } else {
            guard device.properties.count < HomieDevice.propertiesMax || device.properties[name] != nil else {
                throw Malformed("more than \(HomieDevice.propertiesMax) properties")
            }
            device.set(property, name)
        }
        if device.properties.isEmpty { return former == nil ? .nothing : forget(topic.base) }
        let forgotten = put(device, topic.base, former)
        return message.payload.isEmpty
            ? Lesson(forgotten: forgotten + [message.topic]) : Lesson(isKept: true, forgotten: forgotten)
    }

    private mutating func learn(state message: Message, _ topic: HomieTopic) -> Lesson {
        if message.payload.isEmpty { return forget(topic.base) }
        let isInAlert = message.payload.elementsEqual("alert".utf8)
        change(topic.base) { $0.note(isInAlert: isInAlert) }
        return .nothing
    }

    private mutating func change(_ base: String, _ body: (inout HomieDevice) -> Void) {
        _ = devices.change(base, body)
    }

    /// - Returns: the topics of what had to be given up for it.
    private mutating func put(_ device: HomieDevice, _ base: String, _ former: HomieDevice?) -> [String] {
        keptTopics(of: devices.put(base, device)) + noteRoot(device.root, of: base, former: former?.root)
    }

    private mutating func forget(_ base: String) -> Lesson {
        guard let device = devices.remove(base) else { return .nothing }
        return Lesson(forgotten: Self.keptTopics(device, base) + noteRoot(nil, of: base, former: device.root))
    }

    /// Without the root of a registered device nobody would know that it is lost with it.
    ///
    /// - Returns: the topics of what had to be given up for that.
    private mutating func noteRoot(_ root: String?, of base: String, former: String?) -> [String] {
        guard devices.isNamed(base), root != former, let slash = base.lastIndex(of: "/") else { return [] }
        let claimed = root.map { devices.claim("\(base[..<slash])/\($0)") } ?? []
        let released = former.map { devices.release("\(base[..<slash])/\($0)") } ?? []
        return keptTopics(of: claimed + released)
    }

    private mutating func keptTopics(of givenUp: [SharedTable<HomieDevice>.Entry]) -> [String] {
        givenUp.flatMap { Self.keptTopics($0.value, $0.name) + noteRoot(nil, of: $0.name, former: $0.value.root) }
    }

    /// A description has a digest; version 4 has a topic for each part.
    private static func keptTopics(_ device: HomieDevice, _ base: String) -> [String] {
        guard device.digest == 0 else { return ["\(base)/$description"] }
        return device.properties.keys.sorted().flatMap { name in
            let property = device.properties[name]
            return (property?.datatype == nil ? [] : ["\(base)/\(name)/$datatype"])
                + (property?.unit == nil ? [] : ["\(base)/\(name)/$unit"])
        }
    }

    private static let tooLong = "an id of more than \(HomieDevice.nameBytesMax) bytes"

    // MARK: Reports

    public func report(_ message: Message) throws(Malformed) -> Report? {
        guard let (topic, address) = parse(message.topic) else { return nil }
        let device = devices[topic.base]
        var readings: [Reading] = []
        var unmapped: [UnmappedField] = []
        switch topic.tail {
        case .description, .datatype, .unit: return nil
        case .ofDevice: if message.payload.isEmpty { return nil }
        case .state:
            do {
                readings = try HomieState.readings(message.payload, isVersion5: topic.isVersion5)
            } catch {
                throw Malformed(error.description, address: address)
            }
            let isFaulty = device.map { $0.raised.isRaisedElsewhere(.fault, own: $0.isStateAlert) } ?? false
            if isFaulty { readings.removeAll { $0 == .flag(.fault, false) } }
        case .alert(let alert):
            let words = String(decoding: message.payload.prefix(200), as: UTF8.self)
            let isElsewhere =
                device.map { $0.raised.isRaisedElsewhere(.fault, own: $0.isOpen(alert)) } ?? false
            if !message.payload.isEmpty || !isElsewhere {
                readings = [.flag(.fault, !message.payload.isEmpty, detail: words.isEmpty ? nil : words)]
            }
        case .property(let name):
            // An empty payload only removes what was retained.
            if message.payload.isEmpty { return nil }
            guard message.payload != [0] else { break }
            (readings, unmapped) = try values(message.payload, of: name, device, address)
        }
        let domain = address.dropLast(topic.id.count)
        let gateway = device?.root.map { domain + $0 } ?? (device?.hasChildren == true ? address : nil)
        return Report(
            ecosystem: ecosystem, address: address, readings: readings, gateway: gateway, unmapped: unmapped,
            restsOnEarlier: true)
    }

    private func values(
        _ payload: [UInt8], of name: String, _ device: HomieDevice?, _ address: String
    ) throws(Malformed) -> ([Reading], [UnmappedField]) {
        var typed = TypedReadings()
        guard let property = device?.properties[name], property.datatype != nil else {
            let json = JSON(bareText: payload)
            if json.flag(of: json.root) != .value(false), HazardWords.isHazard(json.root, in: json, named: name) {
                typed.note(
                    name, json.short(json.root), isRaised: HazardWords.isRaised(json.root, in: json, named: name))
            }
            return ([], typed.unmapped)
        }
        guard let value = property.value(payload) else {
            guard property.datatype == .boolean else { return ([], []) }
            let excerpt = JSON(bareText: payload)
            throw Malformed("\(name) \(excerpt.excerpt(excerpt.root)): expected true or false", address: address)
        }
        if let (kind, flag) = property.field?.flag(value), flag != kind.raised,
            device?.raised.isRaisedElsewhere(kind, own: property.isRaised) == true
        {
            return ([], [])
        }
        typed.take(property.field, value, name: name)
        return (typed.readings.list, typed.unmapped)
    }

    private func parse(_ topic: String) -> (HomieTopic, address: String)? {
        for (index, domain) in domains.enumerated() {
            guard let levels = domain.rest(of: topic) else { continue }
            guard let parsed = HomieTopic(levels, domain: domain.text) else { return nil }
            return (parsed, index == 0 ? parsed.id : "\(domain.text)/\(parsed.id)")
        }
        return nil
    }
}

/// `$state`, as all devices of Homie have it.
enum HomieState {
    /// - Returns: none for a device that was removed.
    static func readings(_ payload: [UInt8], isVersion5: Bool) throws(Malformed) -> [Reading] {
        if payload.isEmpty { return [] }
        guard let state = states[payload.span], !isVersion5 || state != .alert else {
            let json = JSON(bareText: payload)
            throw Malformed(
                "$state \(json.excerpt(json.root)): expected one of init, ready, sleeping, disconnected, lost")
        }
        let availability = Reading.availability(online: state != .offline)
        // Version 5 tells by its alerts what is wrong.
        if isVersion5 || state == .offline { return [availability] }
        return [availability, .flag(.fault, state == .alert, detail: state == .alert ? "alert" : nil)]
    }

    private enum State { case online, offline, alert }

    private static let states = KeyTable<State>([
        ("init", .online), ("ready", .online), ("sleeping", .online), ("disconnected", .offline), ("lost", .offline),
        ("alert", .alert),
    ])
}
