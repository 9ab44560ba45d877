import ArgumentParser
import Console
import Foundation
import Hub
import Registry
import Rules

/// Takes an unknown device into the registry.
struct DeviceAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Take an unknown device into devices.csv.",
        discussion: """
            What is not given is what the running hub knows of the device ('smokehub devices --unknown'). Shows the row, \
            checked as 'smokehub check' does; only --write adds it.

            EXAMPLES
              smokehub devices adopt 0x8F20 --place a/12/C --room hall --write
              smokehub devices adopt a-12-C-smoke --ecosystem native --place a/12/C --kind smoke
              smokehub devices adopt 'block-a/12/12C hall smoke' --name 'block-{block}/{floor}/{floor}{flat} {room}'

            EXIT STATUS
              0 shown or added, 1 it cannot be added, 2 wrong usage or configuration.
            """)

    @Argument(help: "What identifies it inside its ecosystem, as 'smokehub devices --unknown' shows it.")
    var address: String
    @Option(help: "Its ecosystem.") var ecosystem: Device.Ecosystem?
    @Option(name: .customLong("place"), help: "Where it is: a/12/C, a/12/corridor, a/lobby.") var path: String?
    @Option(help: "The room inside the flat.") var room: String?
    @Option(help: "What it is for.") var kind: Device.Kind?
    @Option(help: "Its model.") var model: String?
    @Option(help: "What to call it. (default: made of its place and kind; native: its address)") var id: String?
    @Option(help: ArgumentHelp("How its address tells its place; may be given several times.", valueName: "pattern"))
    var name: [String] = []
    @Flag(help: "Add it to devices.csv.") var write = false
    @OptionGroup var hub: HubPlace

    func run() async throws {
        try await refusing {
            let settings = try HubSettings.load(path: hub.config)
            let registry = try EstateRegistry.load(settings)
            let known = try unknownDevice()
            let offer = try offer(known, registry)
            if let device = registry.device(offer.ecosystem, address: address) {
                throw StartError("\(device.id) in \(device.place) has the address '\(address)' already")
            }
            let plan = DeviceImport(
                [offer], into: registry, patterns: try name.map { try PlacePattern($0) }, isWhole: false)
            guard let device = plan.added.first else { throw StartError(plan.lines.first?.refusal ?? "nothing to add") }
            Line.out("\(DeviceImport.Line.new(device))")
            noteIfUnread(device, settings)
            let file = DevicesFile(settings)
            guard write else {
                try file.check(plan)
                return Line.out("--write adds it to devices.csv.")
            }
            try file.add(plan)
            Line.out("Added to \(settings.folder)/devices.csv; 'smokehub reload' makes a running hub take it.")
        }
    }

    /// What the running hub has of it; `nil` if no hub answers, or this one has not heard it.
    private func unknownDevice() throws -> UnknownDeviceAnswer? {
        // Everything may be given, and a hub need not run for that.
        guard let client = try? hub.client(), let devices = try? UnknownDevices(client).answer.devices else {
            return nil
        }
        let found = devices.filter {
            $0.address == address && (ecosystem == nil || $0.ecosystem == ecosystem?.rawValue)
        }
        guard found.count <= 1 else {
            let names = found.map(\.ecosystem).sorted().joined(separator: ", ")
            throw StartError("'\(address)' is the address of several unknown devices; add --ecosystem, one of \(names)")
        }
        return found.first
    }

    private func offer(_ known: UnknownDeviceAnswer?, _ registry: EstateRegistry) throws -> DeviceOffer {
        guard let ecosystem = ecosystem ?? known.flatMap({ Device.Ecosystem(rawValue: $0.ecosystem) }) else {
            throw StartError(
                "the hub has heard no unknown device '\(address)', or does not run; add --ecosystem and --kind, "
                    + "or see 'smokehub devices --unknown'")
        }
        guard let kind = kind ?? known?.kind.flatMap(Device.Kind.init) else {
            throw StartError(
                "nothing says what '\(address)' is for; add --kind, one of "
                    + Device.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        if let id, let (problem, mend) = Identifier.mistake(in: id) { throw StartError("\(problem); \(mend)") }
        return DeviceOffer(
            ecosystem: ecosystem, address: address, name: address, kind: kind, model: model ?? known?.model,
            place: try place(known, registry.estate), room: room, id: id)
    }

    /// What is asked for, before what a name tells, before what its topic says.
    private func place(_ known: UnknownDeviceAnswer?, _ estate: Estate) throws -> Place? {
        guard let path = path ?? (name.isEmpty ? known?.place : nil) else {
            guard name.isEmpty else { return nil }
            throw StartError("nothing says where '\(address)' is; add --place, such as --place a/12/C, or --name")
        }
        do {
            return try estate.place(path)
        } catch {
            throw StartError("--place \(path): \(error.problem); \(error.mend)")
        }
    }

    private func noteIfUnread(_ device: Device, _ settings: HubSettings) {
        guard let rules = try? RuleSet.load(settings.folder + "/rules.yaml"), !rules.unreadDevices([device]).isEmpty
        else { return }
        Line.error("Note: no rule in rules.yaml reads the alarms of \(device.kind.rawValue) '\(device.id)'.")
    }
}

extension DeviceImport.Line {
    /// Why a device cannot be added, and what would help.
    fileprivate var refusal: String? {
        guard case .left(_, let why, let mend) = self else { return nil }
        return "\(why); \(mend)"
    }
}

extension Device.Ecosystem: ExpressibleByArgument {}
extension Device.Kind: ExpressibleByArgument {}
