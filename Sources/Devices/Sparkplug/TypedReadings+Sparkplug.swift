internal import Registry
internal import Sparkplug

extension TypedReadings {
    /// Takes all metrics that a birth announces.
    ///
    /// - Parameter known: what it has taught, where it has.
    mutating func take(birth payload: SparkplugPayload, _ known: SparkplugMetrics?) {
        for metric in payload.metrics where metric.hasName {
            guard metric.isLive else { continue }
            let definition = known.flatMap { $0[metric] } ?? SparkplugMetrics.Definition(metric)
            take(metric, definition.field, metric.value(0), definition.name)
        }
    }

    /// Takes what has changed.
    mutating func take(data payload: SparkplugPayload, _ known: SparkplugMetrics?, _ era: Int) {
        for metric in payload.metrics {
            guard metric.isLive else { continue }
            let definition = known.flatMap { $0[metric] }
            let isCertain = known?.era == era
            if metric.hasName {
                // The datatype of an announcement in doubt may be another one now.
                let value = metric.value(isCertain ? definition?.datatype ?? 0 : 0)
                let field = definition.map(\.field) ?? SparkplugMetrics.Definition(metric).field
                take(metric, field, value, metric.name, held: known, definition)
            } else if let definition, isCertain {
                take(
                    metric, definition.field, metric.value(definition.datatype), definition.name, held: known,
                    definition)
            } else {
                take(doubtful: metric, definition)
            }
        }
    }

    private mutating func take(
        _ metric: SparkplugMetric, _ field: Field?, _ value: TypedValue?, _ name: String,
        held: SparkplugMetrics? = nil, _ definition: SparkplugMetrics.Definition? = nil
    ) {
        guard let value else { return }
        if let quality = metric.poorQuality {
            if let (kind, flag) = field?.flag(value), kind.isHazard, flag {
                note("\(name) (quality \(quality))", "true", isRaised: true)
            }
            return
        }
        if let held, let (kind, flag) = field?.flag(value), flag != kind.raised,
            held.raised.isRaisedElsewhere(kind, own: definition?.isRaised ?? false)
        {
            return
        }
        take(field, value, name: name)
    }

    /// Takes a metric whose alias no birth has announced, or one before messages were missed.
    private mutating func take(doubtful metric: SparkplugMetric, _ definition: SparkplugMetrics.Definition?) {
        guard let value = metric.value(definition?.datatype ?? 0), metric.poorQuality == nil else { return }
        guard let definition else {
            if case .flag(true) = value { note("alias \(metric.alias)", "true", isRaised: true) }
            return
        }
        let name = "\(definition.name) (alias \(metric.alias), in doubt)"
        guard let (kind, flag) = definition.field?.flag(value), flag == kind.raised else {
            if case .flag(true) = value, definition.field?.kind == nil { note(name, "true", isRaised: true) }
            return
        }
        if kind.isHazard { readings.flag(kind, true, detail: name) } else { note(name, "true", isRaised: true) }
    }
}

extension SparkplugMetrics {
    subscript(metric: SparkplugMetric) -> Definition? { index(metric).map { definitions[$0] } }
}

extension SparkplugNode {
    /// Whether all that a message says can be told by what was announced, without doubt.
    func understands(_ payload: SparkplugPayload, of device: String?) -> Bool {
        guard let metrics = metrics(of: device) else { return false }
        let isCertain = metrics.era == era
        return payload.metrics.allSatisfy { metric in
            metric.hasName || isCertain && metrics.index(metric) != nil
        }
    }
}
