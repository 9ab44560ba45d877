public import Registry
internal import Sparkplug
internal import SwiftProtobuf

/// Sparkplug B, as PLCs and panel gateways speak it. Source: Sparkplug 3.0.0, chapters 4 to 6 (eclipse-sparkplug/sparkplug).
///
/// | topic | content |
/// | --- | --- |
/// | `spBv1.0/<group>/NBIRTH/<node>`, `…/DBIRTH/<node>/<device>` | all metrics by name, with alias and datatype: online |
/// | `spBv1.0/<group>/NDATA/<node>`, `…/DDATA/<node>/<device>` | what changed, by name, or by alias alone |
/// | `spBv1.0/<group>/NDEATH/<node>` | the last will: offline, if its `bdSeq` is that of the birth |
/// | `spBv1.0/<group>/DDEATH/<node>/<device>` | the node no longer hears the device: offline |
/// | `…/NCMD/…`, `…/DCMD/…`, `spBv1.0/STATE/<host>` | commands, and other hosts |
///
/// The payload is protobuf: `Sources/Sparkplug/sparkplug.proto`. Nothing is retained, and data has QoS 0.
///
/// | part of a metric | what it says |
/// | --- | --- |
/// | `name` | chosen by the site: the words of its last element tell its meaning, ``NamedField`` |
/// | `alias` | stands for the name after the birth |
/// | `datatype` | may be left out after the birth; integers below zero are two's complement |
/// | `is_historical`, `is_null` | not how things are now: nothing |
/// | `is_transient` | not for archives; counts as any other |
/// | property `Quality` 0 or 500 | bad, stale: nothing; a hazard that is raised is unmapped |
/// | data sets, templates, bytes | not read |
///
/// A node is addressed as `<group>/<node>`, its device as `<group>/<node>/<device>`; the node is the gateway of both.
///
/// **Births are kept until death.** An alias means what the present birth says. A death of the node or the device ends
/// what was announced, and so does a new birth. A message from somebody whose birth is unknown, and an alias that no birth
/// has announced, are asked about by an NCMD for a rebirth; a true flag under such an alias is unmapped.
///
/// **Aliases are never guessed.** Where a message is missing, by a gap in `seq` (0 to 255) or because the hub was away
/// (``missed()``), it may have been a birth with other aliases: a session that ended and began anew meanwhile counts from
/// 0 again, so that even a `seq` which seems to go on proves nothing. From then on, until the next birth, names still count,
/// but under an alias only danger does: a hazard that is raised, by the last birth that was heard, is reported with words
/// that say so, any other flag that is raised is unmapped, and nothing is cleared or measured. Each such message asks for
/// the birth, which carries every metric's present value and so says also what was missed.
///
/// After a restart the births that were kept are in doubt in this way. ``missed()`` returns a question for each node, to be
/// spread over time; a node that speaks by alias first asks for itself.
///
/// `seq` wraps after 256 messages and is the node's, not the device's, so it does not make a ``Report/sequence``: a later
/// message with the same number must not be taken for a repeat. Gaps are told by ``Lesson/gap``.
///
/// Where several metrics of a device say the same kind, a clear of one counts when the others are clear, too.
///
/// A node to which a device of the registry belongs is never given up for strangers, and is asked before them:
/// ``SharedTable``.
public struct SparkplugDecoder: LearningDecoder {
    public let ecosystem = Device.Ecosystem.sparkplug
    public let topicFilters = [
        "spBv1.0/+/NBIRTH/+", "spBv1.0/+/DBIRTH/+/+", "spBv1.0/+/NDEATH/+", "spBv1.0/+/DDEATH/+/+",
        "spBv1.0/+/NDATA/+", "spBv1.0/+/DDATA/+/+",
    ]
    private var nodes: SharedTable<SparkplugNode>

    /// - Parameters:
    ///   - registered: the addresses of the registry: strangers cannot crowd out their edge nodes.
    ///   - strangersMax: how many other edge nodes are remembered, at least 1.
    ///   - bytesMax: about how much memory what they have announced may take, those of the registry and the others each.
    public init(registered: [String] = [], strangersMax: Int = 4096, bytesMax: Int = 64 << 20) {
        let names = registered.map { $0.split(separator: "/", omittingEmptySubsequences: false).prefix(2) }
        nodes = SharedTable(
            registered: Set(names.map { $0.joined(separator: "/") }), strangersMax: strangersMax, bytesMax: bytesMax)
    }

    // MARK: Learning

    public mutating func learn(_ message: Message) throws(Malformed) -> Lesson {
        guard let topic = SparkplugTopic(message.topic), !message.payload.isEmpty else { return .nothing }
        let payload = try Self.payload(message, topic)
        do throws(Malformed) {
            guard message.topic.utf8.count <= Self.topicBytesMax else {
                throw Malformed("a topic of more than \(Self.topicBytesMax) bytes")
            }
            switch topic.verb {
            case .nodeBirth, .deviceBirth: return try learn(birth: payload, message, topic)
            case .nodeDeath: return learn(death: payload, topic)
            case .nodeData, .deviceData, .deviceDeath: return learn(other: payload, message, topic)
            }
        } catch {
            throw Malformed(error.description, address: topic.address)
        }
    }

    public mutating func missed() -> [Lesson.Request] {
        var born: [(name: String, time: UInt64)] = []
        nodes.changeAll { name, node in
            node.missed()
            if node.isBorn { born.append((name, node.time)) }
        }
        return born.map { rebirth(of: $0.name, at: $0.time) }
    }

    private mutating func learn(
        birth payload: SparkplugPayload, _ message: Message, _ topic: SparkplugTopic
    ) throws(Malformed) -> Lesson {
        guard let device = topic.device else {
            var node = SparkplugNode()
            try node.beBorn(payload, message.payload)
            let former = nodes[topic.node]
            let dead = former?.devices.keys.sorted() ?? []
            return Lesson(
                isKept: true,
                forgotten: dead.map { SparkplugTopic.birth(of: topic.node, device: $0) } + put(node, topic.node))
        }
        let request = rebirth(of: topic.node, at: payload.timestamp)
        if nodes[topic.node] == nil {
            var node = SparkplugNode()
            _ = try node.bear(device, payload, message.payload)
            return Lesson(isKept: true, forgotten: put(node, topic.node), request: request)
        }
        let result = nodes.change(topic.node) { node in
            Result { () throws(Malformed) in
                let lost = try node.bear(device, payload, message.payload)
                return (lost: lost, isBorn: node.isBorn)
            }
        }
        guard let birth = try result?.get() else { return .nothing }
        var lesson = Lesson(isKept: true, forgotten: Self.births(nodes.shrink()), gap: Self.gap(birth.lost, topic))
        if birth.lost > 0 || !birth.isBorn { lesson.request = request }
        return lesson
    }

    private mutating func learn(death payload: SparkplugPayload, _ topic: SparkplugTopic) -> Lesson {
        guard nodes[topic.node]?.isEnded(by: payload.bdSeq) == true else { return .nothing }
        return nodes.change(topic.node) { node in
            let wasBorn = node.isBorn
            let devices = node.die()
            return Lesson(
                forgotten: (wasBorn ? [SparkplugTopic.birth(of: topic.node)] : [])
                    + devices.map { SparkplugTopic.birth(of: topic.node, device: $0) })
        } ?? .nothing
    }

    private mutating func learn(
        other payload: SparkplugPayload, _ message: Message, _ topic: SparkplugTopic
    ) -> Lesson {
        let request = rebirth(of: topic.node, at: payload.timestamp)
        return nodes.change(topic.node) { node in
            let lost = node.count(payload, message.payload)
            node.time = payload.timestamp
            var lesson = Lesson.nothing
            lesson.gap = Self.gap(lost, topic)
            var isClear = lost == 0 && node.isBorn
            if topic.verb == .deviceDeath, let device = topic.device {
                if node.bury(device) { lesson.forgotten = [SparkplugTopic.birth(of: topic.node, device: device)] }
            } else {
                node.note(payload, of: topic.device)
                isClear = isClear && node.understands(payload, of: topic.device)
            }
            if !isClear { lesson.request = request }
            return lesson
        } ?? Lesson(request: request)
    }

    private static func gap(_ lost: Int, _ topic: SparkplugTopic) -> Lesson.Gap? {
        lost > 0 ? Lesson.Gap(ecosystem: .sparkplug, address: topic.node, lost: lost) : nil
    }

    /// - Returns: the topics of what had to be given up for it.
    private mutating func put(_ node: SparkplugNode, _ name: String) -> [String] {
        Self.births(nodes.put(name, node))
    }

    private static func births(_ givenUp: [SharedTable<SparkplugNode>.Entry]) -> [String] {
        givenUp.flatMap { name, node in
            [SparkplugTopic.birth(of: name)]
                + node.devices.keys.sorted().map { SparkplugTopic.birth(of: name, device: $0) }
        }
    }

    private static let topicBytesMax = 512

    /// The command `Node Control/Rebirth` (section 5.12.1): born again, a node says all that it and its devices are.
    ///
    /// - Parameter time: of the message that leads to it, by the node's own clock.
    private func rebirth(of node: String, at time: UInt64) -> Lesson.Request {
        var metric = SparkplugMetric()
        metric.name = "Node Control/Rebirth"
        metric.datatype = 11
        metric.booleanValue = true
        metric.timestamp = time
        var payload = SparkplugPayload()
        payload.timestamp = time
        payload.metrics = [metric]
        // Only required fields could be missing, and there are none.
        let bytes: [UInt8] = (try? payload.serializedBytes()) ?? []
        return Lesson.Request(
            topic: SparkplugTopic.topic("NCMD", of: node), payload: bytes, isRegistered: nodes.isRegistered(node))
    }

    // MARK: Reports

    public func report(_ message: Message) throws(Malformed) -> Report? {
        guard let topic = SparkplugTopic(message.topic), !message.payload.isEmpty else { return nil }
        let payload = try Self.payload(message, topic)
        let node = nodes[topic.node]
        var typed = TypedReadings()
        switch topic.verb {
        case .nodeBirth, .deviceBirth:
            typed.readings.add(.availability(online: true))
            typed.take(birth: payload, node?.metrics(of: topic.device))
        case .nodeData, .deviceData: typed.take(data: payload, node?.metrics(of: topic.device), node?.era ?? 0)
        case .nodeDeath:
            // The death of an earlier session may come after the next birth.
            if node?.isEnded(by: payload.bdSeq) ?? true { typed.readings.add(.availability(online: false)) }
        case .deviceDeath: typed.readings.add(.availability(online: false))
        }
        // A will's time is that of the connection's beginning.
        let time = topic.verb == .nodeDeath || !payload.hasTimestamp ? nil : Int64(exactly: payload.timestamp)
        return Report(
            ecosystem: ecosystem, address: topic.address, readings: typed.readings.list,
            deviceTime: time.map(Instant.init), gateway: topic.node, unmapped: typed.unmapped,
            restsOnEarlier: true)
    }

    private static func payload(_ message: Message, _ topic: SparkplugTopic) throws(Malformed) -> SparkplugPayload {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        do {
            return try SparkplugPayload(serializedBytes: message.payload, options: options)
        } catch {
            throw Malformed(
                "the \(message.payload.count) bytes are no payload of Sparkplug B, or not all of it: expected protobuf",
                address: topic.address)
        }
    }
}
