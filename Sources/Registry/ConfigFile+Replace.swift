import Foundation

extension ConfigFile {
    /// Changes a file in one step: whoever reads it sees the old one or the new one, whole, and so does a machine that
    /// loses power. The file keeps its mode, and its owner where that may be set; behind a symbolic link the file itself
    /// is changed. Two that change it at once wait for each other.
    ///
    /// - Parameter change: the new text; `nil` leaves the file as it is.
    /// - Throws: if it cannot be read or written, which leaves it as it was; what `change` throws.
    public static func replace(_ path: String, _ change: (ConfigFile) throws -> String?) throws {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
        // Of the folder, for the file itself is another one afterwards.
        let lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw failure(path, "cannot be changed") }
        defer { close(lock) }
        guard let text = try change(try ConfigFile.read(path)) else { return }
        var status = stat()
        guard stat(target, &status) == 0 else { throw failure(path, "cannot be changed") }
        let temporary = "\(target).\(UUID().uuidString).new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path, "cannot be changed: nothing can be written beside it") }
        defer { close(file) }
        // Only root may give a file away; then it is ours, with the same mode.
        _ = fchown(file, status.st_uid, status.st_gid)
        guard write(Array(text.utf8), to: file), fchmod(file, status.st_mode & 0o7777) == 0, fsync(file) == 0,
            rename(temporary, target) == 0
        else {
            let error = failure(path, "cannot be written")
            unlink(temporary)
            throw error
        }
        guard fsync(lock) == 0 else { throw failure(path, "may not be durable") }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return false }
            } else {
                rest = rest.dropFirst(count)
            }
        }
        return true
    }

    private static func failure(_ path: String, _ what: String) -> ConfigError {
        ConfigError(
            file: path, line: 0, column: 0, problem: "\(what) (\(String(cString: strerror(errno))))",
            mend: "let this user write it and its folder")
    }
}
