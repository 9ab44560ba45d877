/// What the fields of rtl_433's events mean beside the rows of ``DeviceModels``. Sources: `src/devices/*.c` and
/// `docs/DATA_FORMAT.md` of merbanan/rtl_433, and the captures in merbanan/rtl_433_tests.
///
/// Interlogix-Security: `subtype`, and latches `switch1` to `switch5`: a smoke detector rests with 1 open, its alarm opens
/// 2, its lid 4 (captures interlogix/05).
enum RTL433Model {
    /// What an Interlogix latch is for.
    enum Latch { case rest, alarm, tamper }

    /// By model.
    static let latches = KeyTable<KeyTable<Latch>>([
        (
            "Interlogix-Security",
            KeyTable([
                ("switch1", .rest), ("switch2", .alarm), ("switch3", .rest), ("switch4", .tamper), ("switch5", .rest),
            ])
        )
    ])

    /// What every model means by the same name.
    static let common = KeyTable<Field>([
        ("temperature_C", .number(.temperature)), ("temperature_F", .fahrenheit), ("humidity", .number(.humidity)),
        ("tamper", .flag(.tamper)), ("battery_low", .flag(.batteryLow)),
        ("battery_mV", .batteryVoltage), ("battery_V", .batteryVoltage),
        ("battery", .choice([("OK", [.flag(.batteryLow, false)]), ("LOW", [.flag(.batteryLow, true)])])),
        ("model", .nothing), ("type", .nothing), ("protocol", .nothing), ("mic", .nothing), ("time", .nothing),
    ])

    static let latchTexts = KeyTable([("OPEN", true), ("CLOSED", false)])
    /// What the alarm latch of an Interlogix detector is about; `nil` for an intruder, others are unmapped.
    static let subtypes = KeyTable<Reading.Kind?>([
        ("smoke", .smoke), ("heat", .heat), ("motion", nil), ("contact", nil),
    ])
}
