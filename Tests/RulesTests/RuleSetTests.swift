import Registry
import Rules
import Testing

@Suite struct `rules.yaml` {
    /// One rule that is right but for what is written in place of a line.
    static func rule(_ lines: String...) -> String {
        "rules:\n  - name: one\n" + lines.map { "    \($0)\n" }.joined()
    }

    @Test(arguments: [
        (rule("hazard: fire", "when: {signal: [smoke]}"), "r.yaml:2:5: rules[1]: the key 'stage' is missing"),
        (
            rule("hazard: fier", "when: {signal: [smoke]}", "stage: investigate"),
            "r.yaml:3:13: rules[1].hazard: unknown 'fier'"
        ),
        (rule("hazard: fire", "when: {signal: [smok]}", "stage: investigate"), "unknown 'smok'"),
        (rule("hazard: fire", "when: {signal: []}", "stage: investigate"), "no kind of signal is named"),
        (rule("hazard: fire", "when: {smoke: true}", "stage: investigate"), "no pattern is named here"),
        (rule("hazard: fire", "when: {signal: [smoke], every: 3}", "stage: investigate"), "unknown key 'every'"),
        (rule("hazard: fire", "when: {signal: [smoke]}", "stage: panic"), "unknown stage 'panic'"),
        (rule("hazard: fire", "when: {count: 1, of: flats, signal: [smoke]}", "stage: confirmed"), "1 is out of range"),
        (
            rule("hazard: fire", "when: {count: 2, of: houses, signal: [smoke]}", "stage: confirmed"),
            "write one of devices, flats, dwellings, areas, floors, blocks"
        ),
        (rule("hazard: fire", "when: {unanswered: 90}", "stage: investigate"), "'90' has no unit"),
        (rule("hazard: fire", "when: {signal: [smoke]}", "stage: investigate", "tell: [nobody]"), "unknown 'nobody'"),
        ("ruels: []\n", "unknown key 'ruels'"),
    ])
    func `says what is wrong, where, and what to write instead`(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigErrors.self) { try RuleSet(ConfigFile(name: "r.yaml", text: text)) }
        let message = error?.description ?? ""
        #expect(message.contains(expected), "\(message)")
        #expect(message.contains(";"), "no mend in: \(message)")
    }

    @Test(arguments: [
        ("{count: 2, of: floors, signal: [smoke], at: floor}", "one floor can never hold 2 floors"),
        ("{count: 2, of: flats, signal: [smoke], at: flat}", "one flat can never hold 2 flats"),
        ("{count: 40, of: floors, signal: [smoke]}", "40 floors can never be met: no block has more than 31"),
        ("{count: 4, of: blocks}", "4 blocks can never be met: the estate has 3"),
        ("{signal: [smoke], area: [cellar]}", "no block has an area 'cellar'"),
    ])
    func `finds what can never be met`(_ pattern: String, _ expected: String) throws {
        let text = Self.rule("hazard: fire", "when: \(pattern)", "stage: confirmed", "tell: [guards]")
        let rules = try RuleSet(ConfigFile(name: "r.yaml", text: text))
        let problems = rules.mistakes(in: TableEstate.estate, file: "r.yaml").map(\.description)
        #expect(problems.contains { $0.hasPrefix("r.yaml:2:") && $0.contains(expected) }, "\(problems)")
    }

    @Test(arguments: ["tell: []", "tell: [guards]", "tell: [told]"])
    func `that leads to closed tells whoever was told, whatever it says`(_ tell: String) throws {
        let text = Self.rule("hazard: fire", "from: clearing", "when: {lasting: 30m}", "stage: closed", tell)
        let rules = try RuleSet(ConfigFile(name: "rules.yaml", text: text))
        let audience = try #require(rules.rules.first).tell
        #expect(audience.filter { $0 == .told }.count == 1)
        #expect(audience.contains(.guards) == (tell == "tell: [guards]"))
    }

    @Test func `finds a detector that no rule reads`() throws {
        let text = Self.rule("hazard: fire", "when: {signal: [smoke]}", "stage: investigate", "tell: [guards]")
        let rules = try RuleSet(ConfigFile(name: "r.yaml", text: text))
        let place = Place(block: "a", floor: "1", flat: "A")
        let devices = [Device.Kind.smoke, .gas, .siren].map {
            Device(id: $0.rawValue, ecosystem: .native, address: $0.rawValue, place: place, kind: $0)
        }
        #expect(rules.unreadDevices(devices).map(\.id) == ["gas"])
    }

    @Test func `understands the example of a mode in the sample's comment`() throws {
        let sample = try ConfigFile.read(Sample.folder + "/rules.yaml").text
        let examples = sample.split(separator: "\n").filter { $0.hasPrefix("#   - {") }.map { $0.dropFirst() }
        #expect(examples.count == 1)
        let rules = try RuleSet(ConfigFile(name: "r.yaml", text: "rules:\n" + examples.joined(separator: "\n") + "\n"))
        #expect(
            rules.rules.map(\.name) == ["pas-first", "pas-unacknowledged", "pas-time-is-up", "pas-second-detector"])
    }

    @Test func `of the sample estate has no mistake`() throws {
        #expect(try TableEstate.sampleRules().mistakes(in: TableEstate.estate, file: "rules.yaml") == [])
    }
}
