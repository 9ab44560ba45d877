import ArgumentParser
import Console
import Foundation
import Registry
import Rules

/// Stops the sounders of an incident for a time.
struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence", abstract: "Stop the sirens of an incident for a stated time.",
        discussion: """
            The incident stays open, and people are told on. The sirens sound again by themselves at the end if anything \
            still alarms, and before it if another flat alarms or the alarm becomes graver. A siren that another open \
            incident sounds too goes on until that one is silenced as well.

            EXAMPLES
              smokehub silence a-fire-7 --for 10m --by guard-1 --why "burnt toast, airing"
              smokehub silence a-fire-7 --end --by guard-1

            EXIT STATUS
              0 done, 1 refused (the reason is said), or no hub answers.
            """)

    @Argument(help: "The incident, as 'smokehub incidents' shows it.") var incident: String
    @OptionGroup var time: TimeOptions
    @Flag(help: "Let them sound again now.") var end = false
    @OptionGroup var person: PersonOptions
    @OptionGroup var place: HubPlace

    func validate() throws {
        guard end == (time.end == nil) else {
            throw ValidationError(end ? "--end ends it now; leave --for and --until out." : EndTime.mend + ".")
        }
    }

    func run() async throws {
        let request = IncidentRequest(by: person.by, why: person.why, time: time.end)
        try await place.ask(end ? .resound : .silence, incident, request)
    }
}

/// Closes an incident for good.
struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Close an incident for good, and say what it was.",
        discussion: """
            Whoever was told of it is told that it is over. It is refused while a detector still alarms; --force does it \
            all the same, and the record says so. Such a detector opens a new incident after the re-arm time.

            EXAMPLES
              smokehub reset a-fire-7 --by warden-2 --cause cooking --why "burnt toast"
              smokehub reset a-fire-7 --by warden-2 --cause fault --force

            EXIT STATUS
              0 done, 1 refused (the reason is said), or no hub answers.
            """)

    @Argument(help: "The incident, as 'smokehub incidents' shows it.") var incident: String
    @Option(help: "What it was.") var cause: Cause?
    @Flag(help: "Although a detector still alarms.") var force = false
    @OptionGroup var person: PersonOptions
    @OptionGroup var place: HubPlace

    func run() async throws {
        let request = IncidentRequest(by: person.by, why: person.why, cause: cause, force: force ? true : nil)
        try await place.ask(.reset, incident, request)
        guard cause == nil else { return }
        if let answer = CauseQuestion.ask() {
            let word = IncidentRequest(by: person.by, why: person.why, cause: answer)
            try await place.ask(.cause, incident, word)
        } else {
            Line.out("Its cause is unknown; when you know it: smokehub incidents cause \(incident) CAUSE --by …")
        }
    }
}

/// Asks at a terminal what an incident was, once it is closed; a script is not asked.
enum CauseQuestion {
    /// - Returns: `nil` if nobody knows yet, or nobody is there.
    static func ask() -> Cause? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
        let names = Cause.allCases.map(\.rawValue).joined(separator: ", ")
        while true {
            print("What was it? \(names); Enter if nobody knows yet: ", terminator: "")
            fflush(nil)
            guard let answer = readLine()?.trimmingCharacters(in: .whitespaces), !answer.isEmpty else { return nil }
            if let cause = Cause(rawValue: answer.lowercased()) { return cause }
            print("'\(answer)' is none of them.")
        }
    }
}

/// Says what an incident turned out to be.
struct SayCause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cause", abstract: "Say what an incident turned out to be, also after it has closed.",
        discussion: """
            Cooking, steam, dust, fault, test and malicious count as false alarms in 'smokehub status'.

            EXAMPLES
              smokehub incidents cause a-fire-7 cooking --by warden-2

            EXIT STATUS
              0 done, 1 there was no such incident, or no hub answers.
            """)

    @Argument(help: "The incident's name.") var incident: String
    @Argument(help: "What it was.") var cause: Cause
    @OptionGroup var person: PersonOptions
    @OptionGroup var place: HubPlace

    func run() async throws {
        try await place.ask(.cause, incident, IncidentRequest(by: person.by, why: person.why, cause: cause))
    }
}

/// Puts a device, place or rule out of action, or under test, for a time.
struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a device, place or rule out of action, or under test, for a stated time.",
        discussion: """
            What alarms there is recorded, and nobody is told, until the time is over; what still alarms then is an alarm \
            like any other. An alarm from a second flat or area ends it at once, and both count. Call points and calls \
            for help are disabled by naming the device itself, never by a flat, floor or block. For longer than \
            disable-alone-max in rules.yaml a second person has to agree. Without WHAT it shows what is disabled.

            building-alarm is another matter: nothing of the hub is disabled, but it is registered that the building's \
            own fire alarm is off in a block. Guards, wardens and maintenance are told, and by estate.yaml the \
            residents; all hear of it if it is not back when the time is over. --notice writes the page for the lobby.

            With --test, test presses of the devices are counted instead of recorded one by one, and every alarm stays \
            an alarm.

            EXAMPLES
              smokehub disable flat a/12/C --for 2h --by warden-2 --why "painting"
              smokehub disable device a-12-C-smoke --for 8h --by office --second chair
              smokehub disable rule unanswered --for 1h --by warden-2
              smokehub disable --test block a --for 2h --by fitter-1
              smokehub disable building-alarm --block a --until 2026-11-23T18:00:00+08:00 --by fitter-1 \
            --why "new panel" --areas lobby,stair-1 --notice notice.html
              smokehub disable

            EXIT STATUS
              0 done, 1 refused (the reason is said), or no hub answers, 2 wrong usage.
            """)

    @Argument(help: "device, flat, area, floor, block, rule or building-alarm.") var what: String?
    @Argument(help: "Its id, path (a/12/C) or name.") var which: String?
    @Flag(help: "Under test: only test presses are kept off.") var test = false
    @OptionGroup var time: TimeOptions
    @Option(help: "Who asks.") var by: String?
    @Option(help: "Why, in words.") var why = ""
    @Option(help: "A second person, who agrees.") var second: String?
    @OptionGroup var alarm: BuildingAlarmOptions
    @Option(help: "For building-alarm: areas and floors, if not all: lobby,stair-1.") var areas: String?
    @Option(help: "For building-alarm: where to write the notice to print, an HTML page.") var notice: String?
    @Flag(help: "As JSON, what is disabled.") var json = false
    @OptionGroup var place: HubPlace

    func validate() throws {
        let which = try alarm.which(what, which)
        guard let what else { return }
        guard let which, Disablement.Scope(what, which) != nil else {
            throw ValidationError(
                "Write one of \(Disablement.Scope.words.joined(separator: ", ")), and which: flat a/12/C.")
        }
        guard by != nil else { throw ValidationError("Write who asks: --by NAME.") }
        guard time.end != nil else { throw ValidationError("It has to end: \(EndTime.mend).") }
        guard what == "building-alarm" else {
            guard areas == nil, notice == nil else {
                throw ValidationError("--areas and --notice are for building-alarm; leave them out.")
            }
            return
        }
        guard !test else { throw ValidationError("A building's own alarm is tested by ringing it; leave --test out.") }
        guard !why.allSatisfy(\.isWhitespace) else {
            throw ValidationError("Write why, for the notice has to tell it: --why TEXT.")
        }
    }

    func run() async throws {
        guard let what, let which = try alarm.which(what, which), let by else { return try await show() }
        let request = DisablementRequest(
            what: what, which: which, by: by, why: why, second: second,
            areas: areas.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } },
            time: time.end)
        try await place.ask(test ? .test : .disable, request)
        if let notice { try await refusing { try place.writeNotice(ofBlock: which, to: notice) } }
    }

    private func show() async throws {
        try await refusing {
            let answer = try place.client().get("/api/disablements")
            if json { return Line.out(String(decoding: answer.body, as: UTF8.self)) }
            let disablements = try JSONDecoder().decode([DisablementAnswer].self, from: answer.body)
            let alarms = try place.client().get("/api/building-alarms")
            let isolated = try JSONDecoder().decode([BuildingAlarmAnswer].self, from: alarms.body)
                .filter { $0.isolation != nil || $0.state == .unregistered }
            if disablements.isEmpty, isolated.isEmpty { Line.out("Nothing is disabled.") }
            for disablement in disablements { Line.out(disablement.line) }
            for alarm in isolated { Line.out(alarm.line) }
        }
    }
}

/// Ends a disablement or test before its time.
struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a disablement or test before its time.",
        discussion: """
            What still alarms under it is an alarm like any other from then on. For building-alarm, say with it that the \
            building's own alarm is back.

            EXAMPLES
              smokehub enable flat a/12/C --by warden-2
              smokehub enable --test block a --by fitter-1
              smokehub enable building-alarm --block a --by fitter-1

            EXIT STATUS
              0 done, 1 it is not disabled, or no hub answers, 2 wrong usage.
            """)

    @Argument(help: "device, flat, area, floor, block, rule or building-alarm.") var what: String
    @Argument(help: "Its id, path (a/12/C) or name.") var which: String?
    @OptionGroup var alarm: BuildingAlarmOptions
    @Flag(help: "The test of it, not its disablement.") var test = false
    @OptionGroup var person: PersonOptions
    @OptionGroup var place: HubPlace

    func validate() throws {
        guard let which = try alarm.which(what, which), Disablement.Scope(what, which) != nil else {
            throw ValidationError(
                "Write one of \(Disablement.Scope.words.joined(separator: ", ")), and which: flat a/12/C.")
        }
    }

    func run() async throws {
        guard let which = try alarm.which(what, which) else { return }
        let request = DisablementRequest(what: what, which: which, by: person.by, why: person.why)
        try await place.ask(test ? .endTest : .enable, request)
    }
}

extension DisablementAnswer {
    /// `disabled         flat a/12/C until 2026-… by warden-2: painting; a-12-C-smoke alarms`
    var line: String {
        let people = [by, second].compactMap { $0 }.joined(separator: " and ")
        let reason = why.isEmpty ? "" : ": \(why)"
        let alarms = withheld.isEmpty ? "" : "; ALARMS UNHEARD: \(withheld.joined(separator: " "))"
        let tested = test ? "; pressed: \(pressed.count)" : ""
        return
            "\(test ? "under test     " : "disabled       ")  \(scope) until \(until) by \(people)\(reason)\(alarms)\(tested)"
    }
}

extension Cause: ExpressibleByArgument {}
