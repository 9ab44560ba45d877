/// The open incidents of one block, what is disabled in it, and the number that the next incident gets.
public struct BlockState: Hashable, Sendable, Codable {
    /// `*` for the estate as a whole.
    public let block: String
    /// The drill whose incidents these are; `nil` for the real ones.
    public let exercise: String?
    public internal(set) var incidents: [Incident] = []
    var lastNumber = 0
    /// How much has been announced of it.
    var announcements = 0
    /// In the order in which they began. Rules are disabled for the estate as a whole; nothing is in an exercise.
    public internal(set) var disablements: [Disablement] = []

    /// What is known of the block's own fire alarm; `nil` for nothing, and always in an exercise.
    public internal(set) var buildingAlarm: BuildingAlarm?

    init(block: String, exercise: String?) {
        self.block = block
        self.exercise = exercise
    }

    /// What an older hub has written knows of no disablements.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        block = try container.decode(String.self, forKey: .block)
        exercise = try container.decodeIfPresent(String.self, forKey: .exercise)
        incidents = try container.decode([Incident].self, forKey: .incidents)
        lastNumber = try container.decode(Int.self, forKey: .lastNumber)
        announcements = try container.decodeIfPresent(Int.self, forKey: .announcements) ?? 0
        disablements = try container.decodeIfPresent([Disablement].self, forKey: .disablements) ?? []
        buildingAlarm = try container.decodeIfPresent(BuildingAlarm.self, forKey: .buildingAlarm)
    }
}
