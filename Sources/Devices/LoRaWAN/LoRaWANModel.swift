/// What the codec outputs of a LoRaWAN device mean. The codec defines the shape, so the model decides first, then the
/// field: `alarm` is the mains of a gas detector and the open-too-long timer of a door.
///
/// Sources: the codecs of Milesight-IoT/SensorDecoders, TheThingsNetwork/lorawan-devices, chirpstack's
/// lorawan-device-profiles and modrisb/tg563a-payload-decoder, as named at each model in ``LoRaWANModel/known``.
struct LoRaWANModel: Sendable {
    /// The Things Stack's `brand_id`: `flood-sensor` is a name that others may give theirs.
    var brand: String
    var fields: KeyTable<Field>

    /// The model of that name; `nil` for one that is not known.
    ///
    /// - Parameters:
    ///   - name: as a network server has it, in any case. A device profile may have more words: `Milesight GS524N v2`.
    ///   - brand: `nil` where the server does not say.
    static func named(_ name: [UInt8], brand: String? = nil) -> LoRaWANModel? {
        let name = name.prefix(100).map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        let found =
            known[name.span]
            ?? name.split { !isPartOfWord($0) }.lazy.compactMap { known[Array($0).span] }.first
        guard let found, brand == nil || brand == found.brand else { return nil }
        return found
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "-")
    }

    /// What every codec means by the same name. `battery` is not among it: per cent here, volts or millivolts there.
    static let unknown = KeyTable<Field>([
        ("temperature", .number(.temperature)), ("humidity", .number(.humidity)), ("history", .nothing),
    ])
}
