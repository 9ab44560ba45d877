public import Registry

/// What is out of sight as a whole, and has to be known after a restart: nobody may say it again.
public enum Outage: Hashable, Sendable {
    case gateway(Finding.Gateway)
    /// The mass silence of a block.
    case mass(block: String)
}

// What a restart must not forget.
extension Supervisor {
    /// What was known of one device.
    public struct Known: Sendable {
        /// Its position in the registry.
        public var index: Int
        /// One that the clock has not come to counts as now.
        public var heardAt: Instant?
        public var silent: Bool
        public var offline: Bool
        public var fault: Bool
        public var record: SupervisionRecord?

        public init(
            index: Int, heardAt: Instant?, silent: Bool = false, offline: Bool = false, fault: Bool = false,
            record: SupervisionRecord?
        ) {
            self.index = index
            self.heardAt = heardAt
            self.silent = silent
            self.offline = offline
            self.fault = fault
            self.record = record
        }
    }

    /// Puts back what was known before a restart. What was so then is no news.
    ///
    /// - Parameters:
    ///   - outages: that were not over, and whether they had been told.
    ///   - from: when the hub last heard anything.
    public mutating func restore(
        _ devices: [Known], outages past: [(outage: Outage, isTold: Bool)] = [], estate: Estate,
        heardUntil from: Instant,
        now: Instant
    ) {
        settleHeartbeats()
        for case (.gateway(let gateway), let isTold) in past {
            guard let position = position(of: gateway) else { continue }
            gateways[Int(position)].isLost = true
            gateways[Int(position)].isTold = isTold
            if !isTold { noteChange(of: position) }
        }
        for known in devices where watched.indices.contains(known.index) { restore(known, now: now) }
        for case (.mass(let block), true) in past {
            if let position = estate.position(ofBlock: block) { blocks[position].isMass = true }
        }
        settleFloors()
        findings = []
        for index in watched.indices where watched[index].wasHeard && watched[index].floor >= 0 {
            let floor = Int(watched[index].floor)
            floors[floor].isTold = !floors[floor].isWatched
        }
        noteOutage(from: from, until: now)
    }

    private mutating func restore(_ known: Known, now: Instant) {
        let index = known.index
        let before = standing(of: index)
        if let heardAt = known.heardAt { watched[index].heardAt = min(heardAt.milliseconds, now.milliseconds) }
        if known.silent {
            set([.silent, .missing], true, of: index)
            if watched[index].wasHeard, watched[index].block >= 0 { blocks[Int(watched[index].block)].missing += 1 }
        }
        set(.offline, known.offline && !terms(of: index).sleeps, of: index)
        set(.fault, known.fault, of: index)
        if let record = known.record {
            watched[index].usual = (0...1e9).contains(record.usual) ? record.usual : 0
            watched[index].gaps = UInt16(clamping: record.gaps)
            watched[index].messages = UInt32(clamping: record.messages)
            watched[index].missed = UInt32(clamping: record.missed)
            watched[index].sequence = record.sequence ?? .max
            if let gateway = record.gateway { setGateway(of: index, gateway) }
        }
        noteHeardAtAll(index)
        noteStanding(of: index, before)
    }
}
