/// The rules as the engine asks for them: by hazard, found once at load instead of at every signal.
struct Ladders {
    private var byHazard: [[Rule]]
    private var estateWide: [[Rule]]
    private var hazards: [Hazard?]

    init(_ rules: RuleSet) {
        byHazard = Hazard.all.map { hazard in rules.rules.filter { $0.hazard == hazard } }
        estateWide = byHazard.map { rules in rules.filter { $0.estateStage != nil } }
        hazards = Signal.Kind.allCases.map { rules.hazard(of: $0) }
    }

    /// A hazard's rules in the file's order.
    subscript(hazard: Hazard) -> [Rule] { byHazard[hazard.position] }

    /// Those of a hazard that count blocks.
    func estateWide(_ hazard: Hazard) -> [Rule] { estateWide[hazard.position] }

    /// See ``RuleSet/hazard(of:)``.
    func hazard(of kind: Signal.Kind) -> Hazard? { hazards[kind.position] }
}
