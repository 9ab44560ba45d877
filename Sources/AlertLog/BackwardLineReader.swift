/// Reads a file line by line from its end, so that the last lines of a long log are found at once.
struct BackwardLineReader {
    private let file: LogFile
    /// Bytes from `base` on that are not returned yet.
    private var pending: [UInt8] = []
    private var base: Int64
    private var foundEnd = false

    private static let chunkBytes: Int64 = 65_536

    init(_ file: LogFile) throws(LogError) {
        self.file = file
        base = try file.size()
    }

    /// The line before, with the offset at which it begins; `nil` at the file's beginning. What follows the last newline
    /// is no line yet and is left out.
    mutating func next() throws(LogError) -> (offset: Int64, bytes: [UInt8])? {
        while true {
            if let newline = pending.lastIndex(of: UInt8(ascii: "\n")) {
                let line = Array(pending[(newline + 1)...])
                pending.removeSubrange(newline...)
                if foundEnd { return (base + Int64(newline) + 1, line) }
                foundEnd = true
            } else if base > 0 {
                let start = max(0, base - Self.chunkBytes)
                pending = try file.bytes(at: start, count: Int(base - start)) + pending
                base = start
            } else {
                guard foundEnd else { return nil }
                foundEnd = false
                defer { pending = [] }
                return (0, pending)
            }
        }
    }
}
