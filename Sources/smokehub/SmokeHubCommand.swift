import ArgumentParser
import Foundation

/// The program: one subcommand a file.
@main
struct SmokeHubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smokehub", abstract: "The second alarm of a housing estate.",
        discussion: """
            Small smoke alarms in the flats speak MQTT; SmokeHub correlates what they say, block by block, and tells \
            the residents directly, even when the building's own alarm is silent. It is no replacement for the \
            building's certified alarm.

            EXAMPLES
              smokehub demo --once             see all of it at work, on this machine alone
              smokehub check                   is the configuration right?
              smokehub serve                   run the hub
              smokehub tail -f                 watch the alert log

            EXIT STATUS
              0 good, 1 what was asked does not hold, 2 wrong usage or configuration.
            """,
        subcommands: [
            Serve.self, Demo.self, DrillGroup.self, Tail.self, Log.self, Status.self, Incidents.self,
            RollCallCommand.self, ReceiptsCommand.self, Ack.self, SilenceCommand.self, Reset.self, Disable.self,
            Enable.self, ResidentsGroup.self, CanaryCommand.self, DeviceGroup.self, Reload.self, TicketGroup.self,
            AuditCommand.self, Check.self, RulesGroup.self, MessagesGroup.self,
            Decode.self, Replay.self, JournalGroup.self, ImportGroup.self,
        ])

    /// As ArgumentParser's own, but for the exit code of wrong usage, which is 2 everywhere here.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Foundation.exit(2)
        }
    }
}
