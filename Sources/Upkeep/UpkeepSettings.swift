public import Registry

/// `upkeep` in `hub.yaml`: when something has to be mended, and who hears of it when.
///
/// How sure each figure is stands beside it: *standard*, *maker* (one maker's data sheet), or *choice* (this project's,
/// by judgement alone).
public struct UpkeepSettings: Hashable, Sendable {
    /// `days`: for how many days daily figures are kept, `30...365`. Choice: a season.
    public var days = 90
    /// `digest`: at what time of the day those who maintain are told, by the estate's clocks, `07:00...20:59`.
    public var digestAt = Duration.seconds(9 * 3600)
    /// `settle`: how long a trouble has to be away before its ticket closes. Choice.
    ///
    /// Too short, and a loose contact opens and closes all day; too long, and what is mended stays on the list.
    public var settle = Duration.seconds(3600)
    /// `reopen`: a trouble that comes back within it reopens the same ticket. Choice.
    public var reopen = Duration.seconds(30 * 86_400)
    /// `urgent`: kinds of which those who maintain are told at once, at night too.
    public var urgent: [Ticket.Kind] = [.leak, .tilt]
    /// `due`, by kind: within what time it should be mended. Choice; what is predicted is due on its own day.
    public var dueByKind: [Ticket.Kind: Duration] = [:]
    /// `share`: when more devices of a block than this have one trouble that shares a cause, the rest of them shares one
    /// ticket. Choice.
    public var share = 20
    /// `brief-outage`: how long a device may be offline or without mains power before that is a ticket. Choice.
    public var briefOutage = Duration.seconds(600)

    public var battery = Battery()
    public var contamination = Contamination()
    public var signal = Signal()
    public var nuisance = Nuisance()
    public var life = Life()
    public var climate = Climate()
    /// `vibration.times`: how often a day a part of the building may begin to vibrate. Choice.
    public var vibrationsMax = 20

    public init() {}

    public func due(_ kind: Ticket.Kind) -> Duration { dueByKind[kind] ?? .seconds(kind.days * 86_400) }

    /// `battery`, in percent.
    public struct Battery: Hashable, Sendable {
        /// Low from here. Choice: below it makers' percentages mean little.
        public var low = 15.0
        /// No longer low from here: the gap keeps a cold night from closing a ticket. Choice.
        public var good = 30.0
        /// How long before it will be low it is told. Standard: BS 5839-1, clause 27, asks 30 days' warning of radio
        /// devices.
        public var horizonDays = 30
        /// How many days of values a slope needs. Choice: shorter, and a warm week is a slope.
        public var daysMin = 14
        /// `models`: at how many volts the battery of a model is low. Its volts are judged then though it gives a
        /// percentage, too.
        public var lowVoltsByModel: [String: Double] = [:]
        /// How many times the low voltage is well again. Choice: a new battery of 3 V has 1.2 times 2.5 V, a cold
        /// night takes 0.1 V.
        let goodVolts = 1.08

        /// At how many volts a battery of no known model is low: 2.5 V of 3 V, as two AA, a CR123A or a CR2032 give.
        /// `src/lib/utils.ts` of Koenkk/zigbee-herdsman-converters takes 2.5 V for 0 % (`3V_2500`, `3V_2500_3200`) or 8 %
        /// (`3V_2100`); Netvox says low at 2.4 V (`vendor/netvox/payload/ra02a.js` of TheThingsNetwork/lorawan-devices).
        /// Of a 9 V block 7.5 V, the same share of it: choice.
        ///
        /// - Returns: `nil` for all else, which by its volts alone can be too many kinds of cells.
        static func lowVolts(_ line: DeviceTrends.Line) -> Double? {
            switch line.days.map(\.max).max() ?? 0 {
            case 2...3.45: 2.5
            case 7...10: 7.5
            default: nil
            }
        }
    }

    /// `smoke-density`: its daily lowest values.
    public struct Contamination: Hashable, Sendable {
        /// How many times the value of its first weeks. Choice.
        public var rise = 2.0
        /// The least rise in dB/m that counts, so that twice nothing is nothing. Choice: a fifth of the lowest alarm
        /// threshold that was seen, 0.094 dB/m (maker: Siemens 5TC1292-7).
        public var riseMin = 0.02
        /// In dB/m, whatever it began with. Choice: half of that threshold.
        public var high = 0.05
    }

    /// `signal`: how much less than in its first weeks.
    public struct Signal: Hashable, Sendable {
        /// In dB. Choice: a tenth of the power.
        public var dropDBm = 10.0
        /// Of the 255 of a link quality, whose scale each chip makes itself. Choice.
        public var dropLQI = 40.0
    }

    /// `nuisance`: alarms of one detector about nothing.
    public struct Nuisance: Hashable, Sendable {
        /// So many are too many. Choice.
        public var count = 3
        /// Within this time. Choice.
        public var within = Duration.seconds(30 * 86_400)
    }

    /// `life`, in years from the date of manufacture in `devices.csv`.
    public struct Life: Hashable, Sendable {
        /// Makers say 10 years of smoke and heat alarms (and fire services repeat it), 7 of carbon monoxide cells
        /// (maker: Pentatech CO30; others say 5 to 10: name them by model). Gas: choice, 5.
        public var yearsByKind: [Device.Kind: Int] = [.smoke: 10, .heat: 10, .flame: 10, .co: 7, .gas: 5]
        /// `models`: wins over the kind.
        public var yearsByModel: [String: Int] = [:]
        /// How long before its end it is told. Choice.
        public var notice = Duration.seconds(90 * 86_400)

        public func years(of device: Device) -> Int? {
            device.model.flatMap { yearsByModel[$0] } ?? yearsByKind[device.kind]
        }
    }

    /// `climate`: what a model stands, by its data sheet.
    public struct Climate: Hashable, Sendable {
        public var ranges: [Device.Kind: Range] = [
            // Maker: Bosch Ferion 4000 O, 0…45 °C, 93 %; Siemens 5TC1292-7, 0…40 °C, under 93 %.
            .smoke: Range(temperature: 0...45, humidityMax: 93),
            // Maker: Pentatech CO30, -10…40 °C, 90 %.
            .co: Range(temperature: -10...40, humidityMax: 90),
        ]
        /// `models`: wins over the kind.
        public var rangesByModel: [String: Range] = [:]
        /// For all else. Choice, after the tests of EN 54-7, which are remembered as -10 and 55 °C.
        public var other = Range(temperature: -10...55, humidityMax: 95)

        /// What a device stands.
        public struct Range: Hashable, Sendable {
            /// In °C.
            public var temperature: ClosedRange<Double>
            /// In percent relative humidity, as a day's mean: a shower is over in minutes.
            public var humidityMax: Double

            public init(temperature: ClosedRange<Double>, humidityMax: Double) {
                self.temperature = temperature
                self.humidityMax = humidityMax
            }
        }

        public func range(of device: Device) -> Range {
            device.model.flatMap { rangesByModel[$0] } ?? ranges[device.kind] ?? other
        }
    }
}

extension Ticket.Kind {
    /// Within how many days it should be mended, unless the settings say otherwise.
    fileprivate var days: Int {
        switch self {
        case .leak, .tilt, .stuck, .silent, .offline, .mainsLost, .neverHeard: 1
        case .fault, .tamper: 2
        case .battery, .vibration: 7
        case .signal, .nuisance, .temperature, .humidity: 14
        case .contamination, .endOfLife: 30
        }
    }
}
