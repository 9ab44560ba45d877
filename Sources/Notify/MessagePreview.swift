public import Registry
public import Rules

/// One text as one kind of channel would show it, with the estate's longest names.
public struct MessagePreview: Hashable, Sendable {
    public var language: Language
    public var hazard: Hazard
    public var stage: Stage
    public var position: ReaderPosition
    public var channel: Channel
    /// The text, and what it takes as an SMS.
    public var sms: SMSText
    /// It may be the first that somebody hears of a fire, and has to fit one SMS.
    public var mustFit: Bool

    public enum Channel: String, Hashable, Sendable, CaseIterable {
        /// ``Notice/short``, ``Notice/text`` and ``Notice/title``.
        case sms, text, title
    }

    public var fits: Bool { !mustFit || sms.segments <= 1 }
}

extension MessageCatalogue {
    /// Every text of every language, by language, hazard, stage and position.
    ///
    /// An SMS is shown with ten places, a text and a title with one.
    ///
    /// - Parameters:
    ///   - answerHost: the host of the page where people answer; `nil` if there is none.
    ///   - isExercise: as an exercise would say it, which need not fit.
    public func previews(in estate: Estate, answerHost: String? = nil, isExercise: Bool = false) -> [MessagePreview] {
        texts.flatMap { texts in
            let samples = LongestNames(of: estate, in: texts).samples
            return texts.keys.flatMap { key in
                texts.previews(key, samples, answerHost: answerHost, exercise: isExercise ? "exercise" : nil)
            }
        }
    }
}

extension MessageTexts {
    /// Those for which there is a text of their own, long or short.
    fileprivate var keys: [StagedTexts.Key] {
        let own = Set(bodies.entries.map(\.key)).union(short.texts.entries.map(\.key))
        return Hazard.allCases.flatMap { hazard in
            Stage.allCases.flatMap { stage in
                ReaderPosition.allCases.map { StagedTexts.Key(hazard: hazard, stage: stage, position: $0) }
            }
        }.filter(own.contains)
    }

    fileprivate func previews(
        _ key: StagedTexts.Key, _ samples: [LongestNames.Sample], answerHost: String?, exercise: String?
    ) -> [MessagePreview] {
        func preview(_ channel: MessagePreview.Channel, _ texts: [String]) -> MessagePreview? {
            let dearest = texts.map(SMSText.init).max { ($0.segments, $0.units) < ($1.segments, $1.units) }
            return dearest.map { sms in
                MessagePreview(
                    language: language, hazard: key.hazard, stage: key.stage, position: key.position, channel: channel,
                    sms: sms, mustFit: channel == .sms && exercise == nil && key.isFirstMessage)
            }
        }
        let circumstances = samples.map { ($0, $0.circumstances(key.position, link: nil)) }
        let long = circumstances.map { text($0.alert(key, exercise: exercise, places: 1), $1) }
        let titles = circumstances.map { title($0.alert(key, exercise: exercise, places: 1), $1) }
        return [
            preview(.sms, samples.map { shortText(key, $0, answerHost: answerHost, exercise: exercise) }),
            preview(.text, long), key.position == .default ? preview(.title, titles) : nil,
        ].compactMap { $0 }
    }
}
