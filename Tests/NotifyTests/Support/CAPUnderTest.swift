import Foundation
import Notify
import Registry

/// CAP messages, and a web server that takes them.
struct CAPUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact: Contact
    private let receiver: WebhookReceiver

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> CAPUnderTest {
        let receiver = try WebhookReceiver(manner)
        let writer = CAPWriter(
            CAPWriter.Settings(sender: "hub@harbour.example", scope: .everybody, validity: .seconds(3600)),
            estate: Harbour.estate, catalogue: try Harbour.catalogue())
        let endpoint = CAPChannel.Endpoint(url: receiver.url("/cap"), token: "geheim", timeout: timeout)
        return CAPUnderTest(
            channel: try CAPChannel(writer, endpoints: ["city": endpoint], alerts: { _ in [] }),
            contact: Contact(resident: "", position: 0, channel: "cap", address: "city"), receiver: receiver)
    }

    func arrivals(_ count: Int) async throws -> [String] {
        await receiver.requests.next(count).map { request in
            let body = String(decoding: request.body, as: UTF8.self)
            let identifier = body.split(separator: "<identifier>").last?.split(separator: "<").first ?? ""
            let isWhole =
                request.headers["authorization"] == "Bearer geheim" && body.hasSuffix("</alert>\n")
                && request.headers["content-type"] == CAPMessage.mediaType
            return isWhole ? String(identifier) : UUID().uuidString
        }
    }

    func stop() async { receiver.stop() }
}
