/// Opens the sealed fields of one `residents.csv`, and gathers what does not open. Sealed and plain fields may stand side
/// by side.
struct SealedFields {
    /// What of a person is sealed.
    static let columns = ["name", "needs", "contacts"]

    private let seal: PersonalSeal?
    private var opened = 0
    private var failed: [ConfigError] = []

    /// - Parameter seal: `nil` if there is no key.
    init(_ seal: PersonalSeal?) { self.seal = seal }

    /// The row with its fields in plain text; `nil` if one of them stays shut.
    mutating func open(_ row: CSVSheet.Row) -> CSVSheet.Row? {
        var row = row
        var isOpen = true
        for column in Self.columns where PersonalSeal.isSealed(row[column].text) {
            do throws(PersonalSeal.Mistake) {
                guard let seal else { throw .notOurs }
                row = row.opened(column, try seal.open(row[column].text, of: row["id"].text, as: column))
                opened += 1
            } catch {
                failed.append(mistake(error, row, column))
                isOpen = false
            }
        }
        return isOpen ? row : nil
    }

    private func mistake(_ error: PersonalSeal.Mistake, _ row: CSVSheet.Row, _ column: String) -> ConfigError {
        guard seal != nil else {
            return row.mistake(
                column, "the field '\(column)' is sealed, and there is no key",
                mend: "set personal-data.key in hub.yaml to the key it was sealed with")
        }
        return row.mistake(
            column, "the field '\(column)' does not open: \(error)",
            mend: "set personal-data.key to the key it was sealed with, or write the field anew in plain text")
    }

    /// Notes what did not open: as one mistake where nothing does, for then it is the key.
    func note(in mistakes: inout Mistakes) {
        guard opened == 0, failed.count > 1, var first = failed.first else {
            return mistakes.note(contentsOf: failed)
        }
        first.problem += " (nor \(failed.count - 1) more fields)"
        mistakes.note(first)
    }
}
