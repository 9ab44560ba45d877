import Foundation
import Logging

/// The secret behind the residents' links: made at the first start, and kept in the state folder for its owner alone, so
/// that links outlive a restart.
enum AnswerKey {
    static let length = 32

    /// A disk that takes nothing keeps no hub from starting: then links work until it ends.
    static func load(_ path: String, _ logger: Logger) -> [UInt8] {
        if let kept = FileManager.default.contents(atPath: path), kept.count == length { return Array(kept) }
        var random = SystemRandomNumberGenerator()
        let key = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let isKept = FileManager.default.createFile(
            atPath: path, contents: Data(key), attributes: [.posixPermissions: 0o600])
        if !isKept {
            logger.error(
                "The key of the residents' links cannot be written: links will not outlive this process",
                metadata: ["path": "\(path)"])
        }
        return key
    }
}
