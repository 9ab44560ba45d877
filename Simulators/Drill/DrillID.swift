public import Registry

/// Names one playing of a scenario, so that two never share incidents or topics.
public enum DrillID {
    /// `kitchen-fire-20261122T154537-qxkd`: the scenario, the UTC second, four random letters.
    public static func make(
        scenario: String, at moment: Instant, using generator: inout some RandomNumberGenerator
    ) -> String {
        let stamp = moment.description.prefix(19).filter { $0 != "-" && $0 != ":" }
        let letters = (0..<4).map { _ in Character(Unicode.Scalar(UInt8.random(in: 97...122, using: &generator))) }
        return "\(scenario)-\(stamp)-\(String(letters))"
    }
}
