public import Registry

/// Why a drill could not be played.
public enum DrillError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownScenario(String, known: [String])
    case noScenarios(folder: String)
    /// The scenario would raise alarms that the hub takes for real.
    case realAlarms(scenario: String)
    case unknownDevice(Device.ID)
    /// The device cannot say that.
    case speechless(Device.ID, Utterance)
    /// In the words of the connection: where, what, and what to do.
    case broker(String)

    public var description: String {
        switch self {
        case .unknownScenario(let name, let known):
            "no scenario '\(name)'; \(Spelling.mend(name, known: known))"
        case .noScenarios(let folder):
            "no scenarios in \(folder); name the folder that holds them with --scenarios"
        case .realAlarms(let scenario):
            """
            '\(scenario)' raises alarms that the hub takes for real, so sirens sound and people leave their homes; \
            play it with 'smokehub demo', or add --allow-real-alarms where nobody lives
            """
        case .unknownDevice(let device):
            "no device '\(device)' in devices.csv; write the id of one that is there"
        case .speechless(let device, let says):
            "device '\(device)' cannot say '\(says.rawValue)'; let another device say it, or give its 'type'"
        case .broker(let problem):
            problem
        }
    }
}
