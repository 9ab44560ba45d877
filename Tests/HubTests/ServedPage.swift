import Console
import Foundation
import Logging
import TestHub
import Testing

extension RunningHub {
    /// Serves the residents' page beside it until the task is cancelled; returns when both take what comes.
    func servePage() async throws -> Task<Void, any Error> {
        let (listening, whenListening) = AsyncStream<Void>.makeStream()
        let page = Task {
            defer { whenListening.finish() }
            try await AnswerService(
                try #require(service), logger: Logger(label: "page"), onListening: { whenListening.yield() }
            ).run()
        }
        try await untilReady()
        for await _ in listening { break }
        return page
    }
}
