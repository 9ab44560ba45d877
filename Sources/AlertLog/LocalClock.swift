import Glibc
public import Registry

/// What clocks on the wall show at a moment.
public struct LocalClock: Sendable {
    /// A day and a time, as a person reads them.
    public struct Reading: Hashable, Sendable {
        public var year: Int
        /// `1...12`
        public var month: Int
        public var day: Int
        /// 0 is Sunday.
        public var weekday: Int
        public var hour: Int
        public var minute: Int
        public var second: Int
    }

    private let reading: @Sendable (Instant) -> Reading

    public func callAsFunction(_ instant: Instant) -> Reading { reading(instant) }

    /// The machine's time zone, or that of the environment's `TZ`.
    public static let system = LocalClock { instant in
        var seconds = time_t((Double(instant.milliseconds) / 1000).rounded(.down))
        var parts = tm()
        localtime_r(&seconds, &parts)
        return Reading(parts)
    }

    /// A fixed distance from UTC, eastwards.
    public static func offset(by offset: Duration) -> LocalClock {
        LocalClock { instant in
            var seconds = time_t((Double((instant + offset).milliseconds) / 1000).rounded(.down))
            var parts = tm()
            gmtime_r(&seconds, &parts)
            return Reading(parts)
        }
    }
}

extension LocalClock.Reading {
    fileprivate init(_ parts: tm) {
        self.init(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
            weekday: Int(parts.tm_wday), hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }

    /// `15:45:37`
    var time: String {
        [hour, minute, second].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
