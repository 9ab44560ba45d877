import Foundation
import Logging
public import Registry

extension HubSettings {
    private static let keys = [
        "hub", "state", "log-level", "console", "broker", "subscriptions", "canary", "batch-max", "payload-bytes-max",
        "ecosystems", "zigbee2mqtt", "supervision", "checkpoint", "journal", "channels", "deliveries", "escalation",
        "answers", "personal-data", "audit", "delivery-canary", "upkeep",
    ]

    /// Reads a `hub.yaml`. Relative paths in it start at its folder.
    ///
    /// - Parameter path: the file, or the folder that holds it.
    /// - Throws: every mistake in it, and every secret or certificate that is not where it points.
    public static func load(
        path: String, environment: [String: String] = ProcessInfo.processInfo.environment,
        opening other: PersonalSeal? = nil
    ) throws(ConfigErrors) -> HubSettings {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let inFolder = path.hasSuffix("/") ? path + "hub.yaml" : path + "/hub.yaml"
        let file: ConfigFile
        do {
            file = try ConfigFile.read(exists && isFolder.boolValue ? inFolder : path)
        } catch {
            throw ConfigErrors([error])
        }
        return try HubSettings(file, environment: environment, opening: other)
    }

    /// - Parameter other: a key that may open sealed values, too, while a change of keys is under way.
    /// - Throws: every mistake in the file.
    public init(
        _ file: ConfigFile, environment: [String: String], opening other: PersonalSeal? = nil
    ) throws(ConfigErrors) {
        var mistakes = Mistakes()
        folder = file.name.lastIndex(of: "/").map { String(file.name[..<$0]) } ?? ""
        if folder.isEmpty, !file.name.hasPrefix("/") { folder = "." }
        let around = SettingsSurroundings(
            folder: folder == "." ? "" : folder, environment: environment, seal: other)
        let root = mistakes.reading { () throws(ConfigError) in
            let node = try YAMLDocument(file).root
            if case .nothing = node.content { return SettingsSection(nil) }
            return SettingsSection(try node.mapping())
        }
        if let root { read(root, around, &mistakes) }
        try mistakes.throwIfAny()
    }

    private mutating func read(
        _ root: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes
    ) {
        root.checkKeys(Self.keys, &mistakes)
        state = around.folder.isEmpty ? state : "\(around.folder)/\(state)"
        root.read("hub", into: &hub, &mistakes) { (node) throws(ConfigError) in try node.identifier() }
        root.read("state", into: &state, &mistakes) { (node) throws(ConfigError) in try around.path(node) }
        root.read("log-level", into: &logLevel, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        root.read("console", into: &console, &mistakes) { (node) throws(ConfigError) in
            try node.address(ConsoleAddress.init)
        }
        broker = Broker(root.section("broker", &mistakes), around, &mistakes)
        root.read("subscriptions", into: &subscriptions, &mistakes) { (node) throws(ConfigError) in
            try node.topics(wildcards: true)
        }
        readLimits(root, &mistakes)
        readEcosystems(root, &mistakes)
        readCanary(root.section("canary", &mistakes), &mistakes)
        supervision = Supervision(root.section("supervision", &mistakes), &mistakes)
        readUpkeep(root.section("upkeep", &mistakes), &mistakes)
        readEscalation(root.section("escalation", &mistakes), &mistakes)
        let audit = root.section("audit", &mistakes)
        audit.checkKeys(["at"], &mistakes)
        audit.read("at", into: &auditAt, &mistakes) { (node) throws(ConfigError) in
            if case .scalar("off") = node.content { return nil }
            return try node.timeOfDay(from: 7, through: 20)
        }
        readDeliveryCanary(root.section("delivery-canary", &mistakes), &mistakes)
        readAnswers(root.section("answers", &mistakes), &mistakes)
        readPersonalData(root.section("personal-data", &mistakes), around, &mistakes)
        var around = around
        around.seal = personalData.seal?.opening(alsoOf: around.seal)
        channels = Channels(root.section("channels", &mistakes), around, &mistakes)
    }

    private mutating func readLimits(_ root: SettingsSection, _ mistakes: inout Mistakes) {
        root.read("batch-max", into: &batchMax, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...65_535)
        }
        root.read("payload-bytes-max", into: &payloadBytesMax, &mistakes) { (node) throws(ConfigError) in
            // MQTT's own limit is 256 MiB less one byte.
            try node.bytes(in: 1024...268_435_455)
        }
        root.read("checkpoint", into: &checkpoint, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(1) ... .seconds(3600))
        }
        let journal = root.section("journal", &mistakes)
        journal.checkKeys(["retention", "bytes-max"], &mistakes)
        journal.read("retention", into: &journalRetention, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(86_400) ... .seconds(3650 * 86_400))
        }
        journal.read("bytes-max", into: &journalBytesMax, &mistakes) { (node) throws(ConfigError) in
            try node.bytes(in: 1 << 20...1 << 40)
        }
        let limits = root.section("deliveries", &mistakes)
        limits.checkKeys(["concurrent-max", "give-up", "self-test"], &mistakes)
        limits.read("concurrent-max", into: &deliveries.concurrentMax, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...1024)
        }
        limits.read("give-up", into: &deliveries.giveUp, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(60) ... .seconds(86_400))
        }
        limits.read("self-test", into: &deliveries.selfTest, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(60) ... .seconds(86_400))
        }
    }

    private mutating func readCanary(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["interval", "grace"], &mistakes)
        section.read("interval", into: &canary.interval, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(1) ... .seconds(3600))
        }
        section.read("grace", into: &canary.grace, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(1) ... .seconds(3600))
        }
    }

}

extension YAMLNode {
    /// - Throws: what `parse` says is wrong, at this place.
    func address<Address>(_ parse: (String) throws(AddressMistake) -> Address) throws(ConfigError) -> Address {
        let text = try text()
        do {
            return try parse(text)
        } catch {
            throw mistake(error.problem, mend: error.mend)
        }
    }

    /// - Throws: if one of them is no topic filter, or, without wildcards, no topic.
    func topics(wildcards: Bool) throws(ConfigError) -> [String] {
        var topics: [String] = []
        for node in try list() {
            let text = try node.text()
            let levels = text.split(separator: "/", omittingEmptySubsequences: false)
            let isFilter = levels.enumerated().allSatisfy { index, level in
                !level.contains(where: { $0 == "+" || $0 == "#" })
                    || (wildcards && (level == "+" || (level == "#" && index == levels.count - 1)))
            }
            guard isFilter, !text.isEmpty else {
                let (what, mend) =
                    wildcards
                    ? ("topic filter", "write '+' for one level, or '#' for all further ones at the end")
                    : ("topic", "write it without '+' and '#'")
                throw node.mistake("'\(text)' is no \(what)", mend: mend)
            }
            topics.append(text)
        }
        return topics
    }
}
