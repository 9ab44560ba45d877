import Devices
import Logging
import Registry
import Rules
import Store
import Upkeep

// What has to be mended: tickets, and those who maintain. No alarm waits for it.
extension Pipeline {
    /// How often the caretaker has a turn, and for how many devices' figures: 400 devices a second, so that 100,000 are
    /// through in some four minutes, of which an alarm waits at the most for one turn.
    private static let turnEvery = Duration.milliseconds(50)
    private static let devicesPerTurn = 20

    func restoreUpkeep(at moment: Instant) throws {
        let stored = try database.storedUpkeep(closedSince: moment - settings.upkeep.reopen)
        if !stored.unreadable.isEmpty {
            let names = stored.unreadable.joined(separator: ", ").shortened
            logger.error("Tickets in hub.sqlite cannot be read", metadata: ["tickets": "\(names)"])
            note(
                trouble: "store", "Tickets in hub.sqlite cannot be read any more: \(names)",
                "hub.sqlite 中的維修單無法讀取：\(names)")
        }
        caretaker.restore(stored, states: { engine.state(ofDevice: $0) }, at: moment)
    }

    /// What a device has measured. Called for every message, so it does little.
    func noteUpkeep(_ report: Report, of index: Int, retained: Bool, at moment: Instant) {
        caretaker.take(report.readings, of: index, live: !retained, at: moment)
        if caretaker.isThoughtSilent(index) { caretaker.note(engine.state(ofDevice: index), of: index, at: moment) }
    }

    /// What the rules' latest steps say of devices.
    func noteUpkeep(of outcome: Consequences) {
        guard !outcome.devices.isEmpty || !outcome.closings.isEmpty || !outcome.causes.isEmpty else { return }
        let moment = now()
        for index in outcome.devices { caretaker.note(engine.state(ofDevice: index), of: index, at: moment) }
        for closing in outcome.closings {
            guard let incident = outcome.incidents.last(where: { $0.id == closing.id }) else { continue }
            caretaker.note(closing, incident)
        }
        for cause in outcome.causes { caretaker.note(cause) }
    }

    /// When the caretaker wants a turn.
    var nextUpkeep: Instant? {
        guard listening.backlogUntil == nil, fault == nil else { return nil }
        return caretaker.isInRound ? due.upkeep : caretaker.nextDeadline.map { max($0, due.upkeep) }
    }

    /// Gives the caretaker its turn. While nothing can be written it waits, for its memory is bounded.
    func keepUp(at moment: Instant) {
        guard due.upkeep <= moment, listening.backlogUntil == nil, fault == nil else { return }
        due.upkeep = moment + Self.turnEvery
        caretaker.advance(to: moment)
        judge(at: moment)
        tellTickets(at: moment)
        if let text = caretaker.digest(at: moment, registry.estate) {
            let date = moment.date(utcOffset: caretaker.utcOffset)
            announce(text, id: "\(registry.estate.id)-tickets-\(date)", about: nil, at: moment)
        }
        unwritten.upkeep.merge(caretaker.takeChanges())
    }

    private func judge(at moment: Instant) {
        let measured = caretaker.nextTurn(limit: Self.devicesPerTurn, at: moment)
        guard !measured.isEmpty else { return }
        do {
            let stored = try database.trends(of: measured.map { registry.devices[$0].id })
            for index in measured {
                caretaker.judge(index, stored: stored[registry.devices[index].id], at: moment)
            }
        } catch {
            // What they have measured waits for the next round.
            logger.warning("Daily figures cannot be read", metadata: ["reason": "\(error)"])
        }
    }

    /// Puts away what has been measured since the last round, before the hub stops.
    func keepFigures() {
        guard fault == nil else { return }
        var position: Int? = 0
        while let start = position {
            let (devices, next) = caretaker.nextUnwritten(after: start, limit: 1000)
            position = next
            do {
                let stored = try database.trends(of: devices.map { registry.devices[$0].id })
                for index in devices { caretaker.put(index, stored: stored[registry.devices[index].id]) }
            } catch {
                logger.warning("Daily figures cannot be read", metadata: ["reason": "\(error)"])
                return
            }
            unwritten.upkeep.merge(caretaker.takeChanges())
            guard writeAndTell() else { return }
        }
    }

    // MARK: Telling

    private func tellTickets(at moment: Instant) {
        for event in caretaker.takeEvents() {
            switch event {
            case .opened(let ticket): tell(ticket, "opened", "開單", at: moment)
            case .reopened(let ticket): tell(ticket, "reopened", "重開", at: moment)
            case .closed(let ticket): note(closed: ticket)
            case .full:
                note(
                    trouble: "tickets", "There are so many open tickets that no more are opened; mend or close some",
                    "未完成的維修單已達上限，不再開新單；請先處理")
            case .roomAgain: note(putRight: "tickets", "Tickets are opened again", "維修單恢復開單")
            }
        }
    }

    private func tell(_ ticket: Ticket, _ what: String, _ chinese: String, at moment: Instant) {
        let words = caretaker.words(of: ticket, registry.estate)
        let text = LogRecord.Text(
            "\(words.english) (\(what)): \(ticket.evidence.text.english)",
            "\(words.traditionalChinese)（\(chinese)）：\(ticket.evidence.text.traditionalChinese)")
        record(ticket, text, .trouble, ["state": "open", "ticket_state": ticket.state.rawValue])
        guard settings.upkeep.urgent.contains(ticket.kind) else { return }
        announce(
            text, id: "\(ticket.place.block)-ticket-\(ticket.number)-\(ticket.reopened)", about: ticket.place,
            at: moment)
    }

    private func note(closed ticket: Ticket) {
        let words = caretaker.words(of: ticket, registry.estate)
        let by = ticket.closedBy.map { " by \($0)" } ?? ""
        let why = (ticket.closedWhy?.isEmpty ?? true) ? "" : " (\(ticket.closedWhy ?? ""))"
        let text = LogRecord.Text(
            "\(words.english): closed\(by)\(why)",
            "\(words.traditionalChinese)：已結單\(ticket.closedBy.map { "，由 \($0) 執行" } ?? "")\(why)")
        record(ticket, text, .info, ["state": "put right", "ticket_state": ticket.state.rawValue])
    }

    private func record(_ ticket: Ticket, _ text: LogRecord.Text, _ level: Level, _ details: [String: String]) {
        // The log's lines keep their order.
        collect()
        let own = ["trouble": "ticket", "ticket": ticket.id, "kind": ticket.kind.rawValue]
        unwritten.outcome.records.append(
            LogRecord(
                at: now(), event: .trouble, level: level, estate: registry.estate.id, place: ticket.place,
                device: ticket.device, text: text, details: details.merging(own) { $1 }))
    }

    /// Tells those who maintain, and nobody else.
    ///
    /// - Parameter place: what it is about; `nil` for the estate as a whole.
    private func announce(_ text: LogRecord.Text, id: String, about place: Place?, at moment: Instant) {
        collect()
        let places = place.map { [$0] } ?? registry.estate.blocks.map { Place(block: $0.id) }
        unwritten.outcome.alerts.append(
            Alert(
                announcing: text, id: id, at: moment, block: place?.block ?? "*", places: places, verb: "ticket",
                to: [.maintenance]))
    }

    // MARK: Closing by hand

    func takeTicketClosings(at moment: Instant) {
        for (closing, answer) in inbox.takeClosings() {
            let became = close(closing, at: moment)
            owedAnswers.append { answer(became) }
        }
    }

    private func close(_ closing: TicketClosing, at moment: Instant) -> OperatorAnswer {
        switch caretaker.close(closing.number, by: closing.by, why: closing.why, at: moment) {
        case .unknown: return .unknown("no ticket 'T-\(closing.number)' is open")
        case .refused(let why): return .refused("T-\(closing.number) stays open: \(why)")
        case .closed:
            tellTickets(at: moment)
            unwritten.upkeep.merge(caretaker.takeChanges())
            return .done
        }
    }
}

/// A person says that something has been mended, of which no reading can tell.
struct TicketClosing: Sendable {
    var number: Int
    var by: String
    var why: String
}
