import ArgumentParser
import Console
import Foundation

/// The devices of the registry, and those that speak and are not in it.
struct DeviceGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Show the devices as a running hub knows them, and adopt unknown ones.",
        discussion: """
            EXAMPLES
              smokehub devices
              smokehub devices --not-well
              smokehub devices --unknown
              smokehub devices adopt 0x8F20 --place a/12/C --room hall --write
            """, subcommands: [DeviceList.self, DeviceAdopt.self], defaultSubcommand: DeviceList.self)
}

/// Shows the devices as the hub knows them.
struct DeviceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the devices as a running hub knows them.",
        discussion: """
            One that has never been heard is unknown, neither clear nor in alarm. When a device was last heard is as old \
            as the last checkpoint. --unknown shows those that speak and are not in devices.csv, the newest alarm first, \
            each with the command that adopts it.

            EXAMPLES
              smokehub devices list --block a
              smokehub devices --not-well
              smokehub devices --unknown
              smokehub devices --json | jq '.[] | select(.heardAt == null).device'

            EXIT STATUS
              0 shown, 1 no hub answers.
            """)

    @Option(help: "Only this block, by its id.") var block: String?
    @Flag(help: "Only those that alarm, are in trouble, disabled, or have never been heard.") var notWell = false
    @Flag(help: "Those that speak and are not in devices.csv.") var unknown = false
    @Flag(help: "As JSON, all of them.") var json = false
    @OptionGroup var place: HubPlace

    func run() async throws {
        try await refusing {
            if unknown { return try UnknownDevices(place.client()).show(json: json, block: block) }
            let answer = try place.client().get("/api/devices")
            if json { return Line.out(String(decoding: answer.body, as: UTF8.self)) }
            let devices = try JSONDecoder().decode([DeviceAnswer].self, from: answer.body)
                .filter { (block == nil || $0.block == block) && (!notWell || !$0.isWell) }
            let width = devices.map(\.device.count).max() ?? 0
            for device in devices { Line.out(device.line(width)) }
            if devices.isEmpty { Line.out("There are none.") }
        }
    }
}

extension DeviceAnswer {
    fileprivate var isWell: Bool { heardAt != nil && alarming.isEmpty && troubles.isEmpty && disabled.isEmpty }

    fileprivate func line(_ width: Int) -> String {
        let name = device.padding(toLength: width, withPad: " ", startingAt: 0)
        let state =
            [heardAt.map { "heard \($0)" } ?? "NEVER HEARD"]
            + (alarming.isEmpty ? [] : ["ALARM \(alarming.joined(separator: " "))"]) + troubles
            + (missed == 0 ? [] : ["missed \(missed) of \(messages + missed) messages"])
            + (troubles.contains("silent") || heardAt == nil ? ["contract: \(contract)"] : [])
            + disabled.map { "\($0.test ? "under test" : "disabled") (\($0.scope)) until \($0.until)" }
        return "\(name)  \(kind)  \(place)  " + state.joined(separator: ", ")
    }
}
