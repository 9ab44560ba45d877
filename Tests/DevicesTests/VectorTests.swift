import Devices
import Foundation
import Registry
import Testing

@Suite struct `Every vector` {
    private static let table = Result { try DecoderTable([NativeDecoder(), Zigbee2MQTTDecoder()]) }

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

    @Test(arguments: try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt"))
    func `is found by its topic`(_ vector: Vector) throws {
        let table = try Self.table.get()
        let message = try vector.message
        try check(vector, Result { () throws(Malformed) in try table.report(message) })
    }

    @Test(arguments: try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt"))
    func `says the same under the topic of an exercise`(_ vector: Vector) throws {
        let table = try Self.table.get()
        var message = try vector.message
        message.topic = "drill/2026-11/\(message.topic)"
        #expect(try table.report(message) == nil)
        let drill = try #require(DrillTopic(message.topic))
        try check(vector, Result { () throws(Malformed) in try table.report(message, in: drill) })
    }

    @Test(arguments: try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt"))
    func `is shown by the decode command`(_ vector: Vector) throws {
        var decode = DecodeLine(try Self.table.get())
        let line = decode.answer(try vector.line)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        #expect(answer.topic == vector.topic)
        #expect(answer.device == vector.device)
        #expect(Set(answer.readings) == Set(vector.expect))
        #expect(answer.readings.count == vector.expect.count)
        #expect((answer.error != nil) == (vector.mayError ?? false))
        if let error = vector.error { #expect(answer.error?.contains(error) == true) }
        #expect(answer.unmapped ?? [] == vector.unmapped ?? [])
        #expect(!line.contains("\n"))
    }

    private func check(_ vector: Vector, _ result: Result<Report?, Malformed>) throws {
        switch result {
        case .success(let report):
            #expect(vector.error == nil)
            let readings = (report?.readings ?? []).map(Vector.Expected.init)
            #expect(Set(readings) == Set(vector.expect))
            #expect(readings.count == vector.expect.count)
            #expect(report?.address == vector.device)
            #expect(report?.unmapped ?? [] == vector.unmapped ?? [])
            if let sequence = vector.sequence { #expect(report?.sequence == sequence) }
            if let time = vector.time { #expect(report?.deviceTime?.description == time) }
            if let place = vector.place { #expect(report?.place?.description == place) }
        case .failure(let malformed):
            #expect(vector.mayError == true, "\(malformed)")
            #expect(malformed.address == vector.device)
            if let error = vector.error { #expect(malformed.description.contains(error)) }
        }
    }

    private struct Answer: Decodable {
        var topic: String?
        var device: String?
        var readings: [Vector.Expected]
        var unmapped: [String]?
        var error: String?
    }
}
