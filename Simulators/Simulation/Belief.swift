import Devices
import Registry
import Rules

/// What the simulator knows that the hub must know, because the hub has accepted it: which detectors alarm, and what
/// course each incident has taken. A value, so that a crash goes back to what was durable.
struct Belief {
    private(set) var courses: [Course] = []
    /// What people have suppressed.
    var controls = Controls()
    private(set) var devices: [DeviceBelief]
    /// The places of an incident that some alert has named.
    private(set) var toldPlaces: [String: Set<Place>] = [:]
    /// Messages that were heard, so that a copy is known for one.
    private var heard: Set<Int> = []
    /// When a real alarm last began in a block.
    private(set) var realAlarms: [String: Instant] = [:]
    /// The devices of which a real alarm was accepted, ever.
    private(set) var everAlarmed: Set<Device.ID> = []

    struct DeviceBelief {
        var alarming: Signal.Kinds = []
        /// Alarmed still when its incident closed.
        var unproven: Signal.Kinds = []
        var isPressed = false
        /// When the last of its alarms that were heard was sent.
        var alarmSentAt: Instant?
    }

    /// Whether an alarm of its device was heard before it, and was sent after it, by a minute at most.
    func isOvertaken(_ packet: Packet, _ index: Int) -> Bool {
        guard let newest = devices[index].alarmSentAt else { return false }
        return packet.sentAt < newest && newest - packet.sentAt <= .seconds(60)
    }

    init(count: Int) { devices = Array(repeating: DeviceBelief(), count: count) }

    /// What a message that the hub has just applied means.
    enum Meaning {
        /// An alarm begins: the hub owes an alert that names the place.
        case raised
        /// It is kept back by what people have disabled.
        case keptBack
        case nothing
    }

    /// - Parameter endsNothing: it is a clear that was sent before the alarm.
    mutating func hear(
        _ packet: Packet, _ device: Device, index: Int, _ placement: DeviceClock.Placement?, at moment: Instant,
        in estate: Estate, endsNothing: Bool
    ) -> Meaning {
        if case .alarm = packet.says {
            devices[index].alarmSentAt = max(devices[index].alarmSentAt ?? packet.sentAt, packet.sentAt)
        }
        let isCopy = !heard.insert(packet.number).inserted
        // One that the hub has taken for news all the same is news here as well.
        if isCopy, packet.isRecognisable, placement == nil { return .nothing }
        switch packet.says {
        case .alarm(let kind): return alarm(kind, packet, device, index, placement, at: moment, in: estate)
        case .clear(let kind):
            guard !packet.retained, !endsNothing, devices[index].alarming.contains(kind) else { return .nothing }
            devices[index].alarming.subtract(Signal.Kinds([kind]))
            devices[index].unproven.subtract(Signal.Kinds([kind]))
            controls.forget(index, kind)
            guard devices[index].alarming.isEmpty else { return .nothing }
            for course in courses.indices where courses[course].block.id == device.place.block {
                for member in courses[course].members.indices where courses[course].members[member].device == device.id
                {
                    courses[course].members[member].alarms = false
                    courses[course].members[member].isTimedOut = false
                }
            }
        case .other, .canary: break
        }
        return .nothing
    }

    private mutating func alarm(
        _ kind: Signal.Kind, _ packet: Packet, _ device: Device, _ index: Int, _ placement: DeviceClock.Placement?,
        at moment: Instant, in estate: Estate
    ) -> Meaning {
        everAlarmed.insert(device.id)
        let isRaised = !devices[index].alarming.contains(kind)
        if !isRaised, packet.retained { return .nothing }
        guard let hazard = Self.hazard(of: kind), let block = estate.block(device.place.block) else { return .nothing }
        if isRaised { devices[index].alarming.formUnion(Signal.Kinds([kind])) }
        let position = courses.firstIndex { $0.block.id == block.id && $0.hazard == hazard }
        let known = position.flatMap { position in
            courses[position].members.firstIndex { $0.device == device.id }.map { (position, $0) }
        }
        if !isRaised, let (course, member) = known, courses[course].members[member].alarms {
            courses[course].members[member].heardAt = Swift.max(courses[course].members[member].heardAt, moment)
            courses[course].members[member].isLive = true
            return .nothing
        }
        // A detector that never cleared proves nothing until it does; what its repeats lead to is the engine's to say.
        if !isRaised, devices[index].unproven.contains(kind) { return .nothing }
        let at = placement?.at ?? moment
        if let holder = controls.holder(of: kind, device) {
            let alarm = Controls.Withheld(
                device: index, place: device.place, kind: kind, raisedAt: at, heardAt: moment,
                isLive: !packet.retained)
            controls.keepBack(alarm, under: holder)
            return .keptBack
        }
        if isRaised { realAlarms[block.id] = moment }
        let member = Course.Member(
            device: device.id, place: device.place, kind: kind, raisedAt: at, heardAt: moment,
            isLive: !packet.retained, isStuck: false)
        join(member, block, hazard, since: at)
        return .raised
    }

    /// A detector's alarm becomes part of the course of its block and hazard.
    private mutating func join(_ member: Course.Member, _ block: Block, _ hazard: Hazard, since moment: Instant) {
        guard let position = courses.firstIndex(where: { $0.block.id == block.id && $0.hazard == hazard }) else {
            var course = Course(block: block, hazard: hazard, stageSince: moment)
            course.members = [member]
            courses.append(course)
            return
        }
        var member = member
        if let known = courses[position].members.firstIndex(where: { $0.device == member.device }) {
            member.isLive = member.isLive || courses[position].members[known].isLive
            courses[position].members[known] = member
        } else {
            courses[position].members.append(member)
        }
    }

    /// What was kept back is an alarm like any other from now on.
    mutating func free(
        _ alarm: Controls.Withheld, _ device: Device, raisedAt: Instant, at moment: Instant, in estate: Estate
    ) {
        guard let hazard = alarm.hazard, let block = estate.block(alarm.place.block) else { return }
        realAlarms[block.id] = moment
        let member = Course.Member(
            device: device.id, place: alarm.place, kind: alarm.kind, raisedAt: raisedAt, heardAt: alarm.heardAt,
            isLive: alarm.isLive, isStuck: false)
        join(member, block, hazard, since: moment)
    }

    /// The hub keeps an alarm in mind under a rule that is disabled, instead of in an incident.
    mutating func keepBack(_ device: Device, index: Int, under holder: Int) {
        for position in courses.indices {
            guard let place = courses[position].members.firstIndex(where: { $0.device == device.id }) else { continue }
            let member = courses[position].members.remove(at: place)
            let alarm = Controls.Withheld(
                device: index, place: member.place, kind: member.kind, raisedAt: member.raisedAt,
                heardAt: member.heardAt, isLive: member.isLive)
            controls.keepBack(alarm, under: holder)
        }
        courses.removeAll { $0.members.isEmpty }
    }

    static func hazard(of kind: Signal.Kind) -> Hazard? {
        switch kind {
        case .smoke, .heat, .flame, .button: .fire
        case .co: .co
        case .gas: .gas
        case .waterLeak: .water
        case .help: .help
        }
    }

    /// Takes over what the engine has decided: stages, and what has closed.
    mutating func note(_ outcome: Consequences, positions: (Device.ID) -> Int?) {
        for alert in outcome.alerts where alert.exercise == nil {
            toldPlaces[alert.incident, default: []].formUnion(alert.places)
        }
        for decision in outcome.decisions where decision.exercise == nil && decision.block != "*" {
            note(decision, positions)
        }
    }

    private mutating func note(_ decision: Decision, _ positions: (Device.ID) -> Int?) {
        guard
            let position = courses.firstIndex(where: {
                $0.block.id == decision.block && $0.hazard == decision.hazard
                    && ($0.incident == nil || $0.incident == decision.incident)
            })
        else { return }
        if decision.stage == .closed {
            // One that another incident's closing precedes in the same step keeps its name for itself.
            guard courses[position].incident == decision.incident else { return }
            let course = courses.remove(at: position)
            toldPlaces[decision.incident] = nil
            for index in course.members.compactMap({ positions($0.device) }) {
                devices[index].alarming.subtract(Signal.Kinds([.button, .help]))
                // What is kept back has begun anew, and is not over because something else is.
                if !controls.isWithheld(index) { devices[index].unproven = devices[index].alarming }
            }
            return
        }
        courses[position].incident = decision.incident
        if courses[position].stage != decision.stage {
            courses[position].isAcknowledged = false
            courses[position].stageSince = decision.at
        }
        courses[position].stage = decision.stage
    }

    /// - Returns: whether its test button was pressed before.
    mutating func notePress(of device: Int, _ isPressed: Bool) -> Bool {
        defer { devices[device].isPressed = isPressed }
        return devices[device].isPressed
    }

    mutating func remember(_ alarmed: Set<Device.ID>) { everAlarmed.formUnion(alarmed) }

    mutating func acknowledged(_ incident: String) {
        for index in courses.indices where courses[index].incident == incident { courses[index].isAcknowledged = true }
    }

    mutating func confirmed(_ incident: String, at moment: Instant) {
        for index in courses.indices where courses[index].incident == incident {
            courses[index].confirmedAt = moment
        }
    }

    /// A detector sent no clear, and its time is over.
    mutating func timedOut(_ device: Device.ID, incident: String) -> Instant? {
        for course in courses.indices where courses[course].incident == incident {
            for member in courses[course].members.indices where courses[course].members[member].device == device {
                guard courses[course].members[member].alarms else { return nil }
                courses[course].members[member].alarms = false
                courses[course].members[member].isTimedOut = true
                return courses[course].members[member].heardAt
            }
        }
        return nil
    }

    /// An alarm that joins what stuck detectors alone have opened is a course from then on, wherever that has come to.
    mutating func adopt(_ open: [Incident]) {
        for index in courses.indices where courses[index].incident == nil {
            let course = courses[index]
            let incident = open.first {
                $0.exercise == nil && $0.block == course.block.id && $0.hazard == course.hazard
            }
            guard let incident else { continue }
            courses[index].incident = incident.id
            courses[index].stage = incident.stage
            courses[index].isAcknowledged = incident.acknowledgement != nil
        }
    }

    /// A stuck detector's investigation has no course of its own here until a proven alarm joins it.
    func course(_ incident: String) -> Course? { courses.first { $0.incident == incident } }

    func nextOwed(after moment: Instant) -> Instant? {
        courses.compactMap { $0.nextOwed(after: moment) }.min()
    }
}
