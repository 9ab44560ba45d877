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
/// | any `/gateway/{channel}/…` | 200 when what the gateway said is on the disk, 403 if it is none of its calls |
///
/// It listens apart from the control API, which is for operators alone.
public struct AnswerService: Service {
    private let hub: HubService
    private let logger: Logger

    /// Of a gateway's call.
    private static let bodyBytesMax = 65_536

    public init(_ hub: HubService, logger: Logger) {
        self.hub = hub
        self.logger = logger
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
            logger: quiet)
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

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/a/{code}") { [hub] _, context in
            guard let invited = try hub.invited(by: context.parameters.require("code")) else {
                return Self.page(AnswerPage.expired, .notFound)
            }
            return Self.page(AnswerPage(invited).html, .ok)
        }
        router.post("/a/{code}") { [hub] request, context in
            guard var invited = try hub.invited(by: context.parameters.require("code")) else {
                return Self.page(AnswerPage.expired, .notFound)
            }
            let form = Self.form(try await request.body.collect(upTo: 4096))
            guard let answer = form["answer"].flatMap(Answer.init),
                invited.words.contains(where: { $0.answer == answer })
            else { return Self.page(AnswerPage(invited).html, .badRequest) }
            do {
                try await hub.take(answer, of: invited)
            } catch is Notifier.NotKept {
                return Self.page(AnswerPage(invited, isLost: true).html, .serviceUnavailable)
            }
            invited.answer = answer
            return Self.page(AnswerPage(invited).html, .ok)
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

    private func take(
        _ request: Request, _ context: BasicRequestContext, _ method: HTTPRequest.Method
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

    private static func page(_ html: String, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// A form as browsers send it: `answer=safe` (URL Standard, application/x-www-form-urlencoded).
    private static func form(_ body: ByteBuffer) -> [String: String] {
        String(buffer: body).split(separator: "&").reduce(into: [:]) { form, pair in
            let halves = pair.split(separator: "=", maxSplits: 1).map {
                $0.replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            if halves.count == 2 { form[halves[0]] = halves[1] }
        }
    }
}
