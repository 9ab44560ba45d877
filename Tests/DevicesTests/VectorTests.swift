import Devices
import Foundation
import Registry
import Testing

@Suite struct `Every vector` {
    private static let table = Result { try DecoderTable.all() }

    @Test(arguments: try Vector.all(in: "native"))
    func `of a native device is understood`(_ vector: Vector) throws {
        let message = try vector.message
        try check(vector, Result { () throws(Malformed) in try NativeDecoder().report(message) })
    }

    @Test(arguments: try Vector.all(in: "zigbee2mqtt"))
    func `of Zigbee2MQTT is understood`(_ vector: Vector) throws {
        let message = try vector.message
        try check(vector, Result { () throws(Malformed) in try Zigbee2MQTTDecoder().report(message) })
    }

    @Test(arguments: try Ecosystems.vectors)
    func `of any other ecosystem is understood`(_ vector: Vector) throws {
        let message = try vector.message
        let decoders = Ecosystems.decoders(of: vector.ecosystem)
        #expect(!decoders.isEmpty)
        var result = Result<Report?, Malformed>.success(nil)
        for decoder in decoders {
            if case .success(nil) = result {
                let decoder = try taught(decoder, vector)
                result = Result { () throws(Malformed) in try decoder.report(message) }
            }
        }
        try check(vector, result)
    }

    @Test(arguments: try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt") + Ecosystems.vectors)
    func `is found by its topic`(_ vector: Vector) throws {
        let message = try vector.message
        var table = try taught(vector)
        _ = try? table.learn(message)
        try check(vector, Result { () throws(Malformed) in try table.report(message) })
    }

    @Test(arguments: try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt") + Ecosystems.vectors)
    func `says the same under the topic of an exercise`(_ vector: Vector) throws {
        let table = try taught(vector)
        var message = try vector.message
        message.topic = "drill/2026-11/\(message.topic)"
        #expect(try table.report(message) == nil)
        let drill = try #require(DrillTopic(message.topic))
        try check(vector, Result { () throws(Malformed) in try table.report(message, in: drill) })
    }

    @Test(arguments: try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt") + Ecosystems.vectors)
    func `is shown by the decode command`(_ vector: Vector) throws {
        var decode = DecodeLine(try Self.table.get())
        for given in vector.given ?? [] { _ = decode.answer(try given.line) }
        let line = decode.answer(try vector.line)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        #expect(answer.topic == vector.topic)
        if isStrict(vector) || vector.device != nil { #expect(answer.device == vector.device) }
        #expect(Set(answer.readings) == Set(vector.expect))
        #expect(answer.readings.count == vector.expect.count)
        #expect(answer.error == nil || vector.mayError == true)
        if isStrict(vector) { #expect((answer.error != nil) == (vector.mayError ?? false)) }
        if let error = vector.error { #expect(answer.error?.contains(error) == true) }
        if isStrict(vector) { #expect(answer.unmapped?.map(\.field) ?? [] == vector.unmapped ?? []) }
        #expect(!line.contains("\n"))
    }

    private func taught(_ vector: Vector) throws -> DecoderTable {
        var table = try Self.table.get()
        try vector.teach(&table)
        return table
    }

    private func taught(_ decoder: any Decoder, _ vector: Vector) throws -> any Decoder {
        guard var learner = decoder as? any LearningDecoder else { return decoder }
        for given in vector.given ?? [] { _ = try learner.learn(given.message) }
        _ = try? learner.learn(vector.message)
        return learner
    }

    private func check(_ vector: Vector, _ result: Result<Report?, Malformed>) throws {
        switch result {
        case .success(let report):
            #expect(vector.error == nil)
            // To the vectors volts are no reading: `BatteryVoltageTests.swift` has them.
            let readings = (report?.readings ?? []).filter { $0.kind != .batteryVoltage }.map(Vector.Expected.init)
            #expect(Set(readings) == Set(vector.expect))
            #expect(readings.count == vector.expect.count)
            if let report { #expect(report.ecosystem.rawValue == vector.ecosystem) }
            if isStrict(vector) || vector.device != nil || vector.mayError != true {
                #expect(report?.address == vector.device)
            }
            if isStrict(vector) { #expect(report?.unmapped.map(\.name) ?? [] == vector.unmapped ?? []) }
            if let sequence = vector.sequence { #expect(report?.sequence == sequence) }
            if let time = vector.time { #expect(report?.deviceTime?.description == time) }
            if let place = vector.place { #expect(report?.place?.description == place) }
        case .failure(let malformed):
            #expect(vector.mayError == true, "\(malformed)")
            if isStrict(vector) || vector.device != nil { #expect(malformed.address == vector.device) }
            if let error = vector.error { #expect(malformed.description.contains(error)) }
        }
    }

    /// Whether the file says exactly what is an error, whose it is, and what is unmapped.
    private func isStrict(_ vector: Vector) -> Bool { ["native", "zigbee2mqtt"].contains(vector.ecosystem) }

    private struct Unmapped: Decodable {
        var field: String
        var value: String
        var raised: Bool
    }

    private struct Answer: Decodable {
        var topic: String?
        var device: String?
        var readings: [Vector.Expected]
        var unmapped: [Unmapped]?
        var error: String?
    }
}
