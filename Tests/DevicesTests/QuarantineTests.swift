import Devices
import Registry
import Testing

@Suite struct `The quarantine` {
    private let start = Instant(milliseconds: 1_800_000_000_000)

    /// What a stranger says of smoke.
    private func hear(
        _ address: String, _ ecosystem: Device.Ecosystem = .zigbee2mqtt, alarm: Bool = false, at seconds: Double,
        _ quarantine: inout Quarantine
    ) -> Quarantine.News {
        quarantine.hear(
            Report(ecosystem: ecosystem, address: address, readings: [.flag(.smoke, alarm)]),
            Message(topic: "zigbee2mqtt/\(address)", payload: Array("{}".utf8)), place: nil,
            at: start + .seconds(seconds))
    }

    @Test func `keeps what is known of a stranger, and says what it seems to be`() throws {
        var quarantine = Quarantine()
        let place = Place(block: "a", floor: "12", flat: "C")
        let report = Report(
            ecosystem: .zigbee2mqtt, address: "hall", readings: [.flag(.smoke, false), .number(.battery, 97)])
        let payload = #"{"smoke":false,"battery":97,"device":{"model":"HS1SA"}}"#
        let message = Message(topic: "zigbee2mqtt/hall", payload: Array(payload.utf8))
        #expect(quarantine.hear(report, message, place: place, at: start).isNew)
        let alarm = Report(ecosystem: .zigbee2mqtt, address: "hall", readings: [.flag(.smoke, true)])
        let news = quarantine.hear(alarm, message, place: nil, at: start + .seconds(60))
        #expect(news.alarm && news.alarmIsNew && news.isKept && !news.isNew)
        #expect(!quarantine.hear(alarm, message, place: nil, at: start + .seconds(61)).alarmIsNew)
        let device = try #require(quarantine.devices.first)
        #expect(quarantine.count == 1)
        #expect(device.messages == 3)
        #expect(device.firstHeardAt == start && device.heardAt == start + .seconds(61))
        #expect(device.alarmedAt == start + .seconds(61) && device.place == place && device.route == "zigbee2mqtt")
        #expect(device.excerpt == payload)
        let guess = DeviceGuess(device)
        #expect(guess.kind == .smoke)
        #expect(guess.reason == "model HS1SA, says smoke and battery: a smoke detector")
    }

    @Test(arguments: [
        ([Reading.Kind.temperature, .humidity], nil, Device.Kind.sensor, "says temperature and humidity: a sensor"),
        ([.availability], nil, nil, "says availability, which tells nothing"),
        (
            [], "alarm_1", nil,
            "sends alarm_1=true, which may be an alarm and which no table explains: look at the device"
        ),
        ([.temperature, .smoke], nil, .smoke, "says smoke and temperature: a smoke detector"),
    ])
    func `guesses by the hazards first`(
        _ kinds: [Reading.Kind], _ unmapped: String?, _ kind: Device.Kind?, _ reason: String
    ) throws {
        var quarantine = Quarantine()
        let readings = kinds.map { Reading($0, .flag(false)) }
        _ = quarantine.hear(
            Report(
                ecosystem: .tasmota, address: "t", readings: readings,
                unmapped: unmapped.map { [UnmappedField($0, "true", isRaised: true)] } ?? []),
            Message(topic: "tele/t/SENSOR", payload: []), place: nil, at: start)
        let guess = DeviceGuess(try #require(quarantine.devices.first))
        #expect(guess.kind == kind)
        #expect(guess.reason == reason)
    }

    @Test(arguments: [
        ("HESZB-120", [Reading.Kind.smoke], nil, Device.Kind.heat, "says smoke, of this model heat: a heat detector"),
        (
            "ZS130000078", [.smoke, .battery], nil, nil,
            "says smoke and battery, of this model battery, which tells nothing"
        ),
        ("ZS130000078", [.smoke], nil, nil, "says smoke, of this model nothing, which tells nothing"),
        ("MIR-X", [], "alarm_1=true", .co, "says alarm_1=true, of this model co: a CO detector"),
        ("HS1SA", [.smoke], nil, .smoke, "says smoke: a smoke detector"),
    ])
    func `guesses by what the fields of its model mean`(
        _ model: String, _ kinds: [Reading.Kind], _ unmapped: String?, _ kind: Device.Kind?, _ reason: String
    ) throws {
        let yaml = "models: [{model: MIR-X, ecosystem: zigbee2mqtt, fields: {alarm_1: co}}]"
        let models = try DeviceModels.load(ConfigFile(name: "models.yaml", text: yaml))
        var quarantine = Quarantine()
        let report = Report(
            ecosystem: .zigbee2mqtt, address: "d", readings: kinds.map { Reading($0, .flag(true)) },
            gateway: "zigbee2mqtt",
            unmapped: unmapped == nil ? [] : [UnmappedField("alarm_1", "true", isRaised: true)])
        let payload = #"{"device":{"model":"\#(model)"}}"#
        _ = quarantine.hear(
            report, Message(topic: "zigbee2mqtt/d", payload: Array(payload.utf8)), place: nil, at: start)
        let device = try #require(quarantine.devices.first)
        #expect(device.gateway == "zigbee2mqtt")
        let guess = DeviceGuess(device, models)
        #expect(guess.kind == kind)
        #expect(guess.reason == "model \(model), \(reason)")
    }

    @Test func `counts what cannot be understood of an address`() throws {
        var quarantine = Quarantine()
        let message = Message(topic: "tele/t/LWT", payload: Array("perhaps".utf8))
        let table = try DecoderTable.all()
        let malformed = try #require(throws: Malformed.self) { try table.report(message) }
        #expect(malformed.ecosystem == .tasmota)
        quarantine.hear(malformed, message, at: start)
        let device = try #require(quarantine.devices.first)
        #expect(device.address == "t" && device.malformed == 1 && device.messages == 1)
        #expect(DeviceGuess(device).reason == "what it sends cannot be understood")
    }

    @Test func `of one ecosystem takes no places from another`() {
        var quarantine = Quarantine()
        for number in 0..<20 { _ = hear("real-\(number)", .tasmota, at: 0, &quarantine) }
        for number in 0..<5000 { _ = hear("made-up-\(number)", alarm: number % 2 == 0, at: 1, &quarantine) }
        for number in 20..<40 { #expect(hear("real-\(number)", .tasmota, at: 2, &quarantine).isKept) }
        #expect(quarantine.count <= Quarantine.devicesMax)
        #expect(quarantine.devices.count { $0.ecosystem == .tasmota } == 40)
        #expect(quarantine.turnedAway + quarantine.thrownOut == 5040 - quarantine.count)
    }

    @Test func `keeps in a flood whoever was there before, and lets in others when it is over`() {
        var quarantine = Quarantine()
        for number in 0..<20 { _ = hear("real-\(number)", at: 0, &quarantine) }
        for number in 0..<20 { _ = hear("real-\(number)", at: 900, &quarantine) }
        for number in 0..<100_000 { _ = hear("made-up-\(number)", at: 1000 + Double(number) / 1000, &quarantine) }
        #expect(quarantine.count == Quarantine.devicesMax - Quarantine.reservedForAlarms)
        #expect(quarantine.devices.count { $0.address.hasPrefix("real") } == 20)
        #expect(!hear("late", at: 1200, &quarantine).isKept)
        #expect(hear("late", at: 1000 + 3700, &quarantine).isKept)
        #expect(quarantine.devices.count { $0.address.hasPrefix("real") } == 20)
    }

    @Test func `never lets one that has alarmed go before one that has not`() {
        var quarantine = Quarantine()
        for number in 0..<100 { _ = hear("alarm-\(number)", alarm: true, at: 0, &quarantine) }
        for number in 0..<3000 { _ = hear("quiet-\(number)", at: 1, &quarantine) }
        // The last places are for alarms, and then those of the quiet ones.
        for number in 0..<3000 { _ = hear("late-\(number)", alarm: true, at: 2 + Double(number), &quarantine) }
        let devices = quarantine.devices
        #expect(devices.count == Quarantine.devicesMax)
        #expect(devices.allSatisfy { $0.alarmedAt != nil })
        #expect(devices.count { $0.address.hasPrefix("alarm") } == 100)
        #expect(!hear("quiet-again", at: 4000, &quarantine).isKept)
    }

    @Test func `bounds what strangers send`() throws {
        var quarantine = Quarantine()
        let long = String(repeating: "é\u{301}\u{301}", count: 10_000)
        let payload = #"{"model":"\#(long)","x":"\#(long)"}"#
        let report = Report(
            ecosystem: .rtl433, address: long, readings: [.flag(.smoke, true)], gateway: long,
            unmapped: [UnmappedField(long, "true", isRaised: true)])
        _ = quarantine.hear(
            report, Message(topic: "rtl_433/\(long)/events", payload: Array(payload.utf8)), place: nil, at: start)
        let device = try #require(quarantine.devices.first)
        let texts = [
            device.address, device.topic, device.excerpt, device.route, device.gateway, device.model, device.unmapped,
        ]
        #expect(texts.compactMap { $0 }.map(\.utf8.count).reduce(0, +) <= 560)
        #expect(device.gateway?.hasSuffix("…") == true)
        #expect(device.address.hasSuffix("…"))
    }

    @Test func `is as it was after a restart, without those that somebody has adopted`() {
        var quarantine = Quarantine()
        for address in ["x", "y"] { _ = hear(address, alarm: true, at: 0, &quarantine) }
        let changes = quarantine.takeChanges(10)
        #expect(changes.kept.count == 2 && changes.gone.isEmpty)
        #expect(quarantine.takeChanges(10).kept.isEmpty)
        var restored = Quarantine(changes.kept) { $0 == .zigbee2mqtt && $1 == "x" }
        #expect(restored.devices == quarantine.devices.filter { $0.address == "y" })
        let gone = restored.takeChanges(10)
        #expect(gone.kept.isEmpty && gone.gone == [QuarantinedDevice.Key(.zigbee2mqtt, "x")])
        restored.forget(at: start + .seconds(29 * 86_400))
        #expect(restored.count == 1)
        restored.forget(at: start + .seconds(31 * 86_400))
        #expect(restored.count == 0)
    }
}
