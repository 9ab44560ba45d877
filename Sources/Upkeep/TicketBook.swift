import Registry
import Rules

/// The tickets that are open, and those that closed not long ago and may be opened again.
///
/// One trouble of one device has one ticket. Where a trouble has one cause for many devices, those beyond a number share
/// their block's.
struct TicketBook: Sendable {
    let settings: UpkeepSettings
    private var ticketByNumber: [Int: Ticket] = [:]
    /// The numbers of all that are held, rising.
    private(set) var numbers: [Int] = []
    private var numberByKey: [Key: Int] = [:]
    /// How many devices of a block have an open ticket of their own, of the kinds that are shared.
    private var ownCount: [Key: Int] = [:]
    /// The devices that share a ticket, by what they have.
    private var sharing: [Key: Int] = [:]
    /// Which may close, and when to look; the earliest first, for all wait equally long.
    private var settling: [(due: Instant, number: Int)] = []
    private(set) var lastNumber = 0
    private var changed: [Int] = []
    private var events: [TicketEvent] = []
    /// No further ticket can be opened, and that has been said.
    private var isFull = false

    /// How many are held at most, open ones and others: 20,000 of them take some 15 MB.
    static let ticketsMax = 20_000
    /// How many devices a shared ticket names.
    static let namedMax = 20

    private struct Key: Hashable {
        var kind: Ticket.Kind
        var subject: Subject

        enum Subject: Hashable {
            case device(Device.ID)
            case block(String)
        }
    }

    /// What is told of a trouble.
    struct Finding {
        var kind: Ticket.Kind
        var source: Ticket.Sources
        var evidence: Evidence
        /// In how many days it should be mended, where the figures tell.
        var days: Int?
    }

    init(settings: UpkeepSettings) { self.settings = settings }

    subscript(number: Int) -> Ticket? { ticketByNumber[number] }

    /// The open ones, by rising number.
    var open: [Ticket] { numbers.compactMap { ticketByNumber[$0] }.filter(\.isOpen) }

    /// The ticket that a device has open by itself.
    func open(_ kind: Ticket.Kind, of device: Device.ID) -> Ticket? {
        numberByKey[Key(kind: kind, subject: .device(device))].flatMap { ticketByNumber[$0] }.flatMap {
            $0.isOpen ? $0 : nil
        }
    }

    /// Takes a trouble into account: it opens a ticket, joins one, or reopens one that closed not long ago.
    mutating func report(_ finding: Finding, of device: Device, at moment: Instant) {
        let own = Key(kind: finding.kind, subject: .device(device.id))
        if let number = numberByKey[own], var ticket = ticketByNumber[number] {
            guard !ticket.isOpen else {
                if see(finding, again: &ticket, at: moment) { put(ticket) }
                return
            }
            guard let closed = ticket.closedAt, closed + settings.reopen > moment else {
                numberByKey[own] = nil
                return report(finding, of: device, at: moment)
            }
            return reopen(&ticket, finding, at: moment)
        }
        if finding.kind.isShared, isCrowded(finding.kind, device.place.block) {
            return share(finding, [device], of: device.place.block, at: moment)
        }
        open(finding, device: device.id, place: device.place, key: own, at: moment)
    }

    private func isCrowded(_ kind: Ticket.Kind, _ block: String) -> Bool {
        ownCount[Key(kind: kind, subject: .block(block)), default: 0] >= settings.share
    }

    /// - Returns: whether that changed anything worth keeping.
    private func see(_ finding: Finding, again ticket: inout Ticket, at moment: Instant) -> Bool {
        let isNews = !ticket.sources.contains(finding.source) || ticket.clearSince != nil
        // A judgement repeats itself several times a day.
        guard isNews || finding.evidence != ticket.evidence || moment - ticket.seenAt >= .seconds(20 * 3600) else {
            return false
        }
        if isNews || moment - ticket.seenAt >= .seconds(20 * 3600) {
            ticket.seen += 1
            ticket.seenAt = moment
        }
        ticket.sources.formUnion(finding.source)
        ticket.clearSince = nil
        ticket.evidence = finding.evidence
        // A battery that is predicted to be low may become so sooner, and never later because it is told again.
        ticket.due = min(ticket.due, due(finding, at: moment))
        return true
    }

    private func due(_ finding: Finding, at moment: Instant) -> Instant {
        let usual = moment + settings.due(finding.kind)
        guard let days = finding.days else { return usual }
        // What is over already is due as soon as anything of its kind.
        return days == 0 ? usual : moment + .seconds(days * 86_400)
    }

    private mutating func open(
        _ finding: Finding, device: Device.ID?, place: Place, key: Key, at moment: Instant
    ) {
        guard makeRoom(at: moment) else { return }
        lastNumber += 1
        var ticket = Ticket(
            number: lastNumber, kind: finding.kind, device: device, place: place, openedAt: moment, since: moment,
            due: due(finding, at: moment), seenAt: moment, sources: finding.source, evidence: finding.evidence)
        if device == nil { ticket.deviceCount = 0 }
        numbers.append(lastNumber)
        numberByKey[key] = lastNumber
        countOwn(ticket, 1)
        put(ticket)
        events.append(.opened(ticket))
    }

    private mutating func reopen(_ ticket: inout Ticket, _ finding: Finding, at moment: Instant) {
        ticket.isOpen = true
        ticket.reopened += 1
        ticket.seen += 1
        ticket.since = moment
        ticket.seenAt = moment
        ticket.due = due(finding, at: moment)
        ticket.closedAt = nil
        ticket.closedBy = nil
        ticket.closedWhy = nil
        ticket.clearSince = nil
        ticket.sources = finding.source
        ticket.evidence = finding.evidence
        countOwn(ticket, 1)
        put(ticket)
        events.append(.reopened(ticket))
    }

    private mutating func countOwn(_ ticket: Ticket, _ change: Int) {
        guard ticket.kind.isShared, ticket.device != nil else { return }
        ownCount[Key(kind: ticket.kind, subject: .block(ticket.place.block)), default: 0] += change
    }

    /// Takes a trouble of many devices into account, all of which share their blocks' tickets.
    mutating func reportShared(_ finding: Finding, of devices: [Device], at moment: Instant) {
        var blocks: [String] = []
        var sharers: [String: [Device]] = [:]
        for device in devices {
            if sharers[device.place.block] == nil { blocks.append(device.place.block) }
            sharers[device.place.block, default: []].append(device)
        }
        for block in blocks { share(finding, sharers[block] ?? [], of: block, at: moment) }
    }

    private mutating func share(_ finding: Finding, _ devices: [Device], of block: String, at moment: Instant) {
        let devices = devices.filter { sharing[Key(kind: finding.kind, subject: .device($0.id))] == nil }
        guard !devices.isEmpty else { return }
        let key = Key(kind: finding.kind, subject: .block(block))
        let place = Place(block: block)
        if let number = numberByKey[key], var ticket = ticketByNumber[number], !ticket.isOpen {
            if let closed = ticket.closedAt, closed + settings.reopen > moment {
                reopen(&ticket, finding, at: moment)
            } else {
                numberByKey[key] = nil
            }
        }
        if numberByKey[key] == nil { open(finding, device: nil, place: place, key: key, at: moment) }
        guard let number = numberByKey[key], var ticket = ticketByNumber[number] else { return }
        for device in devices {
            sharing[Key(kind: finding.kind, subject: .device(device.id))] = number
            ticket.deviceCount += 1
            if ticket.devices.count < Self.namedMax { ticket.devices.append(device.id) }
        }
        ticket.clearSince = nil
        ticket.seenAt = moment
        ticket.evidence = Self.evidence(of: ticket)
        put(ticket)
    }

    private static func evidence(of ticket: Ticket) -> Evidence {
        let noun = ticket.kind.noun
        let names = ticket.devices.joined(separator: ", ")
        let more = ticket.deviceCount > ticket.devices.count
        if ticket.kind == .neverHeard {
            let one = ticket.deviceCount == 1
            let list = "'smokehub devices --not-well'"
            return Evidence(
                "\(one ? "1 device of the block was" : "\(ticket.deviceCount) devices of the block were") never heard ("
                    + names + (more ? ", …; \(list) lists them)" : ")"),
                "該座有 \(ticket.deviceCount) 個裝置從未有訊號（\(names)\(more ? "…；\(list) 可列出" : "")）",
                [.init("devices", Double(ticket.deviceCount))])
        }
        return Evidence(
            "\(ticket.deviceCount) more devices of the block: \(noun.english) (\(names)\(more ? ", …" : ""))",
            "該座另有 \(ticket.deviceCount) 個裝置：\(noun.traditionalChinese)（\(names)\(more ? "…" : "")）",
            [.init("devices", Double(ticket.deviceCount))])
    }

    /// Takes into account that a trouble does not show any more where it showed.
    ///
    /// - Parameter devices: of the registry, among which are those that share a ticket with it.
    mutating func mend(
        _ kind: Ticket.Kind, _ source: Ticket.Sources, of device: Device.ID, among devices: [Device],
        at moment: Instant
    ) {
        let own = Key(kind: kind, subject: .device(device))
        if let number = sharing.removeValue(forKey: own), var ticket = ticketByNumber[number] {
            ticket.deviceCount -= 1
            ticket.devices.removeAll { $0 == device }
            nameThoseLeft(&ticket, among: devices)
            if ticket.deviceCount > 0 {
                ticket.evidence = Self.evidence(of: ticket)
            } else {
                settle(&ticket, from: moment)
            }
            return put(ticket)
        }
        guard let number = numberByKey[own], var ticket = ticketByNumber[number], ticket.isOpen,
            ticket.sources.contains(source)
        else { return }
        ticket.sources.subtract(source)
        if ticket.sources.isEmpty { settle(&ticket, from: moment) }
        put(ticket)
    }

    /// Names those that are left, once they are few: they are the ones to look for.
    private func nameThoseLeft(_ ticket: inout Ticket, among devices: [Device]) {
        guard ticket.deviceCount <= Self.namedMax, ticket.devices.count < ticket.deviceCount else { return }
        ticket.devices = devices.map(\.id).filter { id in
            sharing[Key(kind: ticket.kind, subject: .device(id))] == ticket.number
        }
    }

    private mutating func settle(_ ticket: inout Ticket, from moment: Instant) {
        ticket.clearSince = moment
        settling.append((moment + settings.settle, ticket.number))
    }

    /// When ``settle(to:limit:)`` is due.
    var nextSettling: Instant? { settling.first?.due }

    /// Closes what has been put right for long enough.
    mutating func settle(to moment: Instant, limit: Int) {
        let due = settling.prefix(limit).prefix { $0.due <= moment }
        guard !due.isEmpty else { return }
        settling.removeFirst(due.count)
        for (_, number) in due {
            guard var ticket = ticketByNumber[number], ticket.isOpen, let clear = ticket.clearSince,
                clear + settings.settle <= moment
            else { continue }
            close(&ticket, at: moment)
        }
    }

    private mutating func close(_ ticket: inout Ticket, at moment: Instant) {
        ticket.isOpen = false
        ticket.closedAt = moment
        ticket.clearSince = nil
        ticket.sources = []
        countOwn(ticket, -1)
        put(ticket)
        events.append(.closed(ticket))
        if isFull { events.append(.roomAgain) }
        isFull = false
    }

    /// Closes a ticket because a person says so.
    ///
    /// - Returns: it as it was; `nil` if there is no such open ticket.
    mutating func close(_ number: Int, by person: String, why: String, at moment: Instant) -> Ticket? {
        guard var ticket = ticketByNumber[number], ticket.isOpen else { return nil }
        let before = ticket
        ticket.closedBy = person
        ticket.closedWhy = why
        close(&ticket, at: moment)
        return before
    }

    private mutating func put(_ ticket: Ticket) {
        ticketByNumber[ticket.number] = ticket
        if changed.last != ticket.number { changed.append(ticket.number) }
    }

    // MARK: Bounds

    /// - Returns: false if everything that is held is open.
    private mutating func makeRoom(at moment: Instant) -> Bool {
        guard numbers.count >= Self.ticketsMax else { return true }
        let closed = numbers.filter { ticketByNumber[$0]?.isOpen == false }
        guard !closed.isEmpty else {
            if !isFull { events.append(.full) }
            isFull = true
            return false
        }
        // Some at a time, for to look through all of them for each would be slow.
        for number in closed.prefix(1000) { drop(number) }
        return true
    }

    /// Lets go of what cannot be reopened any more. It stays in the database until it is forgotten there.
    mutating func tidy(at moment: Instant) {
        let old = numbers.filter { number in
            guard let closed = ticketByNumber[number]?.closedAt else { return false }
            return closed + settings.reopen <= moment
        }
        for number in old { drop(number) }
    }

    private mutating func drop(_ number: Int) {
        guard let ticket = ticketByNumber.removeValue(forKey: number) else { return }
        let index = numbers.partitioned(at: number)
        if index < numbers.count, numbers[index] == number { numbers.remove(at: index) }
        let key = Key(
            kind: ticket.kind, subject: ticket.device.map { .device($0) } ?? .block(ticket.place.block))
        if numberByKey[key] == number { numberByKey[key] = nil }
    }

    // MARK: Keeping

    /// Takes up what a hub before this one has written.
    ///
    /// - Parameter device: as it is in the registry now; `nil` if it is not there any more.
    mutating func restore(_ stored: [Ticket], lastNumber: Int, at moment: Instant, device: (Device.ID) -> Device?) {
        self.lastNumber = max(lastNumber, stored.map(\.number).max() ?? 0)
        for var ticket in stored.sorted(by: { $0.number < $1.number }).suffix(Self.ticketsMax) {
            ticket.closedAt = ticket.closedAt.map { min($0, moment) }
            ticketByNumber[ticket.number] = ticket
            numbers.append(ticket.number)
            numberByKey[
                Key(kind: ticket.kind, subject: ticket.device.map { .device($0) } ?? .block(ticket.place.block))] =
                ticket.number
            guard ticket.isOpen else { continue }
            // It may hang elsewhere by now.
            if let place = ticket.device.flatMap(device)?.place { ticket.place = place }
            countOwn(ticket, 1)
            if let id = ticket.device {
                guard device(id) != nil else {
                    _ = close(ticket.number, by: "devices.csv", why: "the device is not in it any more", at: moment)
                    continue
                }
                if ticket.clearSince != nil { settle(&ticket, from: moment) }
            } else {
                // Who shares it is found anew.
                ticket.devices = []
                ticket.deviceCount = 0
                settle(&ticket, from: moment)
            }
            ticketByNumber[ticket.number] = ticket
        }
    }

    /// The tickets that have changed since the last call, as they are now.
    mutating func takeChanged() -> [Ticket] {
        guard !changed.isEmpty else { return [] }
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.sorted().reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }.compactMap {
            ticketByNumber[$0]
        }
    }

    mutating func takeEvents() -> [TicketEvent] {
        defer { events.removeAll() }
        // Others may have joined since it was opened.
        return events.map { event in
            switch event {
            case .opened(let ticket) where ticket.device == nil: .opened(ticketByNumber[ticket.number] ?? ticket)
            case .reopened(let ticket) where ticket.device == nil: .reopened(ticketByNumber[ticket.number] ?? ticket)
            default: event
            }
        }
    }
}

/// What has become of a ticket.
public enum TicketEvent: Hashable, Sendable {
    case opened(Ticket)
    case reopened(Ticket)
    case closed(Ticket)
    /// There are as many open tickets as are held; no more are opened.
    case full
    /// One of them has closed since.
    case roomAgain
}

extension [Int] {
    /// The position of the first that is not smaller, in a rising list.
    fileprivate func partitioned(at number: Int) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
