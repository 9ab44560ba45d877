public import Registry

/// Knows at every moment which devices would speak if they had to.
///
/// Pure: it is handed its moments. A heartbeat costs the same with a thousand devices and with a million: it moves no
/// timer, but writes down when it came; a wheel of 5 s a slot asks each device once an interval whether it has spoken
/// since. Nor does it wait for memory, which with a million devices takes nearly as long as all else: see ``Plain``.
public struct Supervisor: Sendable {
    var watched: ContiguousArray<Watched>
    let contracts: [Contract]
    /// Of ``contracts``, in their order.
    let terms: ContiguousArray<Terms>
    private var wheel: Wheel
    var blocks: [BlockWatch]
    var floors: [FloorWatch]
    var gateways: [GatewayWatch] = []
    var gatewayPositions: [Finding.Gateway: Int32] = [:]
    /// Those of which something has changed since findings were taken: however often, they are one finding each.
    var changedFloors: [Int] = []
    var changedGateways: [Int32] = []
    private var begunMasses: [Int] = []
    /// Devices whose standing has changed; `nil` if it is so many that all have to be looked at.
    var changedStandings: [Int]? = []
    var storms: [Int: Storm] = [:]
    var plain: Plain
    var findings: [Finding] = []
    let massShare: Double
    let stormLimits: StormLimits
    /// When the hub began to hear, and how long it had heard nobody before each such time.
    private var listeningSince: Int64
    var outages: [(from: Int64, until: Int64)] = []
    let ecosystems: ContiguousArray<Device.Ecosystem>

    /// Who was due while the hub did not hear gets so much to speak again.
    static let graceAfterOutage: Int64 = 300_000
    /// A block's devices count as silent at once if they fell silent within this time, in milliseconds.
    static let massWindow: Int64 = 60_000
    /// Fewer are no mass.
    static let massAtLeast = 5
    static let gatewaysMax = 10_000
    /// Of which nobody knows a device may take no more, so that made-up ones leave room for those of the registry.
    static let gatewaysOfStrangersMax = 5000

    struct BlockWatch {
        /// Devices whose silence would tell something, and that have been heard.
        var watched = 0
        var missing = 0
        /// When devices fell silent, in the last minute, and which.
        var recent: [(at: Int64, device: Int32)] = []
        var isMass = false
    }

    struct FloorWatch {
        var block: Int
        var floor: String
        /// Detectors that would speak, and those of which nobody can tell.
        var works = 0
        var unsure = 0
        /// That nobody watches it has been found.
        var isTold = false
        /// Now, or at some time since findings were taken.
        var hasBeenWatched = false
        var isChanged = false

        var isWatched: Bool { works + unsure > 0 }
    }

    struct GatewayWatch {
        var name: Finding.Gateway
        var isLost = false
        var backAt = Int64.min
        /// That it is gone has been found.
        var isTold = false
        var isChanged = false
    }

    /// - Parameters:
    ///   - massShare: of a block's devices; as many silent within a minute are a mass silence.
    ///   - now: nobody has been heard before.
    public init(
        estate: Estate, devices: [Device], contracts: Contracts, massShare: Double = 0.2,
        storm: StormLimits = StormLimits(), now: Instant
    ) {
        stormLimits = storm
        self.massShare = massShare
        listeningSince = now.milliseconds
        blocks = Array(repeating: BlockWatch(), count: estate.blocks.count)
        wheel = Wheel(now: now.milliseconds)
        watched = ContiguousArray(repeating: Watched(tokens: Float(storm.burst)), count: devices.count)
        plain = Plain(devices: devices.count)
        ecosystems = ContiguousArray(devices.map(\.ecosystem))
        var known: [Contract: UInt16] = [:]
        var list: [Contract] = []
        var floorPositions: [Place: Int32] = [:]
        floors = []
        for (index, device) in devices.enumerated() {
            let contract = contracts.contract(of: device)
            if known[contract] == nil, list.count < Int(UInt16.max) {
                known[contract] = UInt16(list.count)
                list.append(contract)
            }
            watched[index].contract = known[contract] ?? 0
            guard let block = estate.position(ofBlock: device.place.block) else { continue }
            watched[index].block = Int32(block)
            guard device.kind.detectsFire, let floor = device.place.floor else { continue }
            let place = Place(block: device.place.block, floor: floor)
            let position = floorPositions[place] ?? Int32(floors.count)
            if floorPositions[place] == nil {
                floorPositions[place] = position
                floors.append(FloorWatch(block: block, floor: floor))
            }
            watched[index].floor = position
        }
        self.contracts = list
        terms = ContiguousArray(list.map(Terms.init))
        for index in watched.indices {
            if !terms(of: index).isWatched, watched[index].floor >= 0 {
                floors[Int(watched[index].floor)].unsure += 1
            }
            file(index)
        }
        for floor in floors.indices { floors[floor].hasBeenWatched = floors[floor].isWatched }
    }

    public func contract(of index: Int) -> Contract { contracts[Int(watched[index].contract)] }

    func terms(of index: Int) -> Terms { terms[Int(watched[index].contract)] }

    /// The hub hears again, after it has heard nobody for a time.
    public mutating func listens(since moment: Instant, heardUntil from: Instant) {
        settleHeartbeats()
        listeningSince = moment.milliseconds
        noteOutage(from: from, until: moment)
    }

    /// The time since the last outage's end counts once, however many say that the hub was deaf in it.
    mutating func noteOutage(from: Instant, until moment: Instant) {
        let start = max(from.milliseconds, outages.last?.until ?? .min)
        guard start < moment.milliseconds else { return }
        outages.append((start, moment.milliseconds))
        if outages.count > 64 { outages.removeFirst() }
    }

    /// What has been found since it was last asked.
    public mutating func takeFindings() -> [Finding] {
        settleHeartbeats()
        settleGateways()
        settleFloors()
        defer { findings = [] }
        return findings
    }

    /// Whether a device has ever been heard.
    public func wasHeard(_ index: Int) -> Bool { watched[index].wasHeard }

    public mutating func record(of index: Int) -> SupervisionRecord {
        settleHeartbeats()
        let device = watched[index]
        return SupervisionRecord(
            usual: device.usual, gaps: Int(device.gaps), messages: Int(device.messages), missed: Int(device.missed),
            sequence: device.sequence == .max ? nil : device.sequence,
            gateway: device.gateway < 0 ? nil : gateways[Int(device.gateway)].name.address)
    }

    /// Lets time act: finds who is past its contract.
    public mutating func advance(to moment: Instant) {
        let now = moment.milliseconds
        settleHeartbeats()
        settleGateways()
        var silent: [Int] = []
        while let due = wheel.take(until: now) {
            // First of all together, so that the memory works on many of them at a time.
            for position in 0..<due.count { watched[due[position]].flags.remove(.filed) }
            for position in 0..<due.count where look(at: due[position], now) { silent.append(due[position]) }
        }
        tellMasses()
        if !silent.isEmpty { findings.append(.silent(silent.sorted())) }
        endMasses(at: now)
        endStorms(at: now)
    }

    /// - Returns: whether it has fallen silent.
    private mutating func look(at index: Int, _ now: Int64) -> Bool {
        guard !watched[index].flags.contains(.hidden) else {
            // That its gateway is gone has been said; who knows what it says.
            file(index, at: now + 60_000)
            return false
        }
        guard let dues = dues(of: index) else { return false }
        if dues.missing <= now, !watched[index].flags.contains(.missing) { noteMissing(index, at: now) }
        defer { file(index, dues) }
        guard dues.silent <= now, !watched[index].flags.contains(.silent) else { return false }
        let before = standing(of: index)
        set(.silent, true, of: index)
        noteStanding(of: index, before)
        return true
    }
}

// The timers.
extension Supervisor {
    /// When a device's silence tells something.
    private struct Dues {
        /// It is overdue by its usual time: what counts as one of many.
        var missing: Int64
        /// It is past its contract.
        var silent: Int64
    }

    /// - Returns: `nil` if silence tells nothing.
    private func dues(of index: Int) -> Dues? {
        guard let limit = terms(of: index).limit, let interval = terms(of: index).interval else { return nil }
        let device = watched[index]
        let heard = device.wasHeard ? device.heardAt : outages.first?.from ?? listeningSince
        // Only while the hub hears does silence count.
        let deaf = outages.isEmpty ? 0 : outages.reduce(0) { $0 + max(0, $1.until - max($1.from, heard)) }
        let back = device.gateway < 0 ? .min : gateways[Int(device.gateway)].backAt
        let since = max(listeningSince, back)
        func due(after limit: Int64) -> Int64 {
            let (due, overflow) = heard.addingReportingOverflow(limit + deaf)
            return max(overflow ? .max : due, since + min(limit, Self.graceAfterOutage))
        }
        let usual = max(interval, Int64(device.usual * 1000))
        return Dues(missing: due(after: usual > limit / 2 ? limit : usual * 2), silent: due(after: limit))
    }

    /// Files a device at the next moment at which its silence would tell something.
    private mutating func file(_ index: Int) {
        if let dues = dues(of: index) { file(index, dues) }
    }

    private mutating func file(_ index: Int, _ dues: Dues) {
        let flags = watched[index].flags
        guard !flags.contains(.silent) else { return }
        file(index, at: flags.contains(.missing) ? dues.silent : min(dues.silent, dues.missing))
    }

    private mutating func file(_ index: Int, at moment: Int64) {
        watched[index].flags.insert(.filed)
        wheel.insert(index, at: moment)
    }

    private mutating func noteMissing(_ index: Int, at now: Int64) {
        set(.missing, true, of: index)
        guard watched[index].wasHeard, watched[index].block >= 0 else { return }
        let block = Int(watched[index].block)
        blocks[block].missing += 1
        blocks[block].recent.removeAll { $0.at + Self.massWindow < now }
        blocks[block].recent.append((now, Int32(index)))
        let count = blocks[block].recent.count { watched[Int($0.device)].flags.contains(.missing) }
        guard !blocks[block].isMass, count >= massLimit(block) else { return }
        blocks[block].isMass = true
        begunMasses.append(block)
    }

    /// Those of one moment count together.
    private mutating func tellMasses() {
        for block in begunMasses {
            let missing = blocks[block].recent.count { watched[Int($0.device)].flags.contains(.missing) }
            findings.append(.massSilence(block: block, missing: missing, of: blocks[block].watched))
        }
        begunMasses = []
    }

    private func massLimit(_ block: Int) -> Int {
        max(Self.massAtLeast, Int((Double(blocks[block].watched) * massShare).rounded(.up)))
    }

    private mutating func noteNotMissing(_ index: Int) {
        watched[index].flags.remove(.missing)
        guard watched[index].wasHeard, watched[index].block >= 0 else { return }
        let block = Int(watched[index].block)
        blocks[block].missing = max(0, blocks[block].missing - 1)
        endMass(block)
    }

    private mutating func endMass(_ block: Int) {
        guard blocks[block].isMass, blocks[block].missing * 2 < massLimit(block) else { return }
        blocks[block].isMass = false
        blocks[block].recent = []
        findings.append(.massSilenceOver(block: block))
    }

    /// After a restart nobody can tell at once who is missing still.
    private mutating func endMasses(at now: Int64) {
        guard now >= listeningSince + Self.graceAfterOutage + 10_000 else { return }
        for block in blocks.indices { endMass(block) }
    }
}

// What devices say.
extension Supervisor {
    /// What one message shows of its device's health, beside what it says.
    public struct Sign: Sendable {
        /// The device itself spoke: not a broker that remembers, nor one that says that it is gone.
        public var isLife: Bool
        /// It was heard as it was sent, and not out of a backlog.
        public var isLive: Bool
        public var availability: Bool?
        public var fault: Bool?
        /// The hazards that are raised, a bit each.
        var hazards: UInt32 = 0
        /// It says of a hazard that it is there, or that it is not.
        public private(set) var speaksOfHazards = false
        public var sequence: UInt64?
        public var gateway: String?

        /// It says nothing but that the device lives.
        var isPlain: Bool { isLife && isLive && gateway == nil && fault != true }

        public init(_ report: Report, retained: Bool, backlog: Bool) {
            isLive = !retained && !backlog
            sequence = report.sequence
            gateway = report.gateway
            for reading in report.readings {
                if case .flag = reading.value, reading.kind.isHazard { speaksOfHazards = true }
                switch (reading.kind, reading.value) {
                case (.availability, .text(let text)): availability = text != "offline"
                case (.fault, .flag(let flag)): fault = flag
                case (let kind, .flag(true)) where kind.isHazard: hazards |= kind.bit
                default: break
                }
            }
            // A tested alarm must not make the real one after it look like its repeat.
            if report.readings.contains(.flag(.test, true)) { hazards <<= 8 }
            isLife = !retained && availability != false
        }
    }

    /// Takes a message of a device into account.
    ///
    /// - Returns: whether it is to be heeded: one of a storm is not, but alarms that are news always are.
    public mutating func heard(_ index: Int, _ sign: Sign, at moment: Instant) -> Bool {
        let now = moment.milliseconds
        if sign.isPlain, plain.note(index, sign.sequence, at: now) {
            if plain.isFull { settleHeartbeats() }
            return true
        }
        settleHeartbeats()
        let before = standing(of: index)
        let last = watched[index].heardAt
        if let gateway = sign.gateway { setGateway(of: index, gateway) }
        if let fault = sign.fault { set(.fault, fault, of: index) }
        if let online = sign.availability, !terms(of: index).sleeps { set(.offline, !online, of: index) }
        guard sign.isLife else {
            noteStanding(of: index, before)
            return true
        }
        // Who is heard as it speaks is not out of sight, whatever was said of its gateway.
        if sign.isLive { set(.hidden, false, of: index) }
        watched[index].messages &+= 1
        countGap(index, sign.sequence)
        if watched[index].flags.contains(.missing) { noteNotMissing(index) }
        watched[index].heardAt = max(last, now)
        if last == .min { noteHeardAtAll(index) }
        if watched[index].flags.contains(.silent) {
            watched[index].flags.remove(.silent)
            findings.append(last == .min ? .heardAtLast(index) : .heardAgain(index))
        }
        if !watched[index].flags.contains(.filed) { file(index) }
        noteStanding(of: index, before)
        guard sign.isLive else { return true }
        if last != .min { learnGap(index, Float(now - last) / 1000) }
        defer { notePlain(index) }
        return takeToken(index, sign.hazards, last: last, now: now)
    }

    /// Takes the heartbeats into account that wait for it.
    mutating func settleHeartbeats() {
        guard !plain.heartbeats.isEmpty else { return }
        var heartbeats = plain.take()
        // All are fetched before the first is needed, so that the memory works on many of them at a time.
        for position in heartbeats.indices {
            heartbeats[position].last = watched[Int(heartbeats[position].device)].heardAt
        }
        for heartbeat in heartbeats { settle(heartbeat) }
        plain.giveBack(heartbeats)
    }

    /// What ``heard(_:_:at:)`` does for a device of which everything is well.
    private mutating func settle(_ heartbeat: Plain.Heartbeat) {
        let index = Int(heartbeat.device)
        watched[index].messages &+= 1
        countGap(index, heartbeat.sequence)
        watched[index].heardAt = max(heartbeat.last, heartbeat.at)
        learnGap(index, Float(heartbeat.at - heartbeat.last) / 1000)
        _ = takeToken(index, 0, last: heartbeat.last, now: heartbeat.at)
        notePlain(index)
    }

    /// A device of which everything is well, and that may say something more.
    private mutating func notePlain(_ index: Int) {
        let device = watched[index]
        let isFiled = device.flags == .filed || device.flags.isEmpty && terms(of: index).limit == nil
        if isFiled, device.wasHeard, device.tokens >= 1, storms.isEmpty || storms[index] == nil { plain.insert(index) }
    }

    mutating func set(_ flag: Watched.Flags, _ value: Bool, of index: Int) {
        guard value else {
            watched[index].flags.remove(flag)
            return
        }
        watched[index].flags.insert(flag)
        plain.remove(index)
    }

    mutating func noteHeardAtAll(_ index: Int) {
        guard watched[index].wasHeard, watched[index].block >= 0, terms(of: index).limit != nil else { return }
        blocks[Int(watched[index].block)].watched += 1
    }

    /// Counts messages that never came, as a decoder found by a counter of its own.
    public mutating func missed(_ index: Int, count: Int) {
        settleHeartbeats()
        watched[index].missed = UInt32(clamping: Int(watched[index].missed) + max(0, count))
    }

    private mutating func countGap(_ index: Int, _ sequence: UInt64?) {
        guard let sequence, sequence != .max else { return }
        defer { watched[index].sequence = sequence }
        let last = watched[index].sequence
        // A counter that has gone back was begun anew, or the message is a late one. A leap of thousands is no loss.
        guard last != .max, sequence > last, sequence - last <= 10_000 else { return }
        watched[index].missed = watched[index].missed.addingReportingOverflow(UInt32(sequence - last - 1)).partialValue
    }

    /// Learns the gap that nine of ten are not longer than, by a step up or down in proportion.
    private mutating func learnGap(_ index: Int, _ gap: Float) {
        // The messages of one event are one.
        guard gap >= 1 else { return }
        let usual = watched[index].usual
        watched[index].usual = usual == 0 ? gap : gap > usual ? usual * 1.045 : usual * 0.995
        let gaps = watched[index].gaps.addingReportingOverflow(1)
        if !gaps.overflow { watched[index].gaps = gaps.partialValue }
        guard usual > 0, watched[index].gaps >= 16 else { return }
        let isLong = gap > usual * 2
        watched[index].longGaps = isLong ? min(watched[index].longGaps + 1, 8) : 0
        let promised = terms(of: index).promised
        let breaks = watched[index].usual > promised * 1.25
        if !watched[index].flags.contains(.drifts), watched[index].longGaps >= 4 || breaks {
            watched[index].flags.insert(.drifts)
            findings.append(
                breaks
                    ? .breaksContract(index, usual: watched[index].usual) : .drifts(index, now: gap, before: usual))
        } else if watched[index].flags.contains(.drifts), !isLong, watched[index].usual <= promised * 1.1 {
            watched[index].flags.remove(.drifts)
            findings.append(.driftsNoMore(index))
        }
    }
}

extension Reading.Kind {
    /// Of its own among the hazards.
    fileprivate var bit: UInt32 {
        switch self {
        case .smoke: 1
        case .heat: 2
        case .co: 4
        case .gas: 8
        case .flame: 16
        case .button: 32
        case .waterLeak: 64
        default: 0
        }
    }
}
