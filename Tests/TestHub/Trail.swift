import Synchronization

/// What happens, in order, for tests to await. Nothing is ever taken out, so nothing is missed.
public final class Trail<Element: Sendable>: Sendable {
    private let state = Mutex(State())

    private struct State {
        var elements: [Element] = []
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var watchersEver = 0
    }

    public init() {}

    public var all: [Element] { state.withLock { $0.elements } }
    public var count: Int { state.withLock { $0.elements.count } }

    public func append(_ element: Element) {
        let watchers = state.withLock { state in
            state.elements.append(element)
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.yield() }
    }

    /// The first that fits, as soon as it is there.
    ///
    /// - Parameters:
    ///   - what: what is waited for, as the error says it when the test's time is over first.
    ///   - start: how many to pass over.
    @discardableResult
    public func first(
        _ what: String, from start: Int = 0, where fits: (Element) throws -> Bool
    ) async throws -> Element {
        var position = start
        for await _ in changes() {
            let elements = all
            while position < elements.count {
                if try fits(elements[position]) { return elements[position] }
                position += 1
            }
        }
        throw missing(what)
    }

    /// All of them, as soon as they are so many.
    @discardableResult
    public func first(_ count: Int, _ what: String) async throws -> [Element] {
        for await _ in changes() where self.count >= count { return all }
        throw missing("\(count) of \(what)")
    }

    private func missing(_ what: String) -> Missing {
        let missing = Missing("\(what); but there came:\n" + all.map { "  \($0)" }.joined(separator: "\n"))
        // Of a test whose time is over, the error itself is not shown.
        print("missing: \(what); the last that came: \(all.suffix(3).map { "\($0)".prefix(300) })")
        return missing
    }

    /// One at once, one whenever something has been added; they end when the task is cancelled.
    private func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.watchersEver += 1
            state.watchers[state.watchersEver] = continuation
            return state.watchersEver
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.watchers[number] = nil }
        }
        continuation.yield()
        return stream
    }
}

/// What a test waited for and did not get.
public struct Missing: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
