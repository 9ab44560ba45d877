/// Reads a file line by line, forwards, holding one line and one chunk.
struct LineReader {
    let file: LogFile
    /// Where the line begins that ``next()`` will return.
    private(set) var offset: Int64
    /// How many bytes without a newline stood at the end when ``next()`` last returned `nil`.
    private(set) var unfinished = 0
    private var buffer: [UInt8] = []
    private var position = 0

    private static let chunkBytes = 65_536

    init(_ file: LogFile, from offset: Int64 = 0) {
        self.file = file
        self.offset = offset
    }

    /// The next complete line without its newline; `nil` when there is none yet, and then it may be asked again later.
    mutating func next() throws(LogError) -> [UInt8]? {
        var searched = position
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[position..<newline])
                position = newline + 1
                offset += Int64(line.count) + 1
                return line
            }
            searched = buffer.count - position
            guard try fill() else { break }
        }
        // A line that is still being written may yet be withdrawn, so nothing of it is kept.
        unfinished = buffer.count
        buffer = []
        return nil
    }

    /// Drops what was returned, and adds a chunk. `false` at the end.
    private mutating func fill() throws(LogError) -> Bool {
        buffer.removeFirst(position)
        position = 0
        let chunk = try file.bytes(at: offset + Int64(buffer.count), count: Self.chunkBytes)
        buffer += chunk
        return !chunk.isEmpty
    }
}
