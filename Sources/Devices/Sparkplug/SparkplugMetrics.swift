internal import Sparkplug

/// The metrics that a birth has announced: what each means, and by which alias it may be called.
struct SparkplugMetrics: Sendable {
    struct Definition: Sendable {
        var name: String
        var datatype: UInt32
        var field: Field?
        /// Whether its flag last said that something is up.
        var isRaised = false
    }

    /// The births and gaps that its node had had when this was announced: see ``SparkplugNode/era``.
    var era = 0
    private(set) var definitions: [Definition] = []
    private var byName: [String: Int] = [:]
    private var byAlias: [UInt64: Int] = [:]
    private(set) var raised = RaisedFields()
    /// About how much memory it takes.
    private(set) var bytes = 128

    static let countMax = 4096
    static let nameBytesMax = 512

    /// - Throws: ``Malformed`` if it is more than a device can have.
    init(birth payload: SparkplugPayload) throws(Malformed) {
        guard payload.metrics.count <= Self.countMax else {
            throw Malformed("\(payload.metrics.count) metrics: expected at most \(Self.countMax)")
        }
        for metric in payload.metrics where metric.hasName {
            guard metric.name.utf8.count <= Self.nameBytesMax else {
                throw Malformed(
                    "a metric's name of \(metric.name.utf8.count) bytes: expected at most \(Self.nameBytesMax)")
            }
            let definition = Definition(metric)
            // One that stands for two metrics stands for neither.
            if metric.hasAlias { byAlias[metric.alias] = byAlias[metric.alias] == nil ? definitions.count : -1 }
            if byName[metric.name] == nil { byName[metric.name] = definitions.count }
            definitions.append(definition)
            bytes += metric.name.utf8.count * 2 + 128
            note(definitions.count - 1, metric)
        }
    }

    func index(_ metric: SparkplugMetric) -> Int? {
        if metric.hasName { return byName[metric.name] }
        guard metric.hasAlias, let index = byAlias[metric.alias], index >= 0 else { return nil }
        return index
    }

    /// Notes what a metric says now.
    mutating func note(_ index: Int, _ metric: SparkplugMetric) {
        let definition = definitions[index]
        guard metric.isLive, metric.poorQuality == nil, let value = metric.value(definition.datatype),
            let (kind, flag) = definition.field?.flag(value), (flag == kind.raised) != definition.isRaised
        else { return }
        raised.change(kind, from: definition.isRaised, to: !definition.isRaised)
        definitions[index].isRaised.toggle()
    }
}

extension SparkplugMetrics.Definition {
    /// What a metric is by its name's last element, and the one before where that says nothing by itself.
    init(_ metric: SparkplugMetric) {
        name = metric.name
        datatype = metric.hasDatatype ? metric.datatype : 0
        let path = metric.name.split(separator: "/").suffix(2).map(String.init)
        guard let last = path.last, !Self.isOwn(metric.name) else {
            field = .nothing
            return
        }
        let group = path.count == 2 ? path[0] : nil
        switch metric.shape {
        case .flag: field = NamedField.flag(last, in: group)
        case .number: field = NamedField.number(last, in: group, unit: metric.unit)
        case .text: field = nil
        case .other: field = .nothing
        }
    }

    /// Sparkplug's own: of the session, commands, and what a node or device is made of.
    private static func isOwn(_ name: String) -> Bool {
        name == "bdSeq" || name.hasPrefix("Node Control/") || name.hasPrefix("Device Control/")
            || name.hasPrefix("Properties/") || name.hasPrefix("Node Info/")
    }
}
