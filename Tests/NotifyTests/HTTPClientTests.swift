import Registry
import Testing

@testable import Notify

@Suite(.timeLimit(.minutes(1))) struct `A client of HTTP` {
    private func request(
        _ method: HTTPClient.Method, _ url: String, _ body: String = "", _ header: String? = nil,
        timeout: Duration = .seconds(10)
    ) -> HTTPClient.Request {
        HTTPClient.Request(
            method: method, url: url, headers: header.map { [("X-Kind", $0)] } ?? [], body: Array(body.utf8),
            connectTimeout: .seconds(3), timeout: timeout)
    }

    @Test func `sends each request as if it were its first`() async throws {
        let receiver = try WebhookReceiver { _, number in .status(200, body: "\(number)") }
        defer { receiver.stop() }
        let client = try HTTPClient()
        // Each is over before the next begins, so that all have the same handle.
        let kinds: [(method: HTTPClient.Method, name: String, body: String, header: String?)] = [
            (.head, "HEAD", "", nil), (.post, "POST", "one", "a"), (.get, "GET", "", nil), (.put, "PUT", "two", "b"),
            (.post, "POST", "", nil), (.head, "HEAD", "", "c"), (.get, "GET", "", nil), (.put, "PUT", "three", nil),
            (.post, "POST", "four", nil),
        ]
        for (number, kind) in kinds.enumerated() {
            let response = await client.send(request(kind.method, receiver.url("/\(number)"), kind.body, kind.header))
            let body = kind.method == .head ? [] : Array("\(number + 1)".utf8)
            #expect(response == .status(200, retryAfter: nil, body: body))
            let seen = try #require(await receiver.requests.next(1).first)
            #expect(seen.method == kind.name && seen.path == "/\(number)")
            #expect(seen.body == Array(kind.body.utf8))
            #expect(seen.headers["x-kind"] == kind.header)
        }
        #expect(receiver.connectionCount == 1)
    }

    @Test func `gives up on one that hangs, and on no other`() async throws {
        let receiver = try WebhookReceiver { request, _ in request.path == "/hang" ? .hang : .status(200) }
        defer { receiver.stop() }
        let client = try HTTPClient()
        async let hanging = client.send(request(.post, receiver.url("/hang"), timeout: .milliseconds(300)))
        _ = await receiver.requests.next(1)
        #expect(await client.send(request(.post, receiver.url("/well"))) == .status(200, retryAfter: nil))
        guard case .failure = await hanging else {
            Issue.record("it did not end")
            return
        }
    }

    @Test func `sends nothing for a task that is cancelled already`() async throws {
        let receiver = try WebhookReceiver { _, _ in .hang }
        defer { receiver.stop() }
        let client = try HTTPClient()
        let request = request(.post, receiver.url(), timeout: .seconds(3600))
        // The cancelling may come to the client's thread before the request, or with it.
        for _ in 1...100 {
            let sending = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await client.send(request)
            }
            #expect(await sending.value == .failure("stopped"))
        }
        #expect(receiver.requestCount == 0)
    }

    @Test func `takes hundreds at once`() async throws {
        let receiver = try WebhookReceiver { request, _ in .status(200, body: request.path) }
        defer { receiver.stop() }
        let client = try HTTPClient()
        let right = await withTaskGroup { group in
            for number in 0..<600 {
                let request = request(.post, receiver.url("/\(number)"), String(repeating: "x", count: 40 * number))
                group.addTask {
                    await client.send(request) == .status(200, retryAfter: nil, body: Array("/\(number)".utf8))
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(right == 600)
    }
}
