import Devices
import Registry
import Rules
import Store

// What happens in the world, one event at a time.
extension Simulation {
    func happen(_ event: Event) throws {
        switch event {
        case .hazard(let device, let begins, let drill): hazard(device, begins, drill)
        case .repeats(let device, let episode): repeats(device, episode)
        case .says(let device, let saying, let drill): says(device, saying, drill)
        case .arrives(let packet): arrives(packet)
        case .loses(let device):
            devices[device].losesClears = true
            hazard(device, false, nil)
            devices[device].losesClears = false
        case .sticks(let device, let isStuck): sticks(device, isStuck)
        case .dies(let device, let isDead): devices[device].isDead = isDead
        case .noise(let block, let loss): noisyBlocks[block] = loss
        case .setClock(let device, let clock): devices[device].clock = clock
        case .brokerLink(let isUp): try link(isUp)
        case .sessionLost:
            broker.loseSession()
            hub?.lost(at: now)
            agenda.plan(.brokerLink(up: true), at: now + .seconds(2))
        case .disk(let mood):
            trace.note(now) { "the disk is \(mood)" }
            disk?.mood = mood
        case .crash:
            switch faultChance.below(3) {
            case 0: disk?.crash = .before
            case 1: disk?.crash = .after
            default: crashNow()
            }
        case .restart: try restart()
        case .command(let press): inbox.append(press)
        case .drillControl(let id, let begins): control(drill: id, begins)
        case .outcome(let id, let accepted, let generation): take(outcome: accepted, of: id, generation: generation)
        case .channels(let mood): channelMood = mood
        case .gateway(let block, let isUp):
            if isUp { deafBlocks.remove(block) } else { deafBlocks.insert(block) }
        case .wake: break
        }
    }

    private func link(_ isUp: Bool) throws {
        guard hub != nil else { return }
        trace.note(now) { "the link to the broker is \(isUp ? "up" : "down")" }
        if isUp, !broker.isConnected {
            packets += 1
            let canary = Packet(
                number: packets, topic: "smokehub/hub-1/canary", payload: [], isKept: false, device: nil,
                says: .canary, drill: nil, sentAt: now, isRecognisable: false)
            _ = broker.connect(canary: canary)
            hub?.connected(at: now)
            if let hub { try watch.stepped(hub) }
        } else if !isUp, broker.isConnected {
            broker.disconnect()
            hub?.lost(at: now)
        }
    }

    // MARK: Devices

    /// How often a stuck flag is heard: as often as a heartbeat.
    private static let stuckRepeat = Duration.seconds(600)

    private func hazard(_ index: Int, _ begins: Bool, _ drill: String?) {
        guard let kind = devices[index].kind else { return }
        if let drill { return send(index, begins ? .alarm(kind) : .clear(kind), drill: drill) }
        guard !devices[index].isDead else { return }
        devices[index].senses = begins
        if begins {
            devices[index].episode += 1
            devices[index].alarms = true
            send(index, .alarm(kind))
            if let every = devices[index].repeatsEvery, kind != .button, kind != .help {
                agenda.plan(.repeats(device: index, episode: devices[index].episode), at: now + every)
            }
        } else if devices[index].alarms, !devices[index].isStuck {
            devices[index].alarms = false
            devices[index].episode += 1
            // A button sends none of its own.
            if !devices[index].losesClears, kind != .button, kind != .help { send(index, .clear(kind)) }
        }
    }

    /// A stuck flag is repeated now and then, like a heartbeat; who mends it makes it say that the air is clear.
    private func sticks(_ index: Int, _ isStuck: Bool) {
        guard devices[index].isStuck != isStuck else { return }
        devices[index].isStuck = isStuck
        if isStuck {
            hazard(index, true, nil)
        } else {
            hazard(index, false, nil)
        }
    }

    private func repeats(_ index: Int, _ episode: Int) {
        guard devices[index].alarms, devices[index].episode == episode, !devices[index].isDead,
            let kind = devices[index].kind, let every = devices[index].repeatsEvery
        else { return }
        send(index, .alarm(kind))
        agenda.plan(
            .repeats(device: index, episode: episode), at: now + (devices[index].isStuck ? Self.stuckRepeat : every))
    }

    private func says(_ index: Int, _ saying: Event.Saying, _ drill: String?) {
        guard !devices[index].isDead, let kind = devices[index].kind, kind != .button, kind != .help else { return }
        switch saying {
        case .heartbeat, .lowBattery:
            if case .lowBattery = saying { devices[index].batteryIsLow = true }
            send(index, devices[index].alarms ? .alarm(kind) : .clear(kind), drill: drill)
        case .test: send(index, .other, state: "test", drill: drill)
        case .offline, .online: status(index, isOnline: saying == .online)
        }
    }

    func send(_ index: Int, _ says: Packet.Truth, state: String? = nil, drill: String? = nil) {
        let device = devices[index].device
        let name =
            switch says {
            case .alarm: "alarm"
            case .clear: "clear"
            case .other, .canary: state ?? "ok"
            }
        let (sequence, stamp) = devices[index].stamped(at: now, from: start)
        let topic = Voice.topic(of: device, estate: setting.registry.estate.id)
        let payload = Voice.payload(
            device, name, lowBattery: devices[index].batteryIsLow, sequence: sequence, stamp: stamp)
        packets += 1
        launch(
            Packet(
                number: packets, topic: drill.map { "drill/\($0)/\(topic)" } ?? topic, payload: payload,
                isKept: device.ecosystem == .native, device: index, says: says, drill: drill, sentAt: now,
                isRecognisable: sequence != nil || stamp != nil,
                isOrdered: stamp == nil ? sequence != nil : devices[index].clock.isSteady))
    }

    private func status(_ index: Int, isOnline: Bool) {
        let device = devices[index].device
        guard device.ecosystem == .native else { return }
        packets += 1
        broker.publish(
            Packet(
                number: packets,
                topic: Voice.topic(of: device, estate: setting.registry.estate.id, status: true),
                payload: Array((isOnline ? "online" : "offline").utf8), isKept: true, device: index, says: .other,
                drill: nil, sentAt: now, isRecognisable: false), retain: true)
    }

    private func launch(_ packet: Packet) {
        if let index = packet.device, deafBlocks.contains(devices[index].device.place.block) { return }
        if let index = packet.device, let loss = noisyBlocks[devices[index].device.place.block],
            radioChance.chance(loss)
        {
            return
        }
        for journey in faults.radio.journeys(&radioChance) { agenda.plan(.arrives(packet), at: now + journey) }
    }

    private func arrives(_ packet: Packet) {
        // Zigbee2MQTT may keep its devices' states at the broker.
        let isRetained =
            packet.drill == nil && packet.device.map { devices[$0].device.ecosystem == .zigbee2mqtt } == true
        broker.publish(packet, retain: isRetained)
    }

    private func control(drill: String, _ begins: Bool) {
        let until = now + .seconds(1200)
        let body =
            begins
            ? "{\"command\":\"begin\",\"scenario\":\"sim\",\"speed\":1,\"until\":\"\(until)\"}"
            : "{\"command\":\"end\"}"
        packets += 1
        arrives(
            Packet(
                number: packets, topic: "drill/\(drill)/$control", payload: Array(body.utf8), isKept: true,
                device: nil, says: .other, drill: drill, sentAt: now, isRecognisable: false))
    }
}
