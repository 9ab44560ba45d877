import Glibc

/// An open file, closed with its owner. Every system call of the log that can fail is here.
final class LogFile {
    let path: String
    let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    static func reading(_ path: String) throws(LogError) -> LogFile {
        try opened(path, O_RDONLY)
    }

    /// As ``reading(_:)``; `nil` if there is no such file.
    static func readingIfPresent(_ path: String) throws(LogError) -> LogFile? {
        do {
            return try opened(path, O_RDONLY)
        } catch LogError(path: path, reason: .refused(doing: "open", code: ENOENT)) {
            return nil
        }
    }

    /// Opens for reading and appending; a new file is readable by its owner and group only.
    static func appending(_ path: String, emptied: Bool = false) throws(LogError) -> LogFile {
        try opened(path, O_RDWR | O_CREAT | O_APPEND | (emptied ? O_TRUNC : 0))
    }

    private static func opened(_ path: String, _ flags: Int32) throws(LogError) -> LogFile {
        let descriptor = open(path, flags | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .system("open", path) }
        return LogFile(path: path, descriptor: descriptor)
    }

    /// Which file it is, whatever it is called.
    struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    func identity() throws(LogError) -> Identity {
        let status = try status()
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Of the file that bears this name now; `nil` if none does.
    static func identity(of path: String) throws(LogError) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .system("look at it", path)
        }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// In bytes.
    func size() throws(LogError) -> Int64 {
        Int64(try status().st_size)
    }

    private func status() throws(LogError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("look at it", path) }
        return status
    }

    /// At most `count` bytes from an offset; empty at the end.
    func bytes(at offset: Int64, count: Int) throws(LogError) -> [UInt8] {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            repeat {
                length = pread(descriptor, buffer.baseAddress, count, off_t(offset))
            } while length < 0
                && errno == EINTR
            filled = max(0, length)
        }
        guard length >= 0 else { throw .system("read", path) }
        return bytes
    }

    /// Makes what was written survive a loss of power.
    func synchronise() throws(LogError) {
        guard fdatasync(descriptor) == 0 else { throw .system("sync", path) }
    }

    /// Makes the names in a folder survive a loss of power.
    static func synchronise(folder path: String) throws(LogError) {
        let folder = try reading(path)
        guard fsync(folder.descriptor) == 0 else { throw .system("sync", path) }
    }

    func truncate(to size: Int64) throws(LogError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .system("truncate", path) }
    }

    /// Keeps every other process that asks the same out, until this is closed. `false` if one was first.
    func lock() throws(LogError) -> Bool {
        // A child that this process is just starting holds every descriptor until it has become another program.
        for _ in 0..<50 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK else { throw .system("lock", path) }
            usleep(10_000)
        }
        return false
    }

    /// Gives a file a second name, which must not exist.
    static func link(_ path: String, as other: String) throws(LogError) {
        guard Glibc.link(path, other) == 0 else { throw .system("keep it as \(other)", path) }
    }

    /// Renames, replacing what had that name.
    static func rename(_ path: String, to other: String) throws(LogError) {
        guard Glibc.rename(path, other) == 0 else { throw .system("rename it to \(other)", path) }
    }
}
