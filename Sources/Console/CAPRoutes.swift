import Foundation
import Hub
import Hummingbird

extension ControlAPI {
    func addCAP(to router: Router<BasicRequestContext>) {
        router.get("/cap/feed.atom") { [hub] _, _ in
            try Self.document(hub.capFeed(), otherwise: "hub.yaml has switched CAP messages off")
        }
        router.get("/cap/{file}") { [hub] _, context in
            let file = try context.parameters.require("file")
            guard let name = (file.removingPercentEncoding ?? file).split(separator: "/").last, name.hasSuffix(".xml")
            else { throw HTTPError(.notFound, message: "ask for /cap/feed.atom, or a message that it links to") }
            return try Self.document(
                hub.capMessage(named: String(name.dropLast(4))), otherwise: "there is no such message, or no longer")
        }
    }

    private static func document(_ document: HubService.CAPDocument?, otherwise: String) throws -> Response {
        guard let document else { throw HTTPError(.notFound, message: otherwise) }
        return Response(
            status: .ok, headers: [.contentType: document.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: document.xml)))
    }
}
