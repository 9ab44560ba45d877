/// Sound as RIFF files hold it: the format, and the samples.
struct WaveFile: Hashable, Sendable {
    /// The chunk `fmt `.
    var format: [UInt8]
    var samples: [UInt8]

    struct Mistake: Error {}

    /// - Throws: if it is no RIFF file with a format and samples.
    init(_ file: [UInt8]) throws(Mistake) {
        guard file.count > 12, file[0..<4].elementsEqual("RIFF".utf8), file[8..<12].elementsEqual("WAVE".utf8) else {
            throw Mistake()
        }
        var format: [UInt8]?
        var rest = file[12...]
        while rest.count >= 8 {
            let name = rest.prefix(4)
            let size = rest.dropFirst(4).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            let content = rest.dropFirst(8).prefix(size)
            if name.elementsEqual("fmt ".utf8) { format = Array(content) }
            if name.elementsEqual("data".utf8), let format, format.count >= 16 {
                self.format = format
                samples = Array(content)
                return
            }
            // Chunks begin at even bytes.
            rest = rest.dropFirst(8 + size + size % 2)
        }
        throw Mistake()
    }

    private var bytesPerSecond: Int { format[8..<12].reversed().reduce(0) { $0 << 8 | Int($1) } }

    private var bytesPerSample: Int { format[12..<14].reversed().reduce(0) { $0 << 8 | Int($1) } }

    /// One after the other, with silence between.
    ///
    /// - Throws: if their formats differ, or there are none.
    static func joined(_ files: [WaveFile], pause: Duration) throws(Mistake) -> WaveFile {
        guard var all = files.first, files.allSatisfy({ $0.format == all.format }) else { throw Mistake() }
        let milliseconds = Int(pause / .milliseconds(1))
        let gap = all.bytesPerSecond * milliseconds / 1000 / max(1, all.bytesPerSample) * all.bytesPerSample
        for file in files.dropFirst() { all.samples += [UInt8](repeating: 0, count: gap) + file.samples }
        return all
    }

    var bytes: [UInt8] {
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let head = Array("WAVEfmt ".utf8) + number(format.count) + format
        let chunks = head + Array("data".utf8) + number(samples.count) + samples
        return Array("RIFF".utf8) + number(chunks.count) + chunks
    }
}
