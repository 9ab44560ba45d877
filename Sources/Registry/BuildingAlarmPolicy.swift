/// How an estate supervises the fire alarms that its buildings have themselves: `building-alarm` in `estate.yaml`.
public struct BuildingAlarmPolicy: Hashable, Sendable {
    /// A bell that has not been heard sounding for longer than this goes amber.
    ///
    /// BS 5839-1 asks for a test at a call point every week; in Hong Kong the law asks for an inspection a year (Cap.
    /// 95B, regulation 8), which says nothing of the other 364 days. A month is what guards can do without a contractor.
    /// Too short, and amber is how every bell looks; too long, and nobody notices a bell that was cut off.
    public var testInterval: Duration = .seconds(31 * 86_400)
    /// How long the bell may stay silent after a fire is confirmed: long enough for its panel's own verification to
    /// have begun, short enough for people who still wait for it.
    public var contradictionAfter: Duration = .seconds(30)
    /// Whether the residents are told when the building's alarm is isolated, and when it is back.
    public var tellsResidents = true
    /// How long before the stated end those responsible are reminded; zero for not at all.
    public var remindBefore: Duration = .seconds(15 * 60)

    public init() {}

    private static let day = Duration.seconds(86_400)

    init(reading node: YAMLNode, _ mistakes: inout Mistakes) {
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return }
        mapping.checkKeys(["test-interval", "contradiction-after", "tell-residents", "remind-before"], &mistakes)
        func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
            mapping[key].flatMap { node in
                mistakes.reading { () throws(ConfigError) in try node.duration(in: range) }
            }
        }
        testInterval = duration("test-interval", in: Self.day...Self.day * 366) ?? testInterval
        contradictionAfter = duration("contradiction-after", in: .seconds(5)...(.seconds(600))) ?? contradictionAfter
        remindBefore = duration("remind-before", in: .zero...Self.day) ?? remindBefore
        let tells = mapping["tell-residents"].flatMap { node in
            mistakes.reading { () throws(ConfigError) in try node.flag() }
        }
        tellsResidents = tells ?? tellsResidents
    }
}
