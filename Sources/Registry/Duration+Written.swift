extension Duration {
    /// Reads what a person writes for how long: `90s`, `10m`, `2h` or `3d`; `nil` for anything else.
    public init?(written text: some StringProtocol) {
        let seconds: Int64
        switch text.last {
        case "s": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3600
        case "d": seconds = 86_400
        default: return nil
        }
        // Ten digits of days cannot overflow; nobody asks for more.
        guard (2...11).contains(text.utf8.count), text.utf8.dropLast().allSatisfy({ (48...57).contains($0) }),
            let count = Int64(text.dropLast())
        else { return nil }
        self = .seconds(count * seconds)
    }
}
