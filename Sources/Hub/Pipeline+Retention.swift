import Logging
import Registry
import Rules
import Store
import Upkeep

// What is deleted because it is old, or because there is too much of it.
extension Pipeline {
    /// Deletes a little of what need not be kept any longer.
    ///
    /// - Returns: whether there is more of it.
    func prune(at moment: Instant) -> Bool {
        guard fault == nil else { return false }
        countFalseAlarms()
        do {
            let pruned = try database.prune(
                journalBefore: moment - settings.journalRetention, journalBytesMax: settings.journalBytesMax,
                recordsThrough: board.loggedThrough, limit: 2000)
            noteCut(pruned, at: moment)
            return pruned.isBehind
        } catch {
            logger.warning("Old records could not be pruned", metadata: ["reason": "\(error)"])
            return false
        }
    }

    /// Says that the journal is shorter than it should be: whoever asks after a fire what happened should not be the
    /// first to find out.
    private func noteCut(_ pruned: HubDatabase.Pruned, at moment: Instant) {
        switch journalCut.news(pruned.cutBySize > 0, at: moment) {
        case .begins:
            let from = pruned.wholeFrom ?? moment
            let whole = from.words(utcOffset: caretaker.utcOffset)
            note(
                trouble: "journal",
                "The journal has reached journal.bytes-max and goes back to \(whole.english) only, less than journal.retention",
                "事件日誌已達 journal.bytes-max 上限，只保留自\(whole.traditionalChinese)起的紀錄，短於 journal.retention",
                ["whole_from": from.description])
        case .ends:
            note(
                putRight: "journal", "The journal is as long again as journal.retention says",
                "事件日誌已恢復至 journal.retention 所定的長度")
        case nil: break
        }
    }
}

/// Whether it has been told that the journal's size and not its age cuts it: at most once a day.
struct JournalCut {
    private var toldAt: Instant?
    private var lastAt: Instant?

    static let again = Duration.seconds(86_400)

    enum News { case begins, ends }

    mutating func news(_ isCut: Bool, at moment: Instant) -> News? {
        if isCut {
            lastAt = moment
            if let toldAt, moment < toldAt + Self.again { return nil }
            toldAt = moment
            return .begins
        }
        guard toldAt != nil, let last = lastAt, moment >= last + Self.again else { return nil }
        toldAt = nil
        lastAt = nil
        return .ends
    }
}
