import Foundation
public import Registry
public import Rules
public import Store

/// Cuts an incident out of a journal, with everything in its block that led to it, so that it can be decided again
/// elsewhere. Operators' names and words stay behind.
public struct JournalExport {
    private let configuration: HubConfiguration
    private let database: HubDatabase
    /// Every incident of the journal, in the order in which they began.
    public let incidents: [Part]

    /// Where an incident stands in the journal.
    public struct Part: Hashable, Sendable {
        public var id: Incident.ID
        public var block: String
        /// The entry in which its first alarm is, and that in which it was closed; `nil` while it is open.
        var first: Int64
        var last: Int64?
        public var begins: Instant
        public var closed: Instant?
    }

    /// Plays the whole journal, for that tells which incidents are in it.
    ///
    /// - Throws: if it cannot be read.
    public init(of database: HubDatabase, _ configuration: HubConfiguration) throws {
        self.configuration = configuration
        self.database = database
        var replay = try Self.replay(configuration, of: database)
        var parts: [Part] = []
        var positions: [Incident.ID: Int] = [:]
        try Self.each(of: database) { sequence, entry in
            for incident in replay.play(.entry(entry)).incidents {
                if positions[incident.id] == nil {
                    positions[incident.id] = parts.count
                    parts.append(
                        Part(
                            id: incident.id, block: incident.block, first: sequence,
                            begins: min(incident.openedAt, entry.at)))
                }
                guard incident.stage == .closed, let position = positions[incident.id] else { continue }
                parts[position].last = sequence
                parts[position].closed = entry.at
            }
        }
        incidents = parts
    }

    /// Writes an incident as JSON Lines: first what was before, then the entries.
    ///
    /// - Parameters:
    ///   - before: how long before its first alarm the piece begins; longer if a drill was under way then.
    ///   - write: is given a line at a time.
    /// - Returns: what has been left out.
    public func write(_ part: Part, before: Duration, _ write: (String) -> Void) throws -> [String] {
        let start = try start(of: part, before: before)
        var people = Pseudonyms()
        var lines: [JournalPieceLine] = []
        var replay = try Self.replay(configuration, of: database)
        var beginning: JournalBeginning?
        try Self.each(of: database, through: part.last) { sequence, entry in
            if sequence < start {
                _ = replay.play(.entry(entry))
                return
            }
            if beginning == nil { beginning = self.beginning(part, replay, &people) }
            guard concerns(entry, part, replay) else { return }
            lines.append(JournalPieceLine(entry: people.replacing(in: entry)))
        }
        beginning?.leftOut = people.leftOut + ["messages, commands and states of other blocks"]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for line in [JournalPieceLine(beginning: beginning)] + lines {
            write(String(decoding: try encoder.encode(line), as: UTF8.self))
        }
        return beginning?.leftOut ?? []
    }

    /// The first entry of the piece. A drill's devices are in no state that could be brought along, so a piece never
    /// begins in one.
    private func start(of part: Part, before: Duration) throws -> Int64 {
        let from = part.begins - before
        var start: Int64?
        var running: [(id: String, began: Int64)] = []
        try Self.each(of: database, through: part.first) { sequence, entry in
            if start == nil, entry.at >= from || sequence == part.first {
                start = running.map(\.began).min() ?? sequence
            }
            switch entry.input {
            case .exerciseBegan(let exercise): running.append((exercise.id, sequence))
            case .exerciseEnded(let id): running.removeAll { $0.id == id }
            case .started: running.removeAll()
            default: break
            }
        }
        return start ?? part.first
    }

    private func beginning(_ part: Part, _ replay: Replay, _ people: inout Pseudonyms) -> JournalBeginning {
        let blocks = part.block == "*" ? replay.registry.estate.blocks.map(\.id) + ["*"] : [part.block]
        let devices = replay.registry.devices.indices.filter { index in
            let state = replay.engine.state(ofDevice: index)
            return blocks.contains(replay.registry.devices[index].place.block) && state != DeviceState()
        }
        return JournalBeginning(
            incident: part.id, block: part.block, begins: part.begins, closed: part.closed, leftOut: [],
            time: replay.engine.now, hearsNobody: replay.engine.hearsNobody,
            devices: devices.map {
                JournalBeginning.Known(id: replay.registry.devices[$0].id, state: replay.engine.state(ofDevice: $0))
            },
            blocks: blocks.compactMap { block in
                replay.engine.state(ofBlock: block) { people.pseudonym(of: $0) }
            }, lessons: replay.lessons.kept.isEmpty ? nil : replay.lessons.kept)
    }

    /// Whether an entry is about the incident's block, or about the hub as a whole.
    private func concerns(_ entry: JournalEntry, _ part: Part, _ replay: Replay) -> Bool {
        switch entry.input {
        case .message(let heard):
            guard let block = replay.block(of: heard) else { return false }
            return part.block == "*" || block == part.block
        case .command(let command):
            return part.block == "*" || incidents.first { $0.id == command.incident }?.block == part.block
        case .exerciseBegan, .exerciseEnded, .outage, .backlog, .started, .time, .taught, .silence:
            return true
        }
    }

    /// With what the decoders had been taught by what has been deleted of the journal.
    private static func replay(_ configuration: HubConfiguration, of database: HubDatabase) throws -> Replay {
        var replay = try Replay(configuration)
        guard let first = try database.journal(after: 0, limit: 1).first, first.sequence > 1 else { return replay }
        for lesson in try database.lessons(before: first.entry.at) { replay.teach(lesson) }
        return replay
    }

    private static func each(
        of database: HubDatabase, through end: Int64? = nil, _ body: (Int64, JournalEntry) throws -> Void
    ) throws {
        var last: Int64 = 0
        while true {
            let page = try database.journal(after: last, limit: 1000)
            for (sequence, entry) in page {
                if let end, sequence > end { return }
                try body(sequence, entry)
                last = sequence
            }
            if page.isEmpty { return }
        }
    }
}

/// Operators by number, in the order in which they come.
private struct Pseudonyms {
    private var names: [String] = []
    private var words = 0

    mutating func pseudonym(of name: String) -> String {
        let position = names.firstIndex(of: name) ?? names.count
        if position == names.count { names.append(name) }
        return "operator-\(position + 1)"
    }

    mutating func replacing(in entry: JournalEntry) -> JournalEntry {
        guard case .command(var command) = entry.input else { return entry }
        command.by = pseudonym(of: command.by)
        if !command.why.isEmpty { words += 1 }
        command.why = ""
        return JournalEntry(.command(command), at: entry.at)
    }

    var leftOut: [String] {
        (names.isEmpty ? [] : ["the names of \(names.count) operators, who are operator-1 and so on"])
            + (words == 0 ? [] : ["what operators wrote with \(words) commands"])
    }
}
