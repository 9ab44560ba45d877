public import Registry
import Rules

extension MessageCatalogue {
    /// A link as long as those that people answer by: `https://safe.example/a/0123456789`.
    public static func sampleLink(host: String) -> String { "https://\(host)/a/0123456789" }

    /// The texts for the first message of a fire that may take more than one SMS: each at its place in its file.
    ///
    /// They are tried with the longest names of the estate, ten places and a high number; an exercise may take more.
    ///
    /// - Parameter answerHost: the host of the page where people answer; `nil` if there is none.
    public func misfits(in estate: Estate, answerHost: String? = nil) -> [ConfigError] {
        texts.flatMap { texts in
            let samples = LongestNames(of: estate, in: texts).samples
            return texts.short.texts.entries.filter { $0.key.isFirstMessage }.compactMap { entry in
                samples.map { SMSText(texts.shortText(entry.key, $0, answerHost: answerHost, exercise: nil)) }
                    .filter { $0.segments > 1 }
                    .max { $0.units - $0.alphabet.unitsInOne < $1.units - $1.alphabet.unitsInOne }
                    .map { entry.misfit($0) }
            }
        }
    }
}

extension MessageTexts {
    /// A short text with the longest names, as a person at a position gets it.
    func shortText(
        _ key: StagedTexts.Key, _ names: LongestNames.Sample, answerHost: String?, exercise: String?
    ) -> String {
        let alert = names.alert(key, exercise: exercise)
        let link = alert.asks ? answerHost.map(MessageCatalogue.sampleLink) : nil
        return shortText(alert, names.circumstances(key.position, link: link))
    }
}

extension StagedTexts.Key {
    /// Whether this may be the first that somebody hears of a fire.
    var isFirstMessage: Bool { hazard == .fire && (stage == .investigate || stage == .confirmed) }
}

extension StagedTexts.Entry {
    fileprivate func misfit(_ sms: SMSText) -> ConfigError {
        let excess = sms.units - sms.alphabet.unitsInOne
        let strangers = SMSText.outsideGSM7(sms.text)
        // Of a text that is mostly in another alphabet no character is to blame.
        let isForced = (1...3).contains(strangers.count)
        let forced = isForced ? ", because of " + strangers.map { "'\($0)'" }.joined(separator: " ") : ""
        return node.mistake(
            "with the estate's longest names this is more than one SMS: '\(sms.text)' takes \(sms.units) of "
                + "\(sms.alphabet.unitsInOne) units in \(sms.alphabet.rawValue)\(forced)",
            mend: forced.isEmpty
                ? "shorten the text, a name in estate.yaml, or answers.url, by \(excess)"
                : "write other characters, of which 160 fit, or shorten it by \(excess)")
    }
}

/// The longest names that an estate has in a language, with which a text must still fit.
struct LongestNames: Sendable {
    /// At least one; several where the longest is not the dearest, for one `’` halves what fits.
    let samples: [Sample]

    struct Sample: Sendable {
        var block: String
        /// The longest of all ids, whichever block's.
        var blockID: String
        var place: Place
        var estate: String
    }

    init(of estate: Estate, in texts: MessageTexts) {
        let names = estate.blocks.map { $0.name[texts.language] }
        let longestID = estate.blocks.map(\.id).max { $0.utf16.count < $1.utf16.count } ?? "a"
        // Blocks are mostly alike, and a name takes its time.
        var layouts = Set<[[String]]>()
        var seen = Set<Place>()
        let places = estate.blocks.filter { layouts.insert([$0.floors, $0.flats, $0.areas]).inserted }
            .flatMap(\.places).filter { seen.insert($0).inserted }
            .map { (place: $0, name: texts.short.places.name($0)) }
        let dearest = Self.dearest(places) { $0.name }.map(\.place)
        samples = Self.dearest(names) { $0 }.flatMap { block in
            dearest.map {
                Sample(block: block, blockID: longestID, place: $0, estate: estate.name[texts.language])
            }
        }
    }

    /// The longest, and the longest of those that GSM-7 does not have.
    private static func dearest<Element>(_ all: [Element], name: (Element) -> String) -> [Element] {
        let strange = all.filter { !SMSText.outsideGSM7(name($0)).isEmpty }
        return [all, strange].compactMap { some in
            some.max { name($0).utf16.count < name($1).utf16.count }
        }
    }
}

extension LongestNames.Sample {
    /// An alert of so many places, the first of the longest name.
    func alert(_ key: StagedTexts.Key, exercise: String?, places count: Int = 10) -> Alert {
        let incident = "\(blockID)-\(key.hazard.rawValue)\(exercise == nil ? "" : "-drill")-999"
        return Alert(
            id: "\(incident)/9", at: Instant(milliseconds: 0), block: blockID, hazard: key.hazard, incident: incident,
            stage: key.stage, rule: "", exercise: exercise, audience: [], places: Array(repeating: place, count: count),
            because: [])
    }

    func circumstances(_ position: ReaderPosition, link: String?) -> MessageTexts.Circumstances {
        MessageTexts.Circumstances(
            position: position, blocks: [block], estate: estate, minutesLate: 0, link: link)
    }
}

extension Block {
    /// Every place that a message may name, but for the block itself; the same ones in blocks that are alike.
    fileprivate var places: [Place] {
        let inside = floors.flatMap { floor in
            flats.map { Place(block: "", floor: floor, flat: $0) }
                + areas.map { Place(block: "", floor: floor, area: $0) } + [Place(block: "", floor: floor)]
        }
        return inside + areas.map { Place(block: "", area: $0) }
    }
}
