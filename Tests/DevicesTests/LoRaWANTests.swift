import Devices
import Registry
import Testing

/// What the collected vectors leave out of codecs' outputs.
@Suite struct `A LoRaWAN device` {
    @Test(arguments: [
        (#"{"event":"alarm"}"#, "Milesight GS524N (EU)", "smoke=true"), (#"{"event":"alarm"}"#, "gs524n", "smoke=true"),
        (#"{"event":"mystery"}"#, "GS524N", "~event=mystery"), (#"{"event":null}"#, "GS524N", ""),
        (#"{"event":"","battery":255}"#, "GS524N", ""),
        (#"{"event":"testing alarm with low battery"}"#, "GS524N", "test=true battery_low=true"),
        // One word, three meanings.
        (#"{"alarm":"power on"}"#, "GS101", "power=false"), (#"{"ALARM":1}"#, "LWL02", ""),
        (#"{"alarm":"device fault recovered"}"#, "GS101", "fault=false"),
        // Nobody knows the model: named, not dropped.
        (#"{"event":"alarm"}"#, "Corridor", "?event=alarm"),
        (#"{"status":{"smokeAlarm":1.0}}"#, "X", "?status.smokeAlarm=1.0"),
        (#"{"FireAlarm":"Alarm","Temp":20}"#, "X", "?FireAlarm=Alarm"), (#"{"fire":[0,1]}"#, "X", "?fire=1"),
        (#"{"leak":"dry","battery":3.1,"temperature":21}"#, "X", "temperature=21.0"),
        (#"{"type":"smoke sensor","smokeEventEnabled":1,"smoke_ppm":12}"#, "X", ""),
        (#"{"history":[{"leakage_status":"leak"}]}"#, "X", ""), (#"{"water_alarm":2}"#, "X", "?water_alarm=2"),
        // The codec says itself what it is of.
        (#"{"Device":"RA02A","FireAlarm":"Alarm"}"#, "X", "smoke=true"),
        // A broken field never hides a fire; alone it is an error.
        (#"{"status":{"smokeAlarm":1,"batteryLow":"perhaps"}}"#, "TG563A", "smoke=true"),
        (#"{"status":{"batteryLow":"perhaps"}}"#, "TG563A", "malformed"), (#"{"status":7}"#, "TG563A", "malformed"),
        (#"{"status":{"smokeAlarm":1},"status":{"smokeAlarm":0}}"#, "TG563A", "smoke=true"),
        (#"{"status":{"smokeAlarm":-1}}"#, "TG563A", ""), ("null", "TG563A", ""), ("[]", "TG563A", "malformed"),
        (#"{"FireAlarm":"No Alarm","Volt":null}"#, "RA02A", "smoke=false"), (#"{"flood":{"value":100}}"#, "strips", ""),
    ])
    func `is understood by its model`(_ object: String, _ model: String, _ expected: String) {
        let payload = #"{"deviceInfo":{"deviceProfileName":"\#(model)"},"object":\#(object)}"#
        #expect(Self.shown(payload) == expected)
    }

    private static func shown(_ payload: String) -> String {
        do {
            let message = Message(topic: "application/a/device/d/event/up", payload: payload)
            return try ChirpStackDecoder().report(message)?.shown ?? "nil"
        } catch {
            return "malformed"
        }
    }
}
