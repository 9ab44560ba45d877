import Glibc

/// How bytes reach a file: `write(2)`. Tests put a full disk here.
struct LogWriting {
    /// Returns how many bytes were taken, or -1 with `errno` set.
    var write: (Int32, UnsafeRawBufferPointer) -> Int = { Glibc.write($0, $1.baseAddress, $1.count) }

    /// Writes all of it, or throws with an unknown part of it written.
    func all(_ bytes: [UInt8], to file: LogFile) throws(LogError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(file.descriptor, UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write", file.path) }
            written += count
        }
    }
}
