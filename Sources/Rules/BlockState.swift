/// The open incidents of one block, and the number that the next one gets.
public struct BlockState: Hashable, Sendable, Codable {
    /// `*` for the estate as a whole.
    public let block: String
    /// The drill whose incidents these are; `nil` for the real ones.
    public let exercise: String?
    public internal(set) var incidents: [Incident] = []
    var lastNumber = 0

    init(block: String, exercise: String?) {
        self.block = block
        self.exercise = exercise
    }
}
