import Devices
import Registry
import Testing

/// A block of five floors with two flats each, a native smoke detector in each, on a clock of its own.
private final class Estate5 {
    static let start = Instant(milliseconds: 1_760_000_000_000)

    let estate: Estate
    var devices: [Device]
    var supervisor: Supervisor
    var now = start

    init(
        ecosystem: Device.Ecosystem = .native, contracts: Contracts = Contracts(),
        _ change: (inout [Device]) -> Void = { _ in }
    ) {
        devices = (1...5).flatMap { floor in
            ["A", "B"].map { (flat: String) in
                Device(
                    id: "\(floor)\(flat)", ecosystem: ecosystem, address: "\(floor)\(flat)",
                    place: Place(block: "a", floor: "\(floor)", flat: flat), kind: .smoke)
            }
        }
        change(&devices)
        let block = Block(
            id: "a", name: LocalizedText([(.english, "Block A")]), floors: (1...5).map(String.init), flats: ["A", "B"],
            areas: [])
        estate = Estate(id: "demo", name: LocalizedText([(.english, "Demo")]), blocks: [block])
        supervisor = Supervisor(estate: estate, devices: devices, contracts: contracts, now: Self.start)
    }

    @discardableResult
    func says(
        _ index: Int, _ readings: [Reading] = [.flag(.smoke, false)], sequence: UInt64? = nil, gateway: String? = nil,
        retained: Bool = false
    ) -> Bool {
        let report = Report(
            ecosystem: devices[index].ecosystem, address: devices[index].address, readings: readings,
            sequence: sequence, gateway: gateway)
        return supervisor.heard(index, Supervisor.Sign(report, retained: retained, backlog: false), at: now)
    }

    func found() -> [Finding] { supervisor.takeFindings() }

    /// Lets a time pass in which the devices at some positions go on speaking.
    func pass(_ seconds: Int64, every interval: Int64 = 60, speaking: [Int] = []) -> [Finding] {
        var findings: [Finding] = []
        for second in 1...seconds {
            now = now + .seconds(1)
            if second % interval == 0 { for index in speaking { says(index) } }
            supervisor.advance(to: now)
            findings += supervisor.takeFindings()
        }
        return findings
    }
}

@Suite struct `Supervision` {
    private let all = Array(0..<10)

    @Test func `finds a native device that says nothing for 300 s, and no earlier`() {
        let estate = Estate5()
        for index in all { estate.says(index) }
        _ = estate.found()
        let others = Array(all.dropFirst())
        #expect(estate.pass(299, speaking: others).isEmpty)
        #expect(estate.pass(6, speaking: others) == [.silent([0])])
        #expect(estate.supervisor.standing(of: 0) == .down)
        estate.says(0)
        #expect(estate.found() == [.heardAgain(0)])
        #expect(estate.pass(299, speaking: all).isEmpty)
    }

    @Test func `says who would speak as soon as that changes, though it is no news`() {
        let estate = Estate5()
        estate.says(3)
        #expect(estate.found().isEmpty)
        let first = estate.supervisor.takeChangedStandings()
        #expect(first == [3])
        #expect(estate.supervisor.standing(of: 3) == .works)
        estate.says(3)
        let none = estate.supervisor.takeChangedStandings()
        #expect(none == [])
        estate.says(3, [.flag(.fault, true)])
        let last = estate.supervisor.takeChangedStandings()
        #expect(last == [3])
        #expect(estate.supervisor.standing(of: 3) == .down)
    }

    @Test func `holds a device to the first contract that fits it`() {
        let short = Contract(interval: .seconds(10), grace: .seconds(10), lastWill: .none)
        let never = Contract(interval: nil, lastWill: .none)
        let contracts = Contracts([
            Contracts.Rule(device: "1A", short), Contracts.Rule(ecosystem: .native, kind: .smoke, never),
        ])
        let estate = Estate5(contracts: contracts)
        for index in all { estate.says(index) }
        _ = estate.found()
        #expect(estate.pass(2000) == [.silent([0])])
        #expect((1...9).allSatisfy { estate.supervisor.standing(of: $0) == .unsure })
        #expect(estate.supervisor.standing(of: 1) == .unsure)
    }

    @Test(
        arguments: [
            (.native, .smoke, 300, .outage),
            (.zigbee2mqtt, .smoke, 90_000, .outage), (.zwavejs, .smoke, 90_000, .outage),
            (.chirpstack, .smoke, 93_600, .none), (.thethingsstack, .smoke, 93_600, .none),
            (.shellyGen1, .smoke, 45_000, .sleeps), (.shellyGen2, .smoke, 88_200, .sleeps),
            (.shellyGen2, .buildingAlarm, nil, .outage), (.tasmota, .smoke, 90_000, .outage),
            (.tasmota, .siren, 360, .outage), (.esphome, .smoke, nil, .outage), (.alarmPanels, .smoke, nil, .outage),
            (.homie, .smoke, nil, .outage), (.sparkplug, .smoke, nil, .outage), (.homeAssistant, .smoke, nil, .outage),
            (.rtl433, .smoke, nil, .none), (.openmqttgateway, .smoke, nil, .none), (.domoticz, .smoke, nil, .none),
        ] as [(Device.Ecosystem, Device.Kind, Int64?, Contract.LastWill)])
    func `holds a class to what its makers say`(
        _ ecosystem: Device.Ecosystem, _ kind: Device.Kind, _ silentAfter: Int64?, _ lastWill: Contract.LastWill
    ) {
        let device = Device(id: "d", ecosystem: ecosystem, address: "d", place: Place(block: "a"), kind: kind)
        let contract = Contracts.usual(of: device)
        #expect(contract.limit == silentAfter.map { Duration.seconds($0) })
        #expect(contract.lastWill == lastWill)
    }

    @Test func `takes the last will of a sleeper for no outage, and that of others for one`() {
        let sleeper = Estate5(ecosystem: .shellyGen2)
        let awake = Estate5(ecosystem: .esphome)
        sleeper.says(0)
        awake.says(0)
        sleeper.says(0, [.availability(online: false)])
        awake.says(0, [.availability(online: false)])
        #expect(sleeper.supervisor.standing(of: 0) == .works)
        #expect(awake.supervisor.standing(of: 0) == .down)
    }

    @Test func `calls a gateway that is gone one trouble, and no device behind it silent`() {
        let estate = Estate5()
        for index in all { estate.says(index, gateway: "bridge") }
        _ = estate.found()
        let bridge = Finding.Gateway(ecosystem: .native, address: "bridge")
        estate.supervisor.gateway(bridge, isThere: false, at: estate.now)
        let floors = (1...5).map { Finding.floorUnwatched(block: 0, floor: "\($0)") }
        #expect(Set(estate.found()) == Set(floors + [.gatewayLost(bridge, devices: all)]))
        #expect(estate.pass(3600).isEmpty)
        estate.supervisor.gateway(bridge, isThere: true, at: estate.now)
        #expect(estate.found().contains(.gatewayBack(bridge, devices: all)))
        // Then each has to speak for itself again.
        #expect(estate.pass(115).isEmpty)
        #expect(
            estate.pass(195).filter { !floors.contains($0) } == [
                .massSilence(block: 0, missing: 10, of: 10), .silent(all),
            ])
    }

    @Test func `makes one finding of a gateway that comes and goes while nobody asks, or none`() {
        let estate = Estate5()
        for index in all { estate.says(index, gateway: "bridge") }
        _ = estate.found()
        let bridge = Finding.Gateway(ecosystem: .native, address: "bridge")
        for _ in 0..<1000 {
            estate.supervisor.gateway(bridge, isThere: false, at: estate.now)
            estate.supervisor.gateway(bridge, isThere: true, at: estate.now)
        }
        #expect(estate.found().isEmpty)
        for _ in 0..<1000 {
            estate.supervisor.gateway(bridge, isThere: true, at: estate.now)
            estate.supervisor.gateway(bridge, isThere: false, at: estate.now)
        }
        #expect(estate.found().count == 6)
        for _ in 0..<1000 { for fault in [true, false] { estate.says(0, [.flag(.fault, fault)]) } }
        // It is heard, so it is not out of sight: its floor is watched again, once.
        #expect(estate.found().count { if case .storms = $0 { false } else { true } } <= 1)
    }

    @Test func `tells of a floor that was lost and found in the same moment how it is now`() {
        let estate = Estate5()
        for index in [0, 1] { estate.says(index) }
        for index in [0, 1] { estate.says(index, [.availability(online: false)]) }
        #expect(estate.found() == [.floorUnwatched(block: 0, floor: "1")])
        estate.says(0, [.availability(online: true)])
        estate.says(0, [.availability(online: false)])
        #expect(estate.found().isEmpty)
        estate.says(0, [.availability(online: true)])
        #expect(estate.found() == [.floorWatched(block: 0, floor: "1")])
    }

    @Test func `knows after a restart which gateway is lost, who is gone, and what had been told`() {
        let before = Estate5()
        for index in all { before.says(index, gateway: index < 2 ? "bridge" : "other") }
        let (bridge, other) = (
            Finding.Gateway(ecosystem: .native, address: "bridge"),
            Finding.Gateway(ecosystem: .native, address: "other")
        )
        let after = Estate5()
        after.supervisor.restore(
            all.map {
                Supervisor.Known(
                    index: $0, heardAt: Estate5.start, offline: $0 == 8, fault: $0 == 9,
                    record: before.supervisor.record(of: $0))
            }, outages: [(.gateway(bridge), true)], estate: after.estate, heardUntil: before.now, now: after.now)
        #expect(after.found().isEmpty)
        #expect(all.map { after.supervisor.standing(of: $0) } == all.map { 2...7 ~= $0 ? .works : .down })
        after.says(9, [.flag(.fault, false)])
        #expect(after.found() == [.floorWatched(block: 0, floor: "5")])
        let news = [false, true].map { after.supervisor.gateway(bridge, isThere: $0, at: after.now) }
        #expect(news == [false, true])
        #expect(
            after.found() == [.gatewayBack(bridge, devices: [0, 1]), .floorWatched(block: 0, floor: "1")])

        let untold = Estate5()
        untold.supervisor.restore(
            all.map { Supervisor.Known(index: $0, heardAt: Estate5.start, record: before.supervisor.record(of: $0)) },
            outages: [(.gateway(other), false)], estate: untold.estate, heardUntil: before.now, now: untold.now)
        #expect(untold.found() == [.gatewayLost(other, devices: Array(2..<10))])
    }

    @Test func `ends a mass silence of before a restart when nobody is missing any more`() {
        let estate = Estate5()
        estate.supervisor.restore(
            all.map { Supervisor.Known(index: $0, heardAt: Estate5.start, record: nil) },
            outages: [(.mass(block: "a"), true)], estate: estate.estate, heardUntil: estate.now, now: estate.now)
        #expect(estate.pass(300, speaking: all).isEmpty)
        #expect(estate.pass(20, speaking: all) == [.massSilenceOver(block: 0)])
    }

    @Test func `calls it a mass silence when a share of a block falls silent within a minute`() throws {
        let estate = Estate5()
        for index in all { estate.says(index) }
        _ = estate.found()
        let findings = estate.pass(130, speaking: Array(5..<10))
        #expect(findings == [.massSilence(block: 0, missing: 5, of: 10)])
        for index in 0..<3 { estate.says(index) }
        #expect(estate.found() == [.massSilenceOver(block: 0)])
    }

    @Test func `calls it none when they fall silent one after the other`() {
        let estate = Estate5()
        for index in all { estate.says(index) }
        var findings: [Finding] = []
        for gone in 0..<5 { findings += estate.pass(120, speaking: Array((gone + 1)..<10)) }
        #expect(!findings.contains { if case .massSilence = $0 { true } else { false } })
    }

    @Test func `says when the last detector of a floor is lost, and when one is back`() {
        let estate = Estate5()
        for index in all { estate.says(index) }
        _ = estate.found()
        estate.says(0, [.flag(.fault, true)])
        #expect(estate.found().isEmpty)
        estate.says(1, [.availability(online: false)])
        #expect(estate.found() == [.floorUnwatched(block: 0, floor: "1")])
        estate.says(0, [.flag(.fault, false)])
        #expect(estate.found() == [.floorWatched(block: 0, floor: "1")])
    }

    @Test func `does not count the time in which the hub heard nobody`() {
        let estate = Estate5()
        for index in all { estate.says(index) }
        _ = estate.pass(100)
        let from = estate.now
        estate.now = estate.now + .seconds(86_400)
        estate.supervisor.listens(since: estate.now, heardUntil: from)
        #expect(estate.pass(100).isEmpty)
        #expect(estate.pass(300).contains(.silent(all)))
    }

    @Test func `notices after a restart who died before it`() {
        let before = Estate5()
        for index in all { before.says(index) }
        _ = before.pass(200)
        let after = Estate5()
        after.now = before.now + .seconds(3600)
        after.supervisor.restore(
            all.map {
                Supervisor.Known(index: $0, heardAt: Estate5.start, record: before.supervisor.record(of: $0))
            }, estate: after.estate, heardUntil: before.now, now: after.now)
        // What the restart and the connection both say is one time.
        after.supervisor.listens(since: after.now, heardUntil: before.now)
        #expect(after.pass(310, speaking: Array(all.dropFirst())).contains(.silent([0])))
    }

    @Test func `learns how often a device speaks, and says when it slows down`() {
        let contracts = Contracts([
            Contracts.Rule(Contract(interval: .seconds(3600), grace: .seconds(3600), lastWill: .none))
        ])
        let estate = Estate5(contracts: contracts)
        #expect(estate.pass(3000, every: 60, speaking: [0]).isEmpty)
        let findings = estate.pass(2000, every: 300, speaking: [0])
        let drift = findings.compactMap { if case .drifts(0, let now, let before) = $0 { (now, before) } else { nil } }
        #expect(drift.count == 1)
        #expect(drift.first.map { $0.0 == 300 && (55...90).contains($0.1) } == true)
        #expect(estate.pass(600, every: 60, speaking: [0]).contains(.driftsNoMore(0)))
    }

    @Test func `says when a contract promises more than a device does`() {
        let estate = Estate5()
        let findings = estate.pass(8000, every: 200, speaking: [0])
        let broken = findings.filter { if case .breaksContract(0, _) = $0 { true } else { false } }
        #expect(broken.count == 1)
    }

    @Test func `counts what a device's own counter says was lost`() {
        let estate = Estate5()
        for sequence in [1, 2, 3, 7, 7, 8, 2, 3] as [UInt64] { estate.says(0, sequence: sequence) }
        let record = estate.supervisor.record(of: 0)
        #expect(record.missed == 3)
        #expect(record.messages == 8)
    }

    @Test func `heeds one message a second of a storm, and every new alarm`() {
        let estate = Estate5()
        let calm = (0..<120).filter { _ in estate.says(0) }.count
        #expect(calm == 120)
        estate.says(0)
        #expect(estate.found().contains(.storms(0)))
        #expect((0..<1000).filter { _ in estate.says(0) }.isEmpty)
        #expect(estate.says(0, [.flag(.smoke, true)]))
        #expect(!estate.says(0, [.flag(.smoke, true)]))
        #expect(estate.says(0, [.flag(.smoke, true), .flag(.heat, true)]))
        estate.now = estate.now + .seconds(1)
        #expect(estate.says(0))
        let findings = estate.pass(70)
        #expect(findings.contains(.stormsNoMore(0, suppressed: 1001)))
        #expect(estate.says(0))
    }

    @Test func `heeds the last message of a storm's second when that is over`() {
        let estate = Estate5()
        for _ in 0..<121 { estate.says(0) }
        #expect(estate.says(0, [.flag(.smoke, true)]))
        #expect(!estate.says(0, [.flag(.smoke, false)]))
        let clear = Supervisor.Sign(
            Report(ecosystem: .native, address: "0", readings: [.flag(.smoke, false)]), retained: false, backlog: false)
        #expect(clear.speaksOfHazards)
        let within = estate.supervisor.heedsLast(clear, of: 0, at: estate.now + .milliseconds(999))
        let after = estate.supervisor.heedsLast(clear, of: 0, at: estate.now + .seconds(1))
        #expect(!within && after)
        // What comes after it is measured by it: it raises a hazard anew.
        estate.now = estate.now + .seconds(1)
        #expect(estate.says(0, [.flag(.smoke, true)]))
        #expect(estate.pass(70).contains(.stormsNoMore(0, suppressed: 0)))
    }

    @Test func `tells one that is heard for the first time from one that is heard again`() {
        let estate = Estate5()
        estate.pass(400)
        estate.says(0)
        #expect(estate.found().contains(.heardAtLast(0)))
    }

    @Test func `heeds an alarm in a storm that was only tested just before`() {
        let estate = Estate5()
        for _ in 0..<121 { estate.says(0) }
        #expect(estate.says(0, [.flag(.smoke, true), .flag(.test, true)]))
        #expect(estate.says(0, [.flag(.smoke, true)]))
        #expect(!estate.says(0, [.flag(.smoke, true)]))
    }

    @Test func `has room for the gateways of its devices, whatever strangers make up`() {
        let estate = Estate5()
        for number in 0..<20_000 {
            _ = estate.supervisor.gateway(
                Finding.Gateway(ecosystem: .native, address: "made up \(number)"), isThere: number % 2 == 0,
                at: estate.now)
        }
        estate.says(0, gateway: "g")
        _ = estate.found()
        _ = estate.supervisor.gateway(Finding.Gateway(ecosystem: .native, address: "g"), isThere: false, at: estate.now)
        #expect(estate.found().contains { if case .gatewayLost(_, [0]) = $0 { true } else { false } })
    }

    @Test func `does not take one that is heard for out of sight`() {
        let estate = Estate5()
        estate.says(0, gateway: "g")
        _ = estate.supervisor.gateway(Finding.Gateway(ecosystem: .native, address: "g"), isThere: false, at: estate.now)
        _ = estate.found()
        #expect(estate.supervisor.standing(of: 0) == .down)
        estate.says(0, gateway: "g", retained: true)
        #expect(estate.supervisor.standing(of: 0) == .down)
        estate.says(0, gateway: "g")
        #expect(estate.supervisor.standing(of: 0) == .works)
    }

    @Test func `takes what a broker remembers for no sign of life`() {
        let estate = Estate5()
        estate.says(0, retained: true)
        #expect(estate.supervisor.standing(of: 0) == .down)
    }

    @Test func `finds the same, whether it is asked after each message or not`() {
        let (asked, unasked) = (Estate5(), Estate5())
        var random = SplitMix64(state: 42)
        var heeded: [[Bool]] = [[], []]
        var findings: [[Finding]] = [[], []]
        for number in 0..<50_000 {
            // Now and then one speaks far too much.
            let index = number / 500 % 4 == 0 ? 0 : Int.random(in: 0..<10, using: &random)
            let readings: [Reading] =
                switch Int.random(in: 0..<100, using: &random) {
                case 0: [.flag(.fault, true)]
                case 1...3: [.flag(.fault, false)]
                case 4: [.availability(online: false)]
                case 5...8: [.availability(online: true)]
                case 9: [.flag(.smoke, true)]
                default: [.flag(.smoke, false)]
                }
            let gateway =
                Int.random(in: 0..<200, using: &random) == 0 ? "g\(Int.random(in: 0..<2, using: &random))" : nil
            let step = Duration.milliseconds(
                [1, 20, 900, 8000][(number / 500) % 4] * Int.random(in: 1...3, using: &random))
            for (position, estate) in [asked, unasked].enumerated() {
                estate.now = estate.now + step
                heeded[position].append(
                    estate.says(index, readings, sequence: UInt64(number / 10), gateway: gateway))
                if position == 0 { _ = estate.supervisor.record(of: index) }
                guard number % 50 == 0 else { continue }
                estate.supervisor.advance(to: estate.now)
                findings[position] += estate.found()
            }
        }
        #expect(heeded[0] == heeded[1])
        let hasStorms = heeded[0].contains(false)
        #expect(hasStorms)
        #expect(findings[0] == findings[1])
        #expect(findings[0].contains { if case .drifts = $0 { true } else { false } })
        #expect(all.map { asked.supervisor.record(of: $0) } == all.map { unasked.supervisor.record(of: $0) })
    }

    @Test func `has counted a heartbeat when it is asked right after it`() {
        let estate = Estate5()
        for _ in 0..<3 { estate.says(0) }
        let record = estate.supervisor.record(of: 0)
        #expect(record.messages == 3)
    }
}
