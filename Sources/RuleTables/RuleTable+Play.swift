import Devices
public import Registry
public import Rules

extension RuleTable {
    /// How long a drill may last: longer than any table needs, and it ends by itself.
    private static let drillLimit = Duration.seconds(3600)

    /// The blocks whose own alarm some line lets speak. That of any other would stay silent in every fire.
    var blocksWithBells: Set<String> {
        Set(
            steps.compactMap { step in
                guard case .report(let report) = step.action, devices[report.device].kind == .buildingAlarm else {
                    return nil
                }
                return devices[report.device].place.block
            })
    }

    /// Does what one line says.
    ///
    /// - Parameter devices: the engine's, where they are not this table's.
    /// - Returns: whether the hub could do what a person asked for; true for all else.
    @discardableResult
    public func play(_ step: Step, on engine: inout RuleEngine, as devices: [Device]? = nil) -> Bool {
        switch step.action {
        case .wait: engine.advance(to: step.at)
        case .report(let report): engine.apply(observation(report, at: step.at, among: devices ?? self.devices))
        case .command(let command): return isDone(command, at: step.at, by: &engine)
        case .beginDrill(let id, let speed):
            return engine.begin(
                Exercise(id: id, scenario: name, speed: speed, origin: step.at, until: step.at + Self.drillLimit),
                at: step.at)
        case .endDrill(let id): return engine.end(exercise: id, at: step.at)
        case .deaf: engine.beginOutage()
        case .hears(let since): engine.beginBacklog(from: since, until: step.at)
        }
        return true
    }

    private func isDone(_ command: Command, at moment: Instant, by engine: inout RuleEngine) -> Bool {
        let incident = command.verb.isOfScope ? "" : command.incident ?? engine.openIncidents.first?.id
        guard let incident else { return false }
        let asked = OperatorCommand(
            command.verb, incident: incident, by: command.by, until: command.until,
            scope: command.scope,
            second: command.second, force: command.force ? true : nil)
        return engine.apply(asked, at: moment) == .done
    }

    private func observation(_ report: Report, at moment: Instant, among devices: [Device]) -> Observation {
        let device = self.devices[report.device]
        return Observation(
            device: device, index: devices.firstIndex(of: device) ?? report.device, readings: report.readings,
            stamp: report.stamp, sequence: report.sequence, receivedAt: moment, retained: report.retained,
            backlog: report.backlog, exercise: report.exercise)
    }
}
