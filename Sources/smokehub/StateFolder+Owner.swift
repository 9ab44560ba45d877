import Glibc
import Hub

extension StateFolder {
    /// What another user writes in the hub's place, such as root, the hub could not read afterwards.
    ///
    /// - Parameter other: what else may be done: `, or …`.
    /// - Throws: ``StartError`` if the folder is another user's.
    func refuseToLockOut(or other: String = "") throws {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid != geteuid() else { return }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "user \(status.st_uid)"
        throw StartError("no hub runs, and the state is \(owner)'s: run this as \(owner)\(other)")
    }
}
