extension LoRaWANModel {
    static let known = KeyTable<LoRaWANModel>([
        ("gs524n", LoRaWANModel(brand: "milesight-iot", fields: gs524n)),
        ("gs101", LoRaWANModel(brand: "milesight-iot", fields: gs101)),
        ("em300-zld", LoRaWANModel(brand: "milesight-iot", fields: em300ZLD)),
        ("ws101", LoRaWANModel(brand: "milesight-iot", fields: ws101)),
        ("tg563a", LoRaWANModel(brand: "techem", fields: tg563a)),
        ("ra02a", LoRaWANModel(brand: "netvox", fields: ra02a)),
        ("r311w", LoRaWANModel(brand: "netvox", fields: r311w)),
        ("flood-sensor", LoRaWANModel(brand: "mclimate", fields: mclimateFlood)),
        ("strips", LoRaWANModel(brand: "sensative", fields: strips)),
        ("lwl02", LoRaWANModel(brand: "dragino", fields: lwl02)),
    ])

    /// Smoke. `Milesight-IoT/SensorDecoders gs-series/gs524n`.
    private static let gs524n = KeyTable<Field>([
        (
            "event",
            .choice([
                ("alarm", [.flag(.smoke, true)]),
                // Silenced on the device: the alarm is as it was.
                ("silent", []),
                ("normal", [.flag(.smoke, false), .flag(.test, false), .flag(.fault, false)]),
                ("low battery", [.flag(.batteryLow, true)]),
                ("failover", [.flag(.fault, true, detail: "failover")]),
                ("removed", [.flag(.tamper, true)]), ("installed", [.flag(.tamper, false)]),
                ("testing alarm with normal battery", [.flag(.test, true), .flag(.batteryLow, false)]),
                ("testing alarm with low battery", [.flag(.test, true), .flag(.batteryLow, true)]),
            ])
        ),
        ("battery", .number(.battery)), ("concentration", .number(.smokeDensity, unit: "%")),
        ("temperature", .number(.temperature)), ("type", .nothing),
    ])

    /// Gas. `Milesight-IoT/SensorDecoders gs-series/gs101`, and with other names
    /// `TheThingsNetwork/lorawan-devices vendor/milesight-iot/gs101.js`. `alarm` is of the device, not of gas.
    private static let gs101 = KeyTable<Field>([
        ("gas_status", .choice([("normal", [.flag(.gas, false)]), ("alarm", [.flag(.gas, true)])])),
        ("state", .choice([("normal", [.flag(.gas, false)]), ("abnormal", [.flag(.gas, true)])])),
        (
            "alarm",
            .choice([
                ("power off", [.flag(.power, true)]), ("power down", [.flag(.power, true)]),
                ("power on", [.flag(.power, false)]),
                ("sensor fault", fault("sensor fault")), ("sensor failure", fault("sensor failure")),
                ("device fault", fault("device fault")), ("sensor failed", fault("sensor failed")),
                ("sensor about to fail", fault("sensor about to fail")),
                ("device will be invalid soon", fault("device will be invalid soon")),
                ("device invalid", fault("device invalid")),
                ("sensor recover", [.flag(.fault, false)]), ("device fault recovered", [.flag(.fault, false)]),
                ("sensor fault recovered", [.flag(.fault, false)]),
            ])
        ),
        ("valve", .nothing), ("valve_status", .nothing), ("relay", .nothing), ("relay_output_status", .nothing),
        ("life_remain", .nothing), ("reset_event", .nothing), ("device_status", .nothing),
    ])

    /// Water. `Milesight-IoT/SensorDecoders em-series/em300-zld`. `history` is what was stored, not live.
    private static let em300ZLD = KeyTable<Field>([
        ("leakage_status", .choice([("normal", [.flag(.waterLeak, false)]), ("leak", [.flag(.waterLeak, true)])])),
        ("battery", .number(.battery)), ("temperature", .number(.temperature)), ("humidity", .number(.humidity)),
        ("history", .nothing),
    ])

    /// A button. `Milesight-IoT/SensorDecoders ws-series/ws101`.
    private static let ws101 = KeyTable<Field>([
        (
            "button_event",
            .object([
                (
                    "status",
                    .choice([
                        ("short press", [.flag(.button, true)]), ("long press", [.flag(.button, true)]),
                        ("double press", [.flag(.button, true)]),
                    ])
                ), ("msgid", .nothing),
            ])
        ),
        ("battery", .number(.battery)),
    ])

    /// Smoke. `modrisb/tg563a-payload-decoder index.js`. The flags are 0 or 1, `batteryLevel` is in volts; `messageType`
    /// repeats one of the flags.
    private static let tg563a = KeyTable<Field>([
        ("messageType", .nothing), ("configuration", .nothing), ("temperature", .number(.temperature)),
        (
            "status",
            .object([
                ("smokeAlarm", .flag(.smoke)), ("mounted", .inverted(.tamper)), ("batteryLow", .flag(.batteryLow)),
                ("tooLongUnmounted", .flag(.tamper)), ("smokeChamberFailure", .fault), ("fouledSmokeChamber", .fault),
                ("obstacleDetected", .fault), ("airInletCovered", .fault), ("ultrasonicSensorFailure", .fault),
                ("infraredSensorFailure", .fault), ("buzzerFailure", .fault), ("temperatureOutOfRange", .fault),
                ("brightness", .nothing), ("tooLongInactivity", .nothing),
            ])
        ),
        ("smokeAlarmCounter", .nothing), ("smokeAlarmDeactivationCounter", .nothing), ("smokeErrorCounter", .nothing),
        ("smokeAlarmTimeCounter", .nothing), ("testAlarmCounter", .nothing), ("testAlarmTimeCounter", .nothing),
        ("foulingSmokeChamber", .nothing), ("faultTimeCounter", .nothing),
    ])

    /// Fire: smoke and heat. `TheThingsNetwork/lorawan-devices vendor/netvox/payload/ra02a.js`.
    private static let ra02a = KeyTable<Field>([
        ("FireAlarm", .choice([("No Alarm", [.flag(.smoke, false)]), ("Alarm", [.flag(.smoke, true)])])),
        ("HighTempAlarm", .choice([("No Alarm", [.flag(.heat, false)]), ("Alarm", [.flag(.heat, true)])])),
        ("Temp", .number(.temperature)), ("Volt", .lowBatteryVolts), ("Status", .nothing),
    ])

    /// Water, with two probes. `TheThingsNetwork/lorawan-devices vendor/netvox/r311w-codec.yaml`.
    private static let r311w = KeyTable<Field>([
        ("WaterLeak_1", .choice([("NoLeak", [.flag(.waterLeak, false)]), ("Leak", [.flag(.waterLeak, true)])])),
        ("WaterLeak_2", .choice([("NoLeak", [.flag(.waterLeak, false)]), ("Leak", [.flag(.waterLeak, true)])])),
        ("Volt", .lowBatteryVolts), ("Status", .nothing),
    ])

    /// Water. `TheThingsNetwork/lorawan-devices vendor/mclimate/flood-sensor.js`. `battery` is in volts in the code and
    /// in millivolts in the example.
    private static let mclimateFlood = KeyTable<Field>([
        ("flood", .flag(.waterLeak)), ("boxTamper", .flag(.tamper)), ("temperature", .number(.temperature)),
        ("battery", .nothing),
        (
            "reason",
            .choice([
                ("keepalive", []), ("testButtonPressed", [.flag(.test, true)]),
                ("floodDetected", [.flag(.waterLeak, true)]), ("fraudDetected", [.flag(.tamper, true)]),
            ])
        ),
    ])

    /// Water. `TheThingsNetwork/lorawan-devices vendor/sensative/strips-codec.yaml`. `tempAlarm` is comfort, not fire.
    private static let strips = KeyTable<Field>([
        ("floodAlarm", .object([("value", .flag(.waterLeak))])), ("flood", .nothing), ("battery", .number(.battery)),
        ("temperature", .object([("value", .number(.temperature))])),
        ("humidity", .object([("value", .number(.humidity))])), ("tempAlarm", .nothing),
        ("userSwitch1Alarm", .nothing), ("historySeqNr", .nothing), ("prevHistSeqNr", .nothing),
    ])

    /// Water or a door. `chirpstack/lorawan-device-profiles vendors/dragino`. `ALARM` is the open-too-long timer.
    private static let lwl02 = KeyTable<Field>([
        ("WATER_LEAK_STATUS", .flag(.waterLeak)), ("WATER_LEAK_TIMES", .nothing),
        ("LAST_WATER_LEAK_DURATION", .nothing), ("DOOR_OPEN_STATUS", .inverted(.contact)), ("ALARM", .nothing),
    ])

    private static func fault(_ words: String) -> [Reading] { [.flag(.fault, true, detail: words)] }
}
