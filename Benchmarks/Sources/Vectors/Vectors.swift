public import Devices
import Foundation
import Registry

/// The messages of the decoders' test vectors.
public struct Vectors {
    /// By ecosystem, which is the file's name.
    private let messages: [String: [Message]]
    private let lessons: [String: [Message]]

    /// - Parameter folder: of `<ecosystem>.jsonl`, a message a line.
    /// - Throws: if the folder or a file in it cannot be read, or a line is no message.
    public init(folder: String) throws {
        var messages: [String: [Message]] = [:]
        var lessons: [String: [Message]] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where file.hasSuffix(".jsonl") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            let lines = try text.split(separator: "\n").map { line in
                try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            }
            messages[String(file.dropLast(6))] = lines.map(\.message)
            lessons[String(file.dropLast(6))] = lines.flatMap { ($0.given ?? []).map(\.message) }
        }
        self.messages = messages
        self.lessons = lessons
    }

    /// Those of a decoder's ecosystem that come on its topics; of one that learns, those that teach it as well.
    public func messages(for decoder: any Decoder) throws -> [Message] {
        let ecosystem = decoder.ecosystem.rawValue
        guard !(decoder is any LearningDecoder) else { return lessons(of: ecosystem) + messages(of: ecosystem) }
        var topics = TopicTrie<Bool>()
        for filter in decoder.topicFilters { try topics.insert(filter, true) }
        return (messages[decoder.ecosystem.rawValue] ?? []).filter { !topics.match($0.topic).isEmpty }
    }

    /// All of an ecosystem.
    public func messages(of ecosystem: String) -> [Message] { messages[ecosystem] ?? [] }

    /// What has to be said before, so that the messages of an ecosystem mean something: discovery, births.
    public func lessons(of ecosystem: String) -> [Message] { lessons[ecosystem] ?? [] }

    private struct Line: Decodable {
        var topic: String
        var payload: Payload
        var retain: Bool?
        var given: [Line]?

        var message: Message { Message(topic: topic, payload: payload.bytes, retained: retain ?? false) }
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
