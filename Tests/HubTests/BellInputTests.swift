import AlertLog
import Registry
import Rules
import TestBroker
import TestHub
import Testing

/// What a `models.yaml` makes of inputs to which a block's own alarm is wired.
@Suite(.timeLimit(.minutes(1))) struct `A bell at an input` {
    private static let uplink = "application/1/device/24e124fffef12345/event/up"

    private func folder(_ port: Int) throws -> HubFolder {
        let folder = try HubFolder(port: port)
        try folder.write("residents.csv", ["id,name,language,block,floor,flat,role,contacts"])
        try folder.write(
            "devices.csv",
            [
                "id,ecosystem,address,block,floor,flat,area,kind,model",
                "a-bell,shelly_gen2,shellyplusi4-a8032ab1,a,,,lobby,building_alarm,bell relay",
                "b-bell,chirpstack,24e124fffef12345,b,,,lobby,building_alarm,bell loop",
            ])
        try folder.write(
            "models.yaml",
            [
                "models:", "  - model: bell relay", "    ecosystem: shelly_gen2",
                #"    fields: {"input:0.state": contact}"#,
                "  - model: bell loop", "    ecosystem: chirpstack",
                "    fields: {adc_1: {above: 18, kind: button, fault-below: 3.6}}",
            ])
        return folder
    }

    @Test func `is heard sounding: the contact of a Shelly, and the milliamperes of a current loop`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try folder(broker.port)
        let voice = try Voice(broker)
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        func status() async throws -> [String] { try await HubProcess.run(["status", "--state", folder.state]).output }
        // A device's clock and counter go on, or what it says is what it has said already.
        var seconds = 1_795_412_345
        func shelly(_ isClosed: Bool) async throws {
            seconds += 1
            let frame =
                #"{"src":"shellyplusi4-a8032ab1","dst":"shellyplusi4-a8032ab1/events","method":"NotifyStatus","#
                + #""params":{"ts":\#(seconds).6,"input:0":{"id":0,"state":\#(isClosed)}}}"#
            try await voice.say("shellyplusi4-a8032ab1/events/rpc", frame)
        }
        func loop(_ milliamperes: Double) async throws {
            seconds += 1
            let uplink =
                #"{"deviceInfo":{"deviceProfileName":"UC300"},"fCnt":\#(seconds),"object":{"adc_1":\#(milliamperes)}}"#
            try await voice.say(Self.uplink, uplink)
        }

        for (block, say) in [("a", { try await shelly($0) }), ("b", { try await loop($0 ? 19.6 : 4.1) })]
            as [(String, (Bool) async throws -> Void)]
        {
            try await say(false)
            try await say(true)
            try await log.line("that \(block) sounds") { $0.details["bell"] == "sounds" && $0.block == block }
            try await say(false)
            try await log.line("that \(block) is quiet") { $0.details["bell"] == "quiet" && $0.block == block }
            let told = try await status().first { $0.hasPrefix("building alarm   \(block) ") }
            #expect(told?.contains(/in service; last heard sounding 20/) == true, "\(told ?? "nothing")")
        }
        try await loop(0)
        let fault = try await log.trouble("building alarm isolated unregistered")
        #expect(fault.block == "b")
        #expect(try await hub.terminate() == 0)
    }
}
