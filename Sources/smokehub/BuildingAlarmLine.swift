import ArgumentParser
import Console
import Foundation

extension BuildingAlarmAnswer {
    /// `building alarm   a isolated until 2026-… by fitter-1: new panel; AMBER: not heard sounding for 40 days`
    var line: String {
        let faults = faults.joined(separator: "; ")
        var parts: [String] = []
        switch state {
        case .notWatched: parts.append("not watched")
        case .neverHeard: parts.append(amber ? "AMBER: was never heard by SmokeHub" : "not heard yet")
        case .inService: parts.append("in service")
        case .isolated: parts.append("isolated until \(registered)")
        case .notBack: parts.append("NOT BACK, registered as off until \(registered)")
        case .unregistered: parts.append("ISOLATED, and nobody has registered it (since \(faultsSince ?? "?"))")
        }
        if !faults.isEmpty { parts.append(faults) }
        if sounding {
            parts.append("SOUNDS since \(lastSoundedAt ?? "?")")
        } else if amber, let daysUnheard {
            parts.append("AMBER: not heard sounding for \(daysUnheard) days")
        } else if let lastSoundedAt {
            parts.append("last heard sounding \(lastSoundedAt)")
        } else if state != .notWatched, daysUnheard != nil {
            parts.append("not heard sounding yet")
        }
        if let contradicted {
            parts.append("\(state == .neverHeard ? "WAS NOT HEARD" : "STAYED SILENT") in \(contradicted)")
        }
        return "building alarm   \(block) " + parts.joined(separator: "; ")
    }

    private var registered: String {
        guard let isolation else { return "?" }
        let areas = isolation.areas.isEmpty ? "" : " (\(isolation.areas.joined(separator: ", ")))"
        return "\(isolation.until) by \(isolation.by): \(isolation.why)\(areas)"
    }
}

/// What a command says of a building's own alarm, beside who and when.
struct BuildingAlarmOptions: ParsableArguments {
    @Option(help: "For building-alarm: the block.") var block: String?

    /// `building-alarm` takes its block by option; everything else by name.
    func which(_ what: String?, _ named: String?) throws -> String? {
        guard let block else { return named }
        guard what == "building-alarm", named == nil else {
            throw ValidationError("--block is for building-alarm, and names it alone: building-alarm --block a.")
        }
        return block
    }
}

extension HubPlace {
    /// Writes the notice of what is registered, ready to print.
    func writeNotice(ofBlock block: String, to file: String) throws {
        let path = block.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_", "."])) ?? block
        let answer = try client().get("/api/building-alarms/\(path)/notice")
        do {
            guard answer.status == 200 else { throw ControlAnswerError(status: answer.status) }
            try answer.body.write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            Line.error("Error: it is registered, but its notice could not be written to \(file): \(error)")
            throw ExitCode(1)
        }
        Line.out("The notice to print is \(file)")
    }
}

private struct ControlAnswerError: Error, CustomStringConvertible {
    var status: Int
    var description: String { "the hub answers HTTP \(status)" }
}
