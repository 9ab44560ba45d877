import AlertLog
import ArgumentParser
import Console
import Foundation
import Hub
import Registry
import Upkeep

/// What can be asked of tickets.
struct TicketGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tickets", abstract: "Show what has to be mended, and close what no reading can close.",
        discussion: """
            A ticket opens when a battery runs low or will, a smoke chamber gets dirty, a signal fades, a device reaches \
            its end of life, or anything else is wrong with it; it closes by itself when the readings say that it is mended.

            EXAMPLES
              smokehub tickets
              smokehub tickets --block a --kind battery
              smokehub tickets --status all --csv tickets.csv
              smokehub tickets show T-104
              smokehub tickets close T-104 --by fitter-1 --why "tightened the bracket"
            """, subcommands: [TicketList.self, TicketShow.self, TicketClose.self],
        defaultSubcommand: TicketList.self)
}

/// Lists tickets.
struct TicketList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the tickets by place, the one first that is due first.",
        discussion: """
            Block by block. Closed ones are kept for a year. A CSV file is written after RFC 4180, in UTF-8; a field \
            that a spreadsheet would take for a formula begins with an apostrophe.

            EXAMPLES
              smokehub tickets list --block a
              smokehub tickets list --status closed --kind battery --csv -

            EXIT STATUS
              0 listed, 1 no hub answers, or the file cannot be written.
            """)

    enum Listed: String, ExpressibleByArgument, CaseIterable { case open, closed, all }

    @Option(help: "Only this block, by its id.") var block: String?
    @Option(help: "Which: open, closed or all.") var status = Listed.open
    @Option(help: "Only this kind: \(Ticket.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: Ticket.Kind?
    @Option(help: ArgumentHelp("Write a CSV file; - for standard output.", valueName: "file")) var csv: String?
    @Flag(help: "As JSON, all of that status.") var json = false
    @Option(help: "The sentences' language. (default: the locale's)") var language: LogLanguage?
    @OptionGroup var place: HubPlace

    func run() async throws {
        try await refusing {
            let answer = try place.client().get("/api/tickets?state=\(status.rawValue)")
            try HubPlace.check(shown: answer)
            if json { return Line.out(String(decoding: answer.body, as: UTF8.self)) }
            let tickets = try JSONDecoder().decode([TicketAnswer].self, from: answer.body)
                .filter { (block == nil || $0.block == block) && (kind == nil || $0.kind == kind?.rawValue) }
            guard let csv else { return show(tickets) }
            let text = TicketAnswer.sheet(of: tickets)
            if csv == "-" { return FileHandle.standardOutput.write(Data(text.utf8)) }
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: csv), options: .atomic)
            } catch {
                throw StartError("\(csv) cannot be written: \(error.localizedDescription)")
            }
        }
    }

    private func show(_ tickets: [TicketAnswer]) {
        guard !tickets.isEmpty else { return Line.out("There are none.") }
        let tongue = language?.language ?? Language(environment: ProcessInfo.processInfo.environment)
        var heading: String?
        for ticket in tickets {
            if heading != ticket.block { Line.out("block \(ticket.block)") }
            heading = ticket.block
            Line.out("  " + ticket.line(tongue))
        }
    }
}

extension Ticket.Kind: ExpressibleByArgument {}

/// Shows one ticket.
struct TicketShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a ticket with what it rests on, and its device's daily figures.",
        discussion: """
            The figures are up to six hours old.

            EXAMPLES
              smokehub tickets show T-104
              smokehub tickets show T-104 --language zh-Hant

            EXIT STATUS
              0 shown, 1 there is no such ticket, or no hub answers.
            """)

    @Argument(help: "The ticket, as 'smokehub tickets' shows it.") var ticket: String
    @Option(help: "The sentences' language. (default: the locale's)") var language: LogLanguage?
    @OptionGroup var place: HubPlace

    func run() async throws {
        try await refusing {
            let answer = try place.client().get("/api/tickets/\(try HubPlace.path(ofTicket: ticket))")
            try HubPlace.check(shown: answer)
            let story = try JSONDecoder().decode(TicketStory.self, from: answer.body)
            let tongue = language?.language ?? Language(environment: ProcessInfo.processInfo.environment)
            for line in story.ticket.lines(tongue) { Line.out(line) }
            for series in story.series where !series.days.isEmpty {
                Line.out("")
                for line in series.plot { Line.out(line) }
            }
        }
    }
}

/// Closes a ticket by hand.
struct TicketClose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close a ticket of which no reading can tell that it is mended.",
        discussion: """
            What the device itself says, or that it is silent, closes only when that changes. Where figures of many days \
            opened it, they begin anew, so that what was does not open it again.

            EXAMPLES
              smokehub tickets close T-104 --by fitter-1 --why "cleaned the chamber"

            EXIT STATUS
              0 closed, 1 refused (the reason is said), or no hub answers.
            """)

    @Argument(help: "The ticket, as 'smokehub tickets' shows it.") var ticket: String
    @Option(help: "Who closes it.") var by: String
    @Option(help: "What was done, in words.") var why: String
    @OptionGroup var place: HubPlace

    func validate() throws {
        if by.isEmpty || why.isEmpty { throw ValidationError("Say who closes it and what was done: --by and --why.") }
    }

    func run() async throws {
        try await refusing {
            let path = "/api/tickets/\(try HubPlace.path(ofTicket: ticket))/close"
            try HubPlace.check(try place.client().post(path, TicketRequest(by: by, why: why)))
        }
    }
}

extension HubPlace {
    /// - Throws: if it is no ticket's name.
    fileprivate static func path(ofTicket id: String) throws -> String {
        guard id.hasPrefix("T-"), let number = Int(id.dropFirst(2)), number > 0 else {
            throw StartError("'\(id)' is no ticket; write it as T-104")
        }
        return "T-\(number)"
    }

    /// - Throws: what the hub says if it shows nothing.
    static func check(shown answer: ControlClient.Answer) throws {
        guard answer.status != 200 else { return }
        try check(answer)
        throw StartError("the hub shows nothing")
    }
}
