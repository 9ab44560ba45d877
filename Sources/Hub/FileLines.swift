import Foundation

/// The lines of a file, one after the other, without their ends.
final class FileLines {
    private let file: UnsafeMutablePointer<FILE>
    private let path: String
    private var buffer: [UInt8] = []
    /// Where the next line begins in the buffer.
    private var position = 0
    private var isAtEnd = false
    /// Of the line that was read last, from 1.
    private(set) var number = 0
    /// The line that was read last has no end: whoever wrote it was stopped.
    private(set) var isCutOff = false

    private static let chunk = 1 << 18

    /// - Throws: if it cannot be opened or read.
    init(_ path: String) throws {
        guard let file = fopen(path, "r") else { throw Self.error(path) }
        self.file = file
        self.path = path
        try fill()
    }

    deinit { fclose(file) }

    /// Whether the file begins so; to be asked before the first line is read.
    func starts(with bytes: [UInt8]) -> Bool { buffer.starts(with: bytes) }

    /// - Throws: if it cannot be read.
    func next() throws -> [UInt8]? {
        var searched = position
        while true {
            if let newline = newline(from: searched) { return line(until: newline, next: newline + 1) }
            guard !isAtEnd else { break }
            searched = buffer.count - position
            try fill()
        }
        guard position < buffer.count else { return nil }
        isCutOff = true
        return line(until: buffer.count, next: buffer.count)
    }

    private func newline(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            return memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start).map {
                UnsafeRawPointer($0) - base
            }
        }
    }

    private func line(until end: Int, next: Int) -> [UInt8] {
        let hasReturn = end > position && buffer[end - 1] == UInt8(ascii: "\r")
        defer { position = next }
        number += 1
        return Array(buffer[position..<(hasReturn ? end - 1 : end)])
    }

    /// Drops what has been read, and reads on.
    private func fill() throws {
        buffer.removeFirst(position)
        position = 0
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.chunk))
        let count = buffer.withUnsafeMutableBytes { fread($0.baseAddress.map { $0 + start }, 1, Self.chunk, file) }
        buffer.removeLast(Self.chunk - count)
        guard count < Self.chunk else { return }
        if ferror(file) != 0 { throw Self.error(path) }
        isAtEnd = true
    }

    private static func error(_ path: String) -> StartError {
        let reason = String(cString: strerror(errno))
        return StartError("'\(path)' cannot be read: \(reason); name a journal, a recording, or a state folder")
    }
}
