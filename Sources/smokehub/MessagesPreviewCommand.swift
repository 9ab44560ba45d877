import ArgumentParser
import Foundation
import Hub
import Notify
import Registry
import Rules

/// What can be asked about the messages.
struct MessagesGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages", abstract: "Ask what people would read.",
        discussion: """
            EXAMPLES
              smokehub messages preview --language zh-Hant --hazard fire
            """, subcommands: [MessagesPreview.self])
}

/// Shows the texts as channels would show them.
struct MessagesPreview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Show each text as each channel would show it, and what it costs as SMS.",
        discussion: """
            Every text of messages/, with the longest names of the estate; an SMS with ten places, a text and a title \
            with one. Units are characters: 160 fit one SMS in GSM-7, 70 in UCS-2. A text that is marked with '!' may be \
            the first message of a fire and is longer than one SMS: 'smokehub check' refuses it.

            EXAMPLES
              smokehub messages preview
              smokehub messages preview --language zh-Hant --hazard fire --stage confirmed --channel sms --cost 0.35
              smokehub messages preview --link-host safe.example --position inside

            EXIT STATUS
              0 all that must fit one SMS does, 1 something does not, 2 wrong usage or configuration.
            """)

    @Option(help: "Only this language, such as zh-Hant.") var language: String?
    @Option(help: "Only this hazard.") var hazard: Hazard?
    @Option(help: "Only this stage.") var stage: Stage?
    @Option(help: "Only for readers there.") var position: ReaderPosition?
    @Option(help: "Only as this kind of channel shows it.") var channel: MessagePreview.Channel?
    @Option(help: ArgumentHelp("What one segment of an SMS costs.", valueName: "price-per-segment"))
    var cost: Double?
    @Option(help: "The host of the page where people answer; its link stands in what is sent by SMS.")
    var linkHost: String?
    @Flag(help: "As an exercise says it; it may take more than one SMS.") var exercise = false
    @OptionGroup var option: ConfigOption

    func validate() throws {
        if let cost, !(cost >= 0 && cost.isFinite) {
            throw ValidationError("--cost \(cost) is no price; write a number such as 0.35")
        }
        if let linkHost, linkHost.isEmpty || linkHost.contains(where: { $0 == "/" || $0.isWhitespace }) {
            throw ValidationError("--link-host '\(linkHost)' is no host; write a name such as safe.example")
        }
    }

    func run() async throws {
        let configuration = try await refusing { try HubConfiguration.load(option.config) }
        let known = configuration.catalogue.languages.map(\.tag)
        if let language, !known.contains(language) {
            throw ValidationError(
                "nothing in messages/ is in '\(language)'; \(Spelling.mend(language, known: known))")
        }
        let previews = configuration.catalogue.previews(
            in: configuration.registry.estate, answerHost: linkHost, isExercise: exercise
        ).filter(isWanted)
        guard !previews.isEmpty else {
            return Line.out("There are no such texts: the readers that have none of their own read 'default'.")
        }
        let table = MessageTable(previews, cost: cost)
        FileHandle.standardOutput.write(Data(table.text.utf8))
        if previews.contains(where: { !$0.fits }) { throw ExitCode(1) }
    }

    private func isWanted(_ preview: MessagePreview) -> Bool {
        (language == nil || preview.language.tag == language) && (hazard == nil || preview.hazard == hazard)
            && (stage == nil || preview.stage == stage) && (position == nil || preview.position == position)
            && (channel == nil || preview.channel == channel)
    }
}

extension Stage: ExpressibleByArgument {}
extension ReaderPosition: ExpressibleByArgument {}
extension MessagePreview.Channel: ExpressibleByArgument {}
