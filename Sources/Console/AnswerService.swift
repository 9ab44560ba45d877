import Foundation
public import Hub
import Hummingbird
public import Logging
import NIOCore
import Notify
public import ServiceLifecycle
import Store

/// Where residents answer whether they are safe, and gateways report.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /a/{code}` | the page of one person and incident; see ``AnswerPage`` |
/// | `POST /a/{code}` | takes the form's `answer`, and shows the page with what was taken |
/// | `/me/…`, `/push…` | see ``PersonalRoutes`` |
/// | any `/gateway/{channel}/…` | 200 when what the gateway said is on the disk, 403 if it is none of its calls |
///
/// It listens apart from the control API, which is for operators alone.
public struct AnswerService: Service {
    private let hub: HubService
    private let logger: Logger
    private let guesses = GuessBudget()
    private let onListening: @Sendable () -> Void

    /// Of a gateway's call.
    private static let bodyBytesMax = 65_536

    /// - Parameter onListening: is called when the page takes connections.
    public init(_ hub: HubService, logger: Logger, onListening: @escaping @Sendable () -> Void = {}) {
        self.hub = hub
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until its task is cancelled or shut down. A hub that cannot listen there goes on without.
    public func run() async throws {
        guard case .listen(let host, let port) = hub.answerAddress else {
            // It throws when cancelled, which means the same.
            do { try await gracefulShutdown() } catch {}
            return
        }
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: router(), configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { [onListening] _ in onListening() }, logger: quiet)
        do {
            try await application.run()
        } catch is CancellationError {
        } catch {
            logger.error(
                "Nobody can answer: the address of `answers.listen` cannot be used",
                metadata: ["address": "\(host):\(port)", "reason": "\(error)"])
            do { try await gracefulShutdown() } catch {}
        }
    }

    func router() -> Router<AnswerContext> {
        let router = Router(context: AnswerContext.self)
        PersonalRoutes(hub: hub, guesses: guesses).add(to: router)
        router.get("/a/{code}") { request, context in
            switch try invited(request, context) {
            case .success(let invited): Response.html(AnswerPage(invited).html)
            case .failure(let refusal): refusal.response
            }
        }
        router.post("/a/{code}") { request, context in
            var invited: Invited
            switch try self.invited(request, context) {
            case .success(let found): invited = found
            case .failure(let refusal): return refusal.response
            }
            let form = Response.form(try await request.body.collect(upTo: 4096))
            guard let answer = form["answer"].flatMap(Answer.init),
                invited.words.contains(where: { $0.answer == answer })
            else { return Response.html(AnswerPage(invited).html, .badRequest) }
            do {
                try await hub.take(answer, of: invited)
            } catch is Notifier.NotKept {
                return Response.html(AnswerPage(invited, isLost: true).html, .serviceUnavailable)
            }
            invited.answer = answer
            return Response.html(AnswerPage(invited).html, .ok)
        }
        for method in [HTTPRequest.Method.get, .post, .put] {
            for path in ["/gateway/{channel}", "/gateway/{channel}/**"] {
                router.on(RouterPath(path), method: method) { request, context in
                    try await take(request, context, method)
                }
            }
        }
        return router
    }

    /// Whose link is followed, or what is said to whoever follows one that is nobody's.
    private func invited(_ request: Request, _ context: AnswerContext) throws -> Result<Invited, Refusal> {
        let client = context.client(request)
        guard guesses.admits(client, at: hub.moment) else { return .failure(Refusal(status: .tooManyRequests)) }
        if let invited = try hub.invited(by: context.parameters.require("code")) { return .success(invited) }
        guesses.noteMiss(of: client, at: hub.moment)
        return .failure(Refusal(status: .notFound))
    }

    private struct Refusal: Error {
        var status: HTTPResponse.Status

        var response: Response { .html(AnswerPage.expired, status) }
    }

    private func take(
        _ request: Request, _ context: AnswerContext, _ method: HTTPRequest.Method
    ) async throws -> HTTPResponse.Status {
        let channel = try context.parameters.require("channel")
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        let body = try await request.body.collect(upTo: Self.bodyBytesMax)
        let call = GatewayCall(
            method: method.rawValue, path: String(request.uri.path.dropFirst("/gateway/\(channel)".count)),
            query: query,
            headers: headers, body: Array(body.readableBytesView))
        do {
            try await hub.take(call, over: channel)
            return .ok
        } catch let mistake as GatewayMistake {
            logger.warning("A gateway's call is refused", metadata: ["channel": "\(channel)", "why": "\(mistake)"])
            return .forbidden
        } catch is Notifier.NotKept {
            return .serviceUnavailable
        }
    }
}
