import Registry

/// How a table writes moments: `mm:ss` or `h:mm:ss` after its start, with tenths of a second and less where needed
/// (`01:29.9`), and with a minus for what was before.
public enum TableTime {
    static let mend = "write mm:ss or h:mm:ss, such as 01:30, 2:00:00 or -05:00"

    /// `nil` for anything else.
    static func duration(_ text: String) -> Duration? {
        let unsigned = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        let halves = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        var seconds: Int64 = 0
        for (position, part) in parts.enumerated() {
            // Minutes may go on past the hour where no hours stand before them.
            let isLeading = position == 0
            guard let number = digits(part, atMost: isLeading ? 4 : 2), isLeading || (number < 60 && part.count == 2)
            else { return nil }
            seconds = seconds * 60 + number
        }
        var milliseconds = seconds * 1000
        if halves.count == 2 {
            guard let fraction = digits(halves[1], atMost: 3) else { return nil }
            milliseconds += [100, 10, 1][halves[1].count - 1] * fraction
        }
        return .milliseconds(text.hasPrefix("-") ? -milliseconds : milliseconds)
    }

    /// As a table writes it: `01:30`, `2:00:00`, `-05:00`.
    public static func written(_ duration: Duration) -> String {
        let milliseconds = abs(duration.wholeMilliseconds)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = milliseconds / 1000
        let clock =
            seconds < 3600
            ? "\(two(seconds / 60)):\(two(seconds % 60))"
            : "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        let rest = milliseconds % 1000
        let fraction = rest == 0 ? "" : "." + String(String(1000 + rest).dropFirst())
        return (duration < .zero ? "-" : "") + clock + fraction
    }

    private static func digits(_ text: Substring, atMost count: Int) -> Int64? {
        guard (1...count).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
