public import Devices
import Foundation
import Registry

/// The messages of the decoders' test vectors.
public struct Vectors {
    /// By ecosystem, which is the file's name.
    private let messages: [String: [Message]]

    /// - Parameter folder: of `<ecosystem>.jsonl`, a message a line.
    /// - Throws: if the folder or a file in it cannot be read, or a line is no message.
    public init(folder: String) throws {
        var messages: [String: [Message]] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where file.hasSuffix(".jsonl") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            messages[String(file.dropLast(6))] = try text.split(separator: "\n").map { line in
                try JSONDecoder().decode(Line.self, from: Data(line.utf8)).message
            }
        }
        self.messages = messages
    }

    /// Those of a decoder's ecosystem that come on its topics.
    public func messages(for decoder: any Decoder) throws -> [Message] {
        var topics = TopicTrie<Bool>()
        for filter in decoder.topicFilters { try topics.insert(filter, true) }
        return (messages[decoder.ecosystem.rawValue] ?? []).filter { !topics.match($0.topic).isEmpty }
    }

    /// All of an ecosystem.
    public func messages(of ecosystem: String) -> [Message] { messages[ecosystem] ?? [] }

    private struct Line: Decodable {
        var topic: String
        var payload: Payload
        var retain: Bool

        var message: Message { Message(topic: topic, payload: payload.bytes, retained: retain) }
    }

    private struct Payload: Decodable {
        var bytes: [UInt8]

        private enum Keys: CodingKey { case base64 }

        init(from decoder: any Swift.Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                bytes = Array(text.utf8)
            } else {
                bytes = Array(try decoder.container(keyedBy: Keys.self).decode(Data.self, forKey: .base64))
            }
        }
    }
}
