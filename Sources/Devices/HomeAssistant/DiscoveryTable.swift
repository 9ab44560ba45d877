/// Who has announced what, bounded, and filed under the topics that it is said on.
///
/// **An identity belongs to who announced it first**, until that is withdrawn: to the node in its discovery topic, which
/// a broker's ACL can bind to a user (`pattern write homeassistant/+/%u/+/config`). Without a node it belongs to the
/// object, if that begins with the identity, or else to the level above its state topic. A state topic belongs to the
/// identity that announced it first, unless that is a stranger's and the device that announces it is in the registry.
/// What would take over either is refused, so one device cannot speak for another.
///
/// **One of the registry** belongs to the node that the settings name, and to no other. Where they name none, it belongs
/// to the node, or without one the object, that is called as it is, even if another was quicker.
///
/// What is accepted fits together in any order, so that it can be taught again in any order.
struct DiscoveryTable: Sendable {
    /// What one discovery topic announces.
    struct Announcement: Hashable, Sendable {
        var identity: String
        var owner: String
        /// Of the node in its discovery topic, or without one of the object.
        var name: String
        var entities: [DiscoveryEntity]

        /// It is announced under its own name.
        var isOwn: Bool { name == identity }
    }

    /// How much is remembered. Strangers together get a share of their own, so that they cannot crowd out the devices of
    /// the registry. Topics that were once heard count on, for they stay subscribed to until the next start.
    private enum Limit {
        static let entitiesOfDevice = 64
        static let topicsOfDevice = 256
        static let strangers = 512
        static let entitiesOfStrangers = 4096
        static let topicsOfStrangers = 8192
    }

    private struct Identity: Sendable {
        var owner: String
        /// In their order.
        var discoveryTopics: [String] = []
        var entities = 0
        /// Those of its entities, each once, in the order in which they are announced.
        var availabilityTopics: [String] = []
    }

    /// An entity, by the announcement that it stands in.
    private struct Place: Comparable, Sendable {
        var discoveryTopic: String
        var index: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.discoveryTopic, left.index) < (right.discoveryTopic, right.index)
        }
    }

    private struct State: Sendable {
        var identity: String
        /// In an order that does not depend on when each was announced.
        var places: [Place] = []
    }

    private struct Availability: Sendable {
        /// How many entities of each identity say there whether they can be reached.
        var users: [String: Int] = [:]
        var registeredUsers = 0
        /// What was said last, if another topic's meaning depends on it.
        var said: [UInt8]?

        mutating func add(_ identity: String, isRegistered: Bool) {
            if users[identity] == nil, isRegistered { registeredUsers += 1 }
            users[identity, default: 0] += 1
        }

        mutating func remove(_ identity: String, isRegistered: Bool) {
            guard let count = users[identity] else { return }
            users[identity] = count > 1 ? count - 1 : nil
            if count == 1, isRegistered { registeredUsers -= 1 }
        }
    }

    private let registered: Set<String>
    private let nodes: [String: String]
    private var announcements: [String: Announcement] = [:]
    private var identities: [String: Identity] = [:]
    private var states: [String: State] = [:]
    private var availabilities: [String: Availability] = [:]
    private var strangers = 0
    private var entitiesOfStrangers = 0
    /// Every topic that was ever heard, and how many by whom; strangers count together, as `nil`.
    private var everHeard: Set<String> = []
    private var everHeardBy: [String?: Int] = [:]

    /// - Parameters:
    ///   - registered: the identities that an operator has put into the registry.
    ///   - nodes: who alone may announce one of them.
    init(registered: Set<String>, nodes: [String: String] = [:]) {
        self.registered = registered
        self.nodes = nodes
    }

    // MARK: Learning

    /// - Returns: that it is to be kept, and the topics to hear; nothing if it has been known.
    /// - Throws: ``Malformed`` if it would take over what is another's, or if there is no room; nothing has changed then.
    mutating func take(_ new: Announcement, at topic: String) throws(Malformed) -> Lesson {
        guard announcements[topic] != new else { return .nothing }
        do throws(Malformed) {
            try checkOwner(of: new, at: topic)
            try checkRoom(for: new, at: topic)
        } catch {
            var malformed = error
            malformed.address = new.identity
            throw malformed
        }
        let old = announcements[topic].map(Self.topics) ?? []
        // What an impostor has had heard in its name does not count against it.
        if isUsurped(new) { everHeardBy[new.identity] = nil }
        let withdrawn = strangers(inTheWayOf: new, at: topic).flatMap { withdraw($0).forgotten }
        let forgotten = withdrawn + forget(old + Self.topics(of: new))
        remove(topic)
        insert(new, at: topic)
        return Lesson(isKept: true, forgotten: forgotten, heard: Self.topics(of: new))
    }

    /// The discovery topics by which strangers have announced the state topics of a device of the registry: whoever is
    /// quicker must not turn its alarms into those of an unknown device.
    private func strangers(inTheWayOf new: Announcement, at topic: String) -> [String] {
        let others = new.entities.compactMap(\.stateTopic).compactMap { states[$0] }
            .filter { $0.identity != new.identity && yields($0.identity, to: new.identity) }
        let impostors = isUsurped(new) ? identities[new.identity]?.discoveryTopics ?? [] : []
        return Set(others.flatMap(\.places).map(\.discoveryTopic) + impostors).subtracting([topic]).sorted()
    }

    /// Whether a device of the registry, which announces itself under its own name, has been announced by another.
    private func isUsurped(_ new: Announcement) -> Bool {
        guard nodes[new.identity] == nil, new.isOwn, registered.contains(new.identity),
            let known = identities[new.identity], known.owner != new.owner
        else { return false }
        return !known.discoveryTopics.contains { announcements[$0]?.isOwn == true }
    }

    private func yields(_ identity: String, to other: String) -> Bool {
        registered.contains(other) && !registered.contains(identity)
    }

    /// - Returns: what is to be forgotten; nothing if nothing was known from that topic.
    mutating func withdraw(_ topic: String) -> Lesson {
        guard let old = announcements[topic] else { return .nothing }
        let forgotten = forget(Self.topics(of: old))
        remove(topic)
        return Lesson(forgotten: [topic] + forgotten)
    }

    /// Takes in what is said of availability, where another topic's meaning depends on it.
    mutating func hear(_ message: Message) -> Lesson {
        guard let known = availabilities[message.topic], known.users.count == 1, let identity = known.users.keys.first,
            message.payload.count <= 200, known.said ?? [] != message.payload,
            entities(of: identity).contains(where: { entity in
                entity.availability.mode != .latest && entity.availability.topics.count > 1
                    && entity.availability.topics.contains { $0.topic == message.topic }
            })
        else { return .nothing }
        availabilities[message.topic]?.said = message.payload.isEmpty ? nil : message.payload
        return message.payload.isEmpty ? Lesson(forgotten: [message.topic]) : Lesson(isKept: true)
    }

    /// Forgets what was said of availability before an announcement changed its meaning. So what is kept of it always is
    /// younger than the announcements, and is taught again after them.
    private mutating func forget(_ topics: [String]) -> [String] {
        var forgotten: [String] = []
        for topic in topics where availabilities[topic]?.said != nil {
            availabilities[topic]?.said = nil
            forgotten.append(topic)
        }
        return forgotten
    }

    private func checkOwner(of new: Announcement, at topic: String) throws(Malformed) {
        if let node = nodes[new.identity], node != new.owner {
            var malformed = Malformed(
                "\(topic.prefixed(120)) announces '\(new.identity.prefixed(60))', which only the node "
                    + "'\(node.prefixed(60))' may, as hub.yaml says; withdraw it, or correct that")
            malformed.refusal = Malformed.Refusal(identity: new.identity, topic: topic, holder: "node \(node)")
            throw malformed
        }
        if let known = identities[new.identity], known.owner != new.owner, known.discoveryTopics != [topic],
            !isUsurped(new)
        {
            let holder = known.discoveryTopics.first ?? ""
            var malformed = Malformed(
                "\(topic.prefixed(120)) announces '\(new.identity.prefixed(60))', which \(holder.prefixed(120)) has "
                    + "announced; withdraw one, or announce both under one node")
            malformed.refusal = Malformed.Refusal(identity: new.identity, topic: topic, holder: holder)
            throw malformed
        }
        for state in new.entities.compactMap(\.stateTopic) {
            guard let known = states[state], known.identity != new.identity, !yields(known.identity, to: new.identity),
                let other = known.places.first(where: { $0.discoveryTopic != topic })
            else { continue }
            var malformed = Malformed(
                "\(topic.prefixed(120)) announces \(state.prefixed(60)), which \(other.discoveryTopic.prefixed(120)) "
                    + "has announced for '\(known.identity.prefixed(60))'; withdraw one of them")
            malformed.refusal = Malformed.Refusal(
                identity: known.identity, topic: topic, holder: other.discoveryTopic)
            throw malformed
        }
    }

    private func checkRoom(for new: Announcement, at topic: String) throws(Malformed) {
        let old = announcements[topic]
        let isStranger = !registered.contains(new.identity)
        let known = identities[new.identity]
        let isUsurped = isUsurped(new)
        let replaced = old?.identity == new.identity ? old?.entities.count ?? 0 : 0
        let ofDevice = isUsurped ? 0 : (known?.entities ?? 0) - replaced
        guard ofDevice + new.entities.count <= Limit.entitiesOfDevice else {
            throw Malformed("a device may announce \(Limit.entitiesOfDevice) entities; this is one more")
        }
        let unheard = Self.topics(of: new).count { !everHeard.contains($0) }
        let topicsMax = isStranger ? Limit.topicsOfStrangers : Limit.topicsOfDevice
        let heard = everHeardBy[isStranger ? nil : new.identity, default: 0]
        guard isUsurped || unheard + heard <= topicsMax else {
            throw Malformed("\(topicsMax) topics have been announced since the start; there is no room for one more")
        }
        guard isStranger else { return }
        guard known != nil || strangers < Limit.strangers,
            entitiesOfStrangers + new.entities.count <= Limit.entitiesOfStrangers
        else {
            throw Malformed(
                "\(strangers) devices that devices.csv does not have are announced; there is no room for one more")
        }
    }

    private mutating func insert(_ new: Announcement, at topic: String) {
        let isStranger = !registered.contains(new.identity)
        if isStranger {
            if identities[new.identity] == nil { strangers += 1 }
            entitiesOfStrangers += new.entities.count
        }
        announcements[topic] = new
        var identity = identities[new.identity] ?? Identity(owner: new.owner)
        identity.owner = new.owner
        identity.entities += new.entities.count
        identity.discoveryTopics.insert(
            topic, at: identity.discoveryTopics.firstIndex { $0 > topic } ?? identity.discoveryTopics.count)
        identities[new.identity] = identity
        for (index, entity) in new.entities.enumerated() {
            if let stateTopic = entity.stateTopic {
                var state = states[stateTopic] ?? State(identity: new.identity)
                let place = Place(discoveryTopic: topic, index: index)
                state.places.insert(place, at: state.places.firstIndex { $0 > place } ?? state.places.count)
                states[stateTopic] = state
            }
            for place in entity.availability.topics {
                availabilities[place.topic, default: Availability()].add(new.identity, isRegistered: !isStranger)
            }
        }
        noteAvailabilityTopics(of: new.identity)
        for heard in Self.topics(of: new) where everHeard.insert(heard).inserted {
            everHeardBy[isStranger ? nil : new.identity, default: 0] += 1
        }
    }

    private mutating func remove(_ topic: String) {
        guard let old = announcements.removeValue(forKey: topic) else { return }
        let isStranger = !registered.contains(old.identity)
        identities[old.identity]?.entities -= old.entities.count
        identities[old.identity]?.discoveryTopics.removeAll { $0 == topic }
        if isStranger { entitiesOfStrangers -= old.entities.count }
        if identities[old.identity]?.discoveryTopics.isEmpty == true {
            identities[old.identity] = nil
            if isStranger { strangers -= 1 }
        }
        for entity in old.entities {
            if let stateTopic = entity.stateTopic {
                states[stateTopic]?.places.removeAll { $0.discoveryTopic == topic }
                if states[stateTopic]?.places.isEmpty == true { states[stateTopic] = nil }
            }
            for place in entity.availability.topics {
                availabilities[place.topic]?.remove(old.identity, isRegistered: !isStranger)
                if availabilities[place.topic]?.users.isEmpty == true { availabilities[place.topic] = nil }
            }
        }
        noteAvailabilityTopics(of: old.identity)
    }

    /// Once for each announcement, for they are asked for with each message.
    private mutating func noteAvailabilityTopics(of identity: String) {
        var topics: [String] = []
        for entity in entities(of: identity) {
            for place in entity.availability.topics where !topics.contains(place.topic) { topics.append(place.topic) }
        }
        identities[identity]?.availabilityTopics = topics
    }

    /// Each once, in the order in which they are announced.
    private static func topics(of announcement: Announcement) -> [String] {
        var topics: [String] = []
        for entity in announcement.entities {
            for topic in [entity.stateTopic].compactMap({ $0 }) + entity.availability.topics.map(\.topic)
            where !topics.contains(topic) {
                topics.append(topic)
            }
        }
        return topics
    }

    // MARK: What is known

    func isRegistered(_ identity: String) -> Bool { registered.contains(identity) }

    func announcement(at discoveryTopic: String) -> Announcement? { announcements[discoveryTopic] }

    /// Whose topic it is, and the entities that speak there; `nil` if nobody's state is.
    func state(on topic: String) -> (identity: String, entities: [DiscoveryEntity])? {
        guard let state = states[topic] else { return nil }
        return (state.identity, state.places.compactMap { announcements[$0.discoveryTopic]?.entities[$0.index] })
    }

    /// Whose availability a topic tells: one device's, or, if it is several's, that of the gateway they share.
    enum Reach: Equatable {
        case device(String)
        case gateway(anyDevice: String)
    }

    /// - Returns: `nil` if nobody's. What strangers announce makes no gateway of a topic that one registered device has.
    func reach(of topic: String) -> Reach? {
        guard let known = availabilities[topic], let first = known.users.keys.min() else { return nil }
        guard known.registeredUsers > 0 else {
            return known.users.count == 1 ? .device(first) : .gateway(anyDevice: first)
        }
        let device = known.users.keys.filter(registered.contains).min() ?? first
        return known.registeredUsers == 1 ? .device(device) : .gateway(anyDevice: device)
    }

    /// The address of the gateway that a device speaks through: who announces its state on the topic that tells of
    /// several devices whether they can be reached, or else that topic.
    func gateway(of identity: String) -> String? {
        for topic in identities[identity]?.availabilityTopics ?? [] {
            guard let known = availabilities[topic] else { continue }
            if known.registeredUsers > 1 || known.registeredUsers == 0 && known.users.count > 1 {
                return states[topic]?.identity ?? topic
            }
        }
        return nil
    }

    /// Whether a device can be reached, by a message on a topic of its availability; `nil` if that does not tell.
    ///
    /// If its entities say it differently, the device is offline.
    func isOnline(_ identity: String, by message: Message) -> Bool? {
        var result: Bool?
        for entity in entities(of: identity) {
            guard let place = entity.availability.topics.first(where: { $0.topic == message.topic }),
                let said = place.isOnline(message.payload),
                let isOnline = isOnline(entity.availability, said, on: message.topic)
            else { continue }
            result = isOnline && result != false
        }
        return result
    }

    private func isOnline(_ availability: DiscoveryAvailability, _ said: Bool, on topic: String) -> Bool? {
        guard availability.mode != .latest else { return said }
        let others = availability.topics
            // A gateway that is gone is told of once, not for each device.
            .filter { place in place.topic != topic && availabilities[place.topic]?.users.count == 1 }
            .map { place in availabilities[place.topic]?.said.flatMap(place.isOnline) }
        let isAll = availability.mode == .all
        if said != isAll { return said }
        if others.contains(!isAll) { return !isAll }
        // Unknown is never online, and not offline where another may still be online.
        return others.contains(nil) && isAll ? nil : said
    }

    private func entities(of identity: String) -> [DiscoveryEntity] {
        (identities[identity]?.discoveryTopics ?? []).flatMap { announcements[$0]?.entities ?? [] }
    }
}

extension DiscoveryTable.Announcement {
    init(_ config: DiscoveryConfig, _ entities: [DiscoveryEntity], at topic: DiscoveryTopic) {
        identity = config.identity
        self.entities = entities
        owner = Self.owner(topic, config.identity, entities)
        name = topic.node ?? topic.object
    }

    private static func owner(_ topic: DiscoveryTopic, _ identity: String, _ entities: [DiscoveryEntity]) -> String {
        if let node = topic.node { return node }
        if topic.platform == "device" || topic.object.hasPrefix(identity) {
            return topic.platform == "device" ? topic.object : identity
        }
        guard let state = entities.lazy.compactMap(\.stateTopic).first,
            let slash = state.lastIndex(of: "/")
        else { return topic.object }
        return String(state[..<slash])
    }
}
