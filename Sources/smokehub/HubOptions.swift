import ArgumentParser
import Hub
import Logging
import Registry

/// What every command that reads the configuration takes.
struct ConfigOption: ParsableArguments {
    @Option(help: "The configuration: a folder, or a hub.yaml.")
    var config = "Config"
}

/// Logging to standard error, so that standard output stays what was asked for.
func hubLogger(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "smokehub") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
}
