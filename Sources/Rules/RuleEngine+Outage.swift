public import Registry

// When the hub does not hear: that is no silence of the devices, so nothing steps down because of it.
extension RuleEngine {
    /// The hub hears nobody from now on. Escalations go on; no detector counts as cleared for want of a report.
    public mutating func beginOutage() {
        isDeaf = true
        hearsSince = nil
        findDueAgain()
    }

    /// The hub hears again. Sets the time back to when it stopped hearing, so that what waited at the broker meanwhile
    /// is judged by its own time. The caller advances to the present when the backlog is through.
    ///
    /// - Parameter end: when it began to hear again: until then no detector could be heard, so the clear timeout of
    ///   those that alarm is extended by as much.
    public mutating func beginBacklog(from moment: Instant, until end: Instant) {
        now = min(now, moment)
        isDeaf = false
        hearsSince = end
        for block in real.openBlocks {
            for position in real.blocks[block].incidents.indices {
                var incident = real.blocks[block].incidents[position]
                for member in incident.members.indices where incident.members[member].alarms {
                    let heardAt = incident.members[member].heardAt
                    incident.members[member].heardAt = max(heardAt, min(heardAt + (end - moment), end))
                }
                if case .awaited(let until)? = incident.bell {
                    // The bell could not be heard either.
                    incident.bell = .awaited(until: max(until, end + estate.buildingAlarms.contradictionAfter))
                }
                guard incident != real.blocks[block].incidents[position] else { continue }
                real.blocks[block].incidents[position] = incident
                noteChanged(incident, block: block, drill: nil)
            }
        }
        for block in real.blocks.indices where !real.blocks[block].disablements.isEmpty {
            for position in real.blocks[block].disablements.indices {
                for alarm in real.blocks[block].disablements[position].withheld.indices {
                    let heardAt = real.blocks[block].disablements[position].withheld[alarm].heardAt
                    real.blocks[block].disablements[position].withheld[alarm].heardAt =
                        max(heardAt, min(heardAt + (end - moment), end))
                }
            }
            noteDisablements(ofBlock: block)
        }
        findDueAgain()
    }

    private mutating func findDueAgain() {
        for block in real.openBlocks {
            for position in real.blocks[block].incidents.indices {
                // Never at once, as after any other step: so a restart changes no deadline.
                real.blocks[block].incidents[position].due = max(
                    due(of: real.blocks[block].incidents[position], block), now + .milliseconds(1))
            }
        }
        findNextBellDue()
        findNextDue()
    }
}
