import Registry

// What a piece of a journal has to bring along, for it to be decided again as it was.
extension RuleEngine {
    public var hearsNobody: Bool { isDeaf }

    /// The real incidents of a block as they are, and the number that the next one gets; `nil` if there is no such block.
    ///
    /// - Parameter name: what to call who acknowledged one, or registered the building's own alarm as off.
    public func state(ofBlock block: String, calling name: (String) -> String) -> BlockState? {
        guard let position = position(ofBlock: block) else { return nil }
        var state = real.blocks[position]
        for incident in state.incidents.indices {
            guard let by = state.incidents[incident].acknowledgement?.by else { continue }
            state.incidents[incident].acknowledgement?.by = name(by)
        }
        if let isolation = state.buildingAlarm?.isolation {
            state.buildingAlarm?.isolation = isolation.nameless(calling: name)
        }
        return state
    }
}
