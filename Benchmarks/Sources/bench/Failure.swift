/// Why a benchmark could not be carried out. A figure that misses its target is no failure.
struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
