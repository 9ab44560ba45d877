@testable import Devices
import Registry
import Sparkplug
import SwiftProtobuf
import Testing

@Suite struct `An edge node of Sparkplug` {
    /// A metric such as `Alarm/Smoke 1 = true`: name, alias and value, each of which may be missing.
    private static func metric(_ name: String?, _ alias: UInt64?, _ value: SparkplugMetric.OneOf_Value?)
        -> SparkplugMetric
    {
        var metric = SparkplugMetric()
        if let name { metric.name = name }
        if let alias { metric.alias = alias }
        metric.value = value
        switch (name == nil ? nil : value) {
        case .booleanValue?: metric.datatype = 11
        case .intValue?: metric.datatype = 3
        case .floatValue?: metric.datatype = 9
        case .stringValue?: metric.datatype = 12
        default: break
        }
        return metric
    }

    private static func message(
        _ topic: String, _ seq: UInt64?, _ metrics: [SparkplugMetric] = [], bdSeq: UInt64? = nil, time: UInt64 = 1000
    ) throws -> Devices.Message {
        var payload = SparkplugPayload()
        payload.timestamp = time
        payload.metrics = metrics
        if let seq { payload.seq = seq }
        if let bdSeq { payload.metrics.append(metric("bdSeq", nil, .longValue(bdSeq))) }
        return Devices.Message(topic: "spBv1.0/g/\(topic)", payload: try payload.serializedBytes())
    }

    private static let loop = [
        metric("Alarm/Smoke", 1, .booleanValue(false)), metric("Status/Tamper", 2, .booleanValue(false)),
        metric("Status/Battery", 3, .intValue(88)), metric("Zone 2/Smoke", 4, .booleanValue(false)),
        metric("Motor/Running", 5, .booleanValue(false)), metric("Status/Battery Voltage", 6, .floatValue(3.1)),
    ]

    /// A node `n` with a device `d`, born with the numbers 0 and 1.
    private static func born() throws -> (decoder: SparkplugDecoder, births: [Devices.Message]) {
        var decoder = SparkplugDecoder()
        let births = [
            try message("NBIRTH/n", 0, bdSeq: 5), try message("DBIRTH/n/d", 1, loop),
        ]
        for birth in births { #expect(try decoder.learn(birth) == Lesson(isKept: true)) }
        return (decoder, births)
    }

    private static func heard(
        _ decoder: inout SparkplugDecoder, _ message: Devices.Message
    ) throws -> Heard {
        let lesson = try decoder.learn(message)
        return Heard(lesson: lesson, shown: try decoder.report(message)?.shownRaised ?? "nil")
    }

    private struct Heard: Equatable {
        var lesson: Lesson
        var shown: String
    }

    private static func smoke(_ isRaised: Bool, _ alias: UInt64 = 1) -> SparkplugMetric {
        metric(nil, alias, .booleanValue(isRaised))
    }

    private static func isRebirth(_ request: Lesson.Request?) throws -> Bool {
        let request = try #require(request)
        let payload = try SparkplugPayload(serializedBytes: request.payload)
        #expect(request.topic == "spBv1.0/g/NCMD/n")
        #expect(payload.timestamp == 1000)
        return payload.metrics.map { $0.name } == ["Node Control/Rebirth"] && payload.metrics[0].booleanValue
            && payload.metrics[0].datatype == 11
    }

    @Test func `is asked for its birth by a command that the specification knows`() throws {
        var decoder = SparkplugDecoder()
        let lesson = try decoder.learn(Self.message("DDATA/n/d", 7, [Self.smoke(true)]))
        #expect(try Self.isRebirth(lesson.request))
        // Byte for byte as the vector of a command has it, but for the time and the metric's place.
        #expect(
            try SparkplugDecoder().report(
                Devices.Message(topic: "spBv1.0/g/NCMD/n", payload: lesson.request?.payload ?? []))
                == nil)
    }

    @Test func `counts its messages, and again from 0 after 255`() throws {
        var (decoder, _) = try Self.born()
        for seq in 2..<600 {
            let message = try Self.message("DDATA/n/d", UInt64(seq % 256), [Self.smoke(seq % 2 == 0)])
            #expect(try decoder.learn(message) == .nothing, "\(seq)")
            #expect(try decoder.report(message)?.sequence == nil)
        }
    }

    @Test func `that left out a message is asked for its birth, and the gap is told`() throws {
        var (decoder, births) = try Self.born()
        let gap = try Self.heard(
            &decoder, Self.message("DDATA/n/d", 4, [Self.metric("Status/Tamper", nil, .booleanValue(true))]))
        #expect(try Self.isRebirth(gap.lesson.request))
        #expect(gap.lesson.gap == Lesson.Gap(ecosystem: .sparkplug, address: "g/n", lost: 2))
        // A name says all.
        #expect(gap.shown == "tamper=true")
        for birth in births { _ = try decoder.learn(birth) }
        #expect(try decoder.learn(Self.message("DDATA/n/d", 2, [Self.smoke(true)])) == .nothing)
    }

    @Test(arguments: [
        ("smoke raised", metric(nil, 1, .booleanValue(true)), "smoke=true(Alarm/Smoke (alias 1, in doubt))"),
        ("smoke clear", metric(nil, 1, .booleanValue(false)), ""),
        ("tamper", metric(nil, 2, .booleanValue(true)), "?Status/Tamper (alias 2, in doubt)"),
        ("battery", metric(nil, 3, .intValue(10)), ""),
        ("an output", metric(nil, 5, .booleanValue(true)), "?Motor/Running (alias 5, in doubt)"),
        ("unknown", metric(nil, 77, .booleanValue(true)), "?alias 77"),
        ("unknown number", metric(nil, 77, .intValue(1)), ""),
    ])
    func `whose aliases are in doubt is believed only in danger`(
        _ case: String, _ metric: SparkplugMetric, _ expected: String
    ) throws {
        var (missed, _) = try Self.born()
        #expect(missed.missed().map { $0.topic } == ["spBv1.0/g/NCMD/n"])
        // The counter goes on, but so would that of a new session.
        let heard = try Self.heard(&missed, Self.message("DDATA/n/d", 2, [metric]))
        #expect(heard.shown == expected)
        #expect(heard.lesson.gap == nil)
        #expect(try Self.isRebirth(heard.lesson.request))
        var (gapped, _) = try Self.born()
        #expect(try Self.heard(&gapped, Self.message("DDATA/n/d", 9, [metric])).shown == expected)
    }

    @Test func `is certain again, device by device, when it is born again`() throws {
        var (decoder, births) = try Self.born()
        _ = decoder.missed()
        _ = try decoder.learn(births[1])
        #expect(
            try Self.heard(&decoder, Self.message("DDATA/n/d", 2, [Self.smoke(false)]))
                == Heard(lesson: .nothing, shown: "smoke=false"))
        // The node itself is not.
        #expect(try decoder.learn(Self.message("NDATA/n", 3, [Self.smoke(false)])).request != nil)
    }

    @Test func `loses its devices' births when it is born again, dies or they die`() throws {
        var (decoder, births) = try Self.born()
        let topics = births.map { $0.topic }
        #expect(
            try decoder.learn(Self.message("NBIRTH/n", 0, bdSeq: 6)) == Lesson(isKept: true, forgotten: [topics[1]]))
        #expect(try Self.heard(&decoder, Self.message("DDATA/n/d", 1, [Self.smoke(true)])).shown == "?alias 1")
        _ = try decoder.learn(Self.message("DBIRTH/n/d", 2, Self.loop))
        #expect(try decoder.learn(Self.message("DDEATH/n/d", 3)).forgotten == [topics[1]])
        _ = try decoder.learn(Self.message("DBIRTH/n/d", 4, Self.loop))
        // The death of the session before comes late.
        let late = try Self.heard(&decoder, Self.message("NDEATH/n", nil, bdSeq: 5))
        #expect(late == Heard(lesson: .nothing, shown: ""))
        let death = try Self.heard(&decoder, Self.message("NDEATH/n", nil, bdSeq: 6))
        #expect(death == Heard(lesson: Lesson(forgotten: topics), shown: "availability=offline"))
        let again = try Self.heard(&decoder, Self.message("NDEATH/n", nil, bdSeq: 6))
        #expect(again == Heard(lesson: .nothing, shown: "availability=offline"))
        let after = try Self.heard(&decoder, Self.message("DDATA/n/d", 5, [Self.smoke(true)]))
        #expect(after.shown == "?alias 1")
        #expect(after.lesson.request != nil)
        #expect(decoder.missed().isEmpty)
    }

    @Test func `is the gateway of its devices`() throws {
        let decoder = try Self.born().decoder
        for topic in ["NBIRTH/n", "NDEATH/n", "DDATA/n/d", "DDEATH/n/d"] {
            let report = try decoder.report(Self.message(topic, 2, bdSeq: 5))
            #expect(report?.gateway == "g/n")
            #expect(report?.address == (topic.hasSuffix("/d") ? "g/n/d" : "g/n"))
            #expect(report?.deviceTime == (topic.hasPrefix("NDEATH") ? nil : Instant(milliseconds: 1000)))
        }
    }

    @Test func `clears a kind when all metrics of it are clear`() throws {
        var (decoder, _) = try Self.born()
        #expect(
            try Self.heard(&decoder, Self.message("DDATA/n/d", 2, [Self.smoke(true), Self.smoke(true, 4)])).shown
                == "smoke=true")
        #expect(try Self.heard(&decoder, Self.message("DDATA/n/d", 3, [Self.smoke(false)])).shown == "")
        #expect(
            try Self.heard(&decoder, Self.message("DDATA/n/d", 4, [Self.smoke(false, 4)])).shown == "smoke=false")
    }

    @Test func `says nothing by what is null, of the past, or of poor quality`() throws {
        var (decoder, _) = try Self.born()
        var past = Self.smoke(true)
        past.isHistorical = true
        var null = Self.smoke(true)
        null.isNull = true
        var transient = Self.smoke(true)
        transient.isTransient = true
        var poor = Self.smoke(true)
        var quality = SparkplugPropertyValue()
        quality.intValue = 500
        poor.properties.keys = ["Quality"]
        poor.properties.values = [quality]
        #expect(try Self.heard(&decoder, Self.message("DDATA/n/d", 2, [past, null])).shown == "")
        #expect(
            try Self.heard(&decoder, Self.message("DDATA/n/d", 3, [poor])).shown == "?Alarm/Smoke (quality 500)")
        #expect(try Self.heard(&decoder, Self.message("DDATA/n/d", 4, [transient])).shown == "smoke=true")
    }

    @Test(arguments: [
        (1 as UInt32, 0xFFFF_FFFB as UInt64, -5.0 as Double?), (1, 0xFB, -5), (2, 0xFFFB, -5), (3, 0xFFFF_FFFB, -5),
        (5, 20, 20), (7, 40, 40), (0, 20, 20), (0, 0xFFFF_FFFB, nil),
    ])
    func `writes numbers below zero as two's complement`(_ type: UInt32, _ bits: UInt64, _ expected: Double?) throws {
        var metric = Self.metric("Sensors/Temperature", nil, .intValue(UInt32(truncatingIfNeeded: bits)))
        if type == 0 { metric.clearDatatype() } else { metric.datatype = type }
        let readings = try SparkplugDecoder().report(Self.message("DDATA/n/d", 0, [metric]))?.readings
        #expect(readings == (expected.map { [Reading.number(.temperature, $0)] } ?? []))
        metric.value = .longValue(UInt64(bitPattern: Int64(-7)))
        metric.datatype = 4
        let long = try SparkplugDecoder().report(Self.message("DDATA/n/d", 0, [metric]))?.readings
        #expect(long == [Reading.number(.temperature, -7)])
    }

    @Test(
        arguments: [
            ("Loop 1/Detector 7/Fire", .booleanValue(true), "smoke=true"),
            ("Smoke/State", .booleanValue(true), "smoke=true"),
            ("Memory/Smoke", .booleanValue(true), ""), ("Smoke OK", .booleanValue(true), "?Smoke OK"),
            ("Input 7", .booleanValue(true), "?Input 7"), ("Input 7", .booleanValue(false), ""),
            ("Pump/Running", .booleanValue(true), ""), ("Alarm/Gas Leak", .intValue(1), "gas=true"),
            ("Alarm/Gas Leak", .intValue(3), "?Alarm/Gas Leak"), ("Device Control/Fire Reset", .booleanValue(true), ""),
            ("Mains OK", .booleanValue(false), "power=true"), ("Battery OK", .booleanValue(true), "battery_low=false"),
            ("Status/Fault", .booleanValue(true), "fault=true(Status/Fault)"),
            ("Status", .stringValue("FIRE"), "?Status"),
            ("Humidity", .floatValue(.nan), ""), ("RSSI", .intValue(0xFFFF_FFBA), "signal=-70.0"),
        ] as [(String, SparkplugMetric.OneOf_Value, String)])
    func `means what the words of its metrics say`(
        _ name: String, _ value: SparkplugMetric.OneOf_Value, _ expected: String
    ) throws {
        let message = try Self.message("DDATA/n/d", 0, [Self.metric(name, nil, value)])
        #expect(try SparkplugDecoder().report(message)?.shownRaised == expected)
    }

    @Test func `is understood after a restart from what was kept`() throws {
        var (decoder, births) = try Self.born()
        var again = SparkplugDecoder()
        for birth in births { _ = try again.learn(birth) }
        let next = try Self.message("DDATA/n/d", 2, [Self.smoke(true), Self.metric(nil, 3, .intValue(12))])
        #expect(try again.report(next) == decoder.report(next))
        // A hub that was away cannot know whether they still hold.
        #expect(again.missed() == decoder.missed())
        #expect(try again.report(next) == decoder.report(next))
        let death = try Self.message("NDEATH/n", nil, bdSeq: 4)
        #expect(try again.learn(death) == decoder.learn(death))
        #expect(try again.report(death)?.readings == [])
    }

    @Test func `learns nothing from an exercise`() throws {
        var table = try DecoderTable([SparkplugDecoder()])
        var birth = try Self.message("NBIRTH/n", 0, bdSeq: 5)
        birth.topic = "drill/7/\(birth.topic)"
        #expect(try table.learn(birth).isEmpty)
        #expect(table.missed().isEmpty)
    }

    @Test func `heard of least recently is given up for a new one`() throws {
        var decoder = SparkplugDecoder(strangersMax: 2)
        for name in ["a", "b"] {
            _ = try decoder.learn(Self.message("NBIRTH/\(name)", 0, bdSeq: 1))
            _ = try decoder.learn(Self.message("DBIRTH/\(name)/d", 1, Self.loop))
        }
        _ = try decoder.learn(Self.message("NDATA/a", 2))
        let lesson = try decoder.learn(Self.message("NBIRTH/c", 0, bdSeq: 1))
        #expect(lesson == Lesson(isKept: true, forgotten: ["spBv1.0/g/NBIRTH/b", "spBv1.0/g/DBIRTH/b/d"]))
        #expect(decoder.missed().map { $0.topic } == ["spBv1.0/g/NCMD/a", "spBv1.0/g/NCMD/c"])
    }

    @Test func `to which a device of the registry belongs is never given up for strangers, and asked first`() throws {
        var decoder = SparkplugDecoder(registered: ["g/n/d", "g/m"], strangersMax: 2, bytesMax: 20_000)
        func strangers(_ numbers: Range<Int>) throws -> [String] {
            try numbers.flatMap { number in
                let births = [
                    try Self.message("NBIRTH/s\(number)", 0, Self.loop), try Self.message("DBIRTH/s\(number)/d", 1),
                ]
                return try births.flatMap { try decoder.learn($0).forgotten }
            }
        }
        _ = try strangers(0..<1)
        for birth in [
            try Self.message("NBIRTH/n", 0, bdSeq: 5), try Self.message("DBIRTH/n/d", 1, Self.loop),
            try Self.message("NBIRTH/m", 0, Self.loop),
        ] {
            _ = try decoder.learn(birth)
        }
        let forgotten = try strangers(1..<50)
        #expect(forgotten.count == 2 * 48)
        #expect(forgotten.allSatisfy { $0.contains("/s") })
        #expect(try Self.heard(&decoder, Self.message("DDATA/n/d", 2, [Self.smoke(true)])).shown == "smoke=true")
        #expect(try Self.heard(&decoder, Self.message("NDATA/m", 1, [Self.smoke(true)])).shown == "smoke=true")
        let asked = decoder.missed()
        #expect(asked.map { $0.topic } == ["n", "m", "s48", "s49"].map { "spBv1.0/g/NCMD/\($0)" })
        #expect(asked.map { $0.isRegistered } == [true, true, false, false])
    }

    @Test func `cannot fill the memory with what it announces`() throws {
        var decoder = SparkplugDecoder(bytesMax: 200_000)
        let many = (0..<4097).map { Self.metric("m\($0)", UInt64($0), .booleanValue(true)) }
        func problem(_ message: Devices.Message) -> String? {
            do {
                _ = try decoder.learn(message)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(problem(try Self.message("NBIRTH/n", 0, many)) == "4097 metrics: expected at most 4096")
        let long = Self.metric(String(repeating: "x", count: 600), 1, .booleanValue(true))
        #expect(problem(try Self.message("NBIRTH/n", 0, [long]))?.contains("name of 600 bytes") == true)
        var kept: Set<String> = []
        for index in 0..<50 {
            let lesson = try decoder.learn(Self.message("NBIRTH/\(index)", 0, Array(many.prefix(300))))
            kept.insert("spBv1.0/g/NBIRTH/\(index)")
            kept.subtract(lesson.forgotten)
        }
        #expect((2...6).contains(kept.count))
        var node = SparkplugDecoder()
        for index in 0..<SparkplugNode.devicesMax {
            _ = try node.learn(Self.message("DBIRTH/n/\(index)", UInt64(index % 256)))
        }
        #expect(throws: Malformed("more than 1024 devices of one edge node", address: "g/n/more")) {
            try node.learn(Self.message("DBIRTH/n/more", 0))
        }
    }

    @Test func `whose alias stands for two metrics has none`() throws {
        var decoder = SparkplugDecoder()
        _ = try decoder.learn(
            Self.message(
                "NBIRTH/n", 0,
                [Self.metric("Smoke", 1, .booleanValue(false)), Self.metric("Tamper", 1, .booleanValue(false))]))
        let heard = try Self.heard(&decoder, Self.message("NDATA/n", 1, [Self.smoke(true)]))
        #expect(heard.shown == "?alias 1")
        #expect(heard.lesson.request != nil)
    }

    /// 20,000 births, deaths and data, cut, flipped and mixed, heard in any order: none crashes, what is kept stays
    /// bounded, and whoever is born after that is understood.
    @Test func `that sends damaged messages harms nobody`() throws {
        let vectors = try Vector.all(in: "sparkplug_b") + Vector.all(in: "homie")
        let messages = try vectors.flatMap { vector in
            try [vector.message] + (vector.given ?? []).map { try $0.message }
        }
        var table = try DecoderTable([HomieDecoder(), SparkplugDecoder()])
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix64(state: seed)
        for round in 0..<20_000 {
            var message = messages[Int.random(in: 0..<messages.count, using: &random)]
            for _ in 0..<Int.random(in: 0...3, using: &random) where !message.payload.isEmpty {
                let place = Int.random(in: 0..<message.payload.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: message.payload[place] = UInt8.random(in: 0...255, using: &random)
                case 1: message.payload.removeSubrange(place...)
                default: message.payload.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            _ = Result { () throws(Malformed) in try table.learn(message) }
            if case .success(let report?) = Result(catching: { () throws(Malformed) in try table.report(message) }) {
                #expect(Set(report.readings.map(\.kind)).count == report.readings.count, "seed \(seed), round \(round)")
                #expect(report.unmapped.count <= 16, "seed \(seed), round \(round)")
            }
            if round % 1000 == 0 { _ = table.missed() }
        }
        for birth in try Self.born().births { _ = try table.learn(birth) }
        #expect(
            try table.report(Self.message("DDATA/n/d", 2, [Self.smoke(true)]))?.readings == [.flag(.smoke, true)],
            "seed \(seed)")
    }
}
