import ArgumentParser
import Foundation
import Hub
import Registry

/// From a list that some other system has written.
struct ImportCSV: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv", abstract: "Devices of a list from another system.",
        discussion: """
            The first row names the columns. Those called as in devices.csv are taken as they are, in any case and order: \
            address, ecosystem, kind, block, floor, flat, area, room, model, id; others by --columns, and the rest is left \
            alone. Where no column says a block, the place is read from the column 'name', or else from the address, by a \
            pattern: {block}, {floor}, {flat}, {area} stand for those of estate.yaml, {room} and {any} for words. A row \
            that makes no sense is named on standard error and left out.

            EXAMPLES
              smokehub import csv inventory.csv
              smokehub import csv inventory.csv --columns address=DevEUI,kind=Type --ecosystem chirpstack --write
              smokehub import csv list.csv --columns name=Location --name '{block}-{floor}-{flat} {room}' --kind smoke
              smokehub import csv list.csv --kinds 'Rauchmelder=smoke,Sirene=siren' --whole

            EXIT STATUS
              0 done, 1 some rows make no sense, 2 wrong usage or configuration, or a file that cannot be read.
            """)

    @Argument(help: "The list; '-' for standard input.") var file: String

    @Option(help: ArgumentHelp("What columns are called there: ours=theirs, with commas.", valueName: "names"))
    var columns: Pairs?

    @Option(help: ArgumentHelp("What kinds are called there: theirs=ours, with commas.", valueName: "names"))
    var kinds: Pairs?

    @Option(help: "The ecosystem of rows that say none.") var ecosystem: Device.Ecosystem?
    @Option(help: "The kind of rows that say none.") var kind: Device.Kind?

    @Option(help: ArgumentHelp("How names tell places; may be given several times.", valueName: "pattern"))
    var name: [String] = []

    @Flag(help: "The list has all devices of its ecosystems: show which are gone.") var whole = false
    @Flag(help: "Add the new devices to devices.csv.") var write = false
    @OptionGroup var config: ConfigOption

    func validate() throws {
        _ = try columns?.columns()
        _ = try kinds?.kinds()
    }

    func run() async throws {
        try await refusing {
            let settings = try HubSettings.load(path: config.config)
            let registry = try EstateRegistry.load(settings)
            let patterns = try name.map { try PlacePattern($0) }
            let list = try list(registry.estate)
            for mistake in list.mistakes { Line.error("\(mistake)") }
            let plan = DeviceImport(list.offers, into: registry, patterns: patterns, isWhole: whole)
            try DevicesFile(settings).finish(plan, write: write)
            guard !list.mistakes.isEmpty else { return }
            Line.error("\(list.mistakes.count) \(list.mistakes.count == 1 ? "row was" : "rows were") left out.")
            throw ExitCode(1)
        }
    }

    private func list(_ estate: Estate) throws -> DeviceInventory {
        let mapping = DeviceInventory.Mapping(
            columns: try columns?.columns() ?? [:], kinds: try kinds?.kinds() ?? [:], ecosystem: ecosystem, kind: kind)
        do {
            return try DeviceInventory(try text(), mapping: mapping, estate: estate)
        } catch let error as ConfigError {
            throw ConfigErrors([error])
        }
    }

    private func text() throws -> ConfigFile {
        guard file == "-" else { return try ConfigFile.read(file) }
        let data = FileHandle.standardInput.readDataToEndOfFile()
        guard let text = String(data: data, encoding: .utf8) else {
            throw ConfigError(
                file: "-", line: 0, column: 0, problem: "this is not UTF-8", mend: "convert it with iconv first")
        }
        return ConfigFile(name: "-", text: text)
    }
}

/// `address=Serial,kind=Type`.
struct Pairs: ExpressibleByArgument {
    private let pairs: [(left: String, right: String)]

    init?(argument: String) {
        var pairs: [(String, String)] = []
        for pair in argument.split(separator: ",") {
            let sides = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2, !sides.contains("") else { return nil }
            pairs.append((sides[0], sides[1]))
        }
        self.pairs = pairs
    }

    /// - Throws: `ValidationError` for a column that devices.csv does not have.
    func columns() throws -> [String: String] {
        for (name, _) in pairs where !DeviceInventory.Mapping.names.contains(name) {
            throw ValidationError(
                "--columns: unknown column '\(name)'; \(Spelling.mend(name, known: DeviceInventory.Mapping.names))")
        }
        return Dictionary(pairs.map { ($0.left, $0.right) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: `ValidationError` for what is no kind.
    func kinds() throws -> [String: Device.Kind] {
        var kinds: [String: Device.Kind] = [:]
        for (word, name) in pairs {
            guard let kind = Device.Kind(rawValue: name) else {
                let known = Device.Kind.allCases.map(\.rawValue)
                throw ValidationError("--kinds: unknown kind '\(name)'; \(Spelling.mend(name, known: known))")
            }
            kinds[word] = kind
        }
        return kinds
    }
}
