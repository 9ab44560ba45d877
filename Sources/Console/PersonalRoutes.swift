import Foundation
import HTTPTypes
import Hub
import Hummingbird
import NIOCore
import Notify
import Registry

/// Where people choose how they are told.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /me/{code}` | the page of one person; see ``PersonalForm`` |
/// | `POST /me/{code}` | takes the form, and shows the page with what was taken |
/// | `POST /me/{code}/end` | the link works no more, whoever has it |
/// | `GET /me/{code}/push` | the page that subscribes a browser; see ``PushPage`` |
/// | `POST /me/{code}/push` | takes a `PushSubscription` in JSON: 204, or 400 if it is none, 404 where none are taken |
/// | `POST /me/{code}/push/end` | forgets the form's `browser` |
/// | `GET /push-page.js`, `GET /push.js` | that page's script, and the service worker |
struct PersonalRoutes {
    let hub: HubService
    let guesses: GuessBudget

    private static let formBytesMax = 8192

    func add(to router: Router<AnswerContext>) {
        router.get("/me/{code}") { request, context in
            try opened(request, context) { page, code in .html(PersonalForm(page: page, code: code).html()) }
        }
        router.post("/me/{code}") { request, context in
            try await opened(request, context) { page, code in
                let form = Response.form(try await request.body.collect(upTo: Self.formBytesMax))
                return try await take(PersonalForm.Submission(form: form), page, code)
            }
        }
        router.post("/me/{code}/end") { request, context in
            try await opened(request, context) { page, _ in
                try await hub.take([.newLink], of: page.resident)
                return .html(PersonalForm.ended(page.language))
            }
        }
        router.get("/me/{code}/push") { request, context in
            try opened(request, context) { page, code in
                .html(PushPage(page: page, code: code).html, scripts: true)
            }
        }
        router.post("/me/{code}/push") { request, context in
            try await opened(request, context) { page, _ in
                let body = try await request.body.collect(upTo: Self.formBytesMax)
                return try await subscribe(Array(body.readableBytesView), page)
            }
        }
        router.post("/me/{code}/push/end") { request, context in
            try await opened(request, context) { page, code in
                let form = Response.form(try await request.body.collect(upTo: Self.formBytesMax))
                if let browser = form["browser"] { try await hub.take([.unsubscribe(browser)], of: page.resident) }
                return Response(status: .seeOther, headers: [.location: "/me/\(code)/push"])
            }
        }
        router.get("/push-page.js") { _, _ in Response.script(PushPage.script) }
        router.get("/push.js") { _, _ in Response.script(PushPage.worker) }
    }

    private func take(_ submission: PersonalForm.Submission, _ page: PersonalPage, _ code: String) async throws
        -> Response
    {
        guard !submission.turnsOffTheLast(on: page) else {
            return .html(PersonalForm(page: page, code: code).html(.asksAgain(submission)))
        }
        do {
            try await hub.take(submission.choices(on: page), of: page.resident)
        } catch is Notifier.NotKept {
            return .html(PersonalForm(page: page, code: code).html(.lost), .serviceUnavailable)
        }
        return .html(PersonalForm(page: hub.personalPage(by: code) ?? page, code: code).html(.saved))
    }

    private func subscribe(_ json: [UInt8], _ page: PersonalPage) async throws -> Response {
        do {
            try await hub.subscribe(json, of: page.resident)
            return Response(status: .noContent)
        } catch is HubService.NoSubscriptions {
            return Response(status: .notFound)
        } catch is Notifier.NotKept {
            return Response(status: .serviceUnavailable)
        } catch {
            return Response(status: .badRequest)
        }
    }

    /// - Throws: what `body` throws; 503 if it is that something could not be kept.
    private func opened(
        _ request: Request, _ context: AnswerContext, _ body: (PersonalPage, String) async throws -> Response
    ) async throws -> Response {
        let found = try page(request, context)
        guard let page = found.page else { return found.refusal }
        do {
            return try await body(page, found.code)
        } catch is Notifier.NotKept {
            return .html(PersonalForm(page: page, code: found.code).html(.lost), .serviceUnavailable)
        }
    }

    private func opened(
        _ request: Request, _ context: AnswerContext, _ body: (PersonalPage, String) throws -> Response
    ) throws -> Response {
        let found = try page(request, context)
        return try found.page.map { try body($0, found.code) } ?? found.refusal
    }

    private func page(
        _ request: Request, _ context: AnswerContext
    ) throws -> (page: PersonalPage?, code: String, refusal: Response) {
        let code = try context.parameters.require("code")
        let client = context.client(request)
        guard guesses.admits(client, at: hub.moment) else {
            return (nil, code, .html(AnswerPage.expired, .tooManyRequests))
        }
        let page = hub.personalPage(by: code)
        if page == nil { guesses.noteMiss(of: client, at: hub.moment) }
        return (page, code, .html(AnswerPage.expired, .notFound))
    }
}

extension Response {
    /// - Parameter scripts: whether the page may run those of this server.
    static func html(_ html: String, _ status: HTTPResponse.Status = .ok, scripts: Bool = false) -> Response {
        let script = scripts ? "; script-src 'self'; connect-src 'self'; worker-src 'self'" : ""
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'\(script)",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    static func script(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/javascript; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A form as browsers send it: `answer=safe` (URL Standard, application/x-www-form-urlencoded).
    static func form(_ body: ByteBuffer) -> [String: String] {
        String(buffer: body).split(separator: "&").reduce(into: [:]) { form, pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            if halves.count == 2 { form[halves[0]] = halves[1] }
        }
    }
}
