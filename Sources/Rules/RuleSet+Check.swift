public import Registry

// What makes no sense once the rules meet the estate: found before the night in which it would matter.
extension RuleSet {
    /// Windows and counts that can never be met, rules that can never fire, and hazards without a way in or out.
    public func mistakes(in estate: Estate, file: String) -> [ConfigError] {
        var errors: [ConfigError] = []
        func note(_ rule: Rule, _ problem: String, _ mend: String) {
            errors.append(
                ConfigError(
                    file: file, line: rule.line, column: rule.column, problem: "rule '\(rule.name)': \(problem)",
                    mend: mend))
        }
        for rule in rules {
            for pattern in rule.when.flatMap(\.parts) {
                if let (problem, mend) = impossibility(pattern, in: estate) { note(rule, problem, mend) }
            }
            if rule.tell.contains(.adjacent), estate.adjacency.isEmpty {
                note(
                    rule, "it tells the blocks next to it, and no block is next to another",
                    "write 'adjacent: [[a, b], …]' in estate.yaml, or leave 'adjacent' out")
            }
            if let (problem, mend) = unreachability(rule) { note(rule, problem, mend) }
            if let other = contradiction(rule) {
                note(
                    rule, "it holds whenever '\(other.name)' in line \(other.line) does, and leads elsewhere",
                    "let them differ in 'when' or 'from', or keep one")
            }
            if rule.outcome == .rung(Incident.Rung(.closed)), rule.from.isEmpty {
                note(rule, "it would close an incident at any stage", "write 'from: clearing'")
            }
            if rule.tell.isEmpty, case .rung(let rung) = rule.outcome, rung.stage != .clearing, rung.stage != .closed {
                note(rule, "it tells nobody", "add 'tell: [guards]', or whoever is to know")
            }
        }
        for hazard in Hazard.allCases {
            let own = rules.filter { $0.hazard == hazard }
            guard let first = own.first else { continue }
            if let clearing = own.first(where: { $0.outcome == .rung(Incident.Rung(.clearing)) }),
                !own.contains(where: { $0.outcome == .before })
            {
                note(
                    clearing, "while a \(hazard.rawValue) incident clears, a new alarm would tell nobody",
                    "add a rule with 'from: clearing' and 'stage: before'")
            }
            let ends = own.contains { $0.outcome == .rung(Incident.Rung(.closed)) }
            if !ends {
                note(
                    first, "no rule ever closes a \(hazard.rawValue) incident but an operator's reset",
                    "add a rule with 'stage: closed', such as {from: clearing, when: {lasting: 30m}}")
            }
        }
        errors += kindsReadTwice(file)
        for reading in readings {
            guard let signal = reading.signal, !kindsRead.contains(signal) else { continue }
            errors.append(
                ConfigError(
                    file: file, line: reading.line, column: reading.column,
                    problem: "reading '\(reading.name)': no rule reads the signal \(signal.rawValue)",
                    mend: "add a rule with 'signal: [\(signal.rawValue)]', or leave the reading out"))
        }
        return errors
    }

    /// Detectors whose alarms no rule reads: they would do nothing, silently.
    public func unreadDevices(_ devices: [Device]) -> [Device] {
        let read = kindsRead
        return devices.filter { device in
            Signal.Kind(detectedBy: device.kind).map { !read.contains($0) } ?? false
        }
    }

    private func impossibility(_ pattern: Pattern, in estate: Estate) -> (String, String)? {
        switch pattern {
        case .blocks(let minimum, _):
            let blocks = estate.blocks.count
            return minimum > blocks
                ? ("\(minimum) blocks can never be met: the estate has \(blocks)", "count at most \(blocks)") : nil
        case .count(let count):
            return impossibility(count, in: estate)
        case .held(let selection, _):
            return impossibility(.signal(selection.kinds, areas: selection.areas), in: estate)
        case .sequence(let steps, _):
            return steps.lazy.compactMap { impossibility(.signal($0.kinds, areas: $0.areas), in: estate) }.first
        case .absent(let missing, let first, _):
            return [missing, first].lazy.compactMap { impossibility(.signal($0.kinds, areas: $0.areas), in: estate) }
                .first
        case .adjacent:
            return estate.adjacency.isEmpty
                ? ("no block is next to another", "write 'adjacent: [[a, b], …]' in estate.yaml") : nil
        case .signal(_, let areas):
            let known = estate.blocks.flatMap(\.areas)
            let unknown = areas.first { area in !known.contains { $0 == area || $0.hasPrefix(area + "-") } }
            return unknown.map {
                ("no block has an area '\($0)'", "write one of \(known.uniqued.joined(separator: ", "))")
            }
        case .beside, .unanswered, .confirmedByPerson, .cleared, .lasting, .newFlat, .stuck, .investigated, .all,
            .any, .not, .time, .buildingAlarm, .nuisance:
            return nil
        }
    }

    private func impossibility(_ count: Pattern.Count, in estate: Estate) -> (String, String)? {
        switch (count.of, count.scope) {
        case (.flats, .flat), (.dwellings, .flat), (.areas, .flat):
            return ("one flat can never hold \(count.minimum) \(count.of.rawValue)", "write 'at: floor' or 'at: block'")
        case (.floors, .flat), (.floors, .floor):
            return ("one \(count.scope.rawValue) can never hold \(count.minimum) floors", "write 'at: block'")
        case (.floors, .block):
            let most = estate.blocks.map(\.floors.count).max() ?? 0
            return count.minimum > most
                ? ("\(count.minimum) floors can never be met: no block has more than \(most)", "count at most \(most)")
                : nil
        case (.flats, _), (.dwellings, _), (.areas, _):
            let most =
                estate.blocks.map { block in
                    ((count.of == .areas ? 0 : block.flats.count) + (count.of == .dwellings ? 0 : block.areas.count))
                        * (count.scope == .floor ? 1 : block.floors.count)
                }.max() ?? 0
            return count.minimum > most
                ? (
                    "\(count.minimum) \(count.of.rawValue) can never be met: there are at most \(most)",
                    "count at most \(most)"
                ) : nil
        case (.devices, _):
            return nil
        }
    }

    private func kindsReadTwice(_ file: String) -> [ConfigError] {
        Signal.Kind.allCases.compactMap { kind in
            guard let owner = hazard(of: kind),
                let other = rules.first(where: { rule in
                    rule.hazard != owner && rule.when.contains { $0.kinds.contains(kind) }
                })
            else { return nil }
            return ConfigError(
                file: file, line: other.line, column: other.column,
                problem: "rule '\(other.name)': \(kind.rawValue) belongs to the hazard \(owner.rawValue) already",
                mend: "read a kind of signal in the rules of one hazard only")
        }
    }
}

extension [String] {
    var uniqued: [String] {
        reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
