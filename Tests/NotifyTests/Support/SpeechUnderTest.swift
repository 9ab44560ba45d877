import Crypto
import Foundation
import Notify
import Registry

/// Public address with the real espeak-ng, and a player that speaks HTTP.
struct SpeechUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact = Contact(resident: "", position: 0, channel: "speech", address: "lobby")
    private let receiver: WebhookReceiver
    private let folder: String

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> SpeechUnderTest {
        let receiver = try WebhookReceiver(manner)
        let folder = NSTemporaryDirectory() + "smokehub-speech-" + UUID().uuidString
        let player = SpeechChannel.Player(
            place: Harbour.place("a"), way: .http(url: receiver.url("/play"), isPut: false), timeout: timeout)
        let channel = try SpeechChannel(
            Speaker(program: "/usr/bin/espeak-ng", folder: folder, limit: .seconds(60)), players: ["lobby": player],
            estate: Harbour.estate, catalogue: Harbour.catalogue(), publish: { _, _ in })
        return SpeechUnderTest(channel: channel, receiver: receiver, folder: folder)
    }

    func arrivals(_ count: Int) async throws -> [String] {
        await receiver.requests.next(count).map { request in
            "\(request.headers["idempotency-key"] ?? "") \(SHA256.hash(data: request.body))"
        }
    }

    func stop() async {
        receiver.stop()
        do { try FileManager.default.removeItem(atPath: folder) } catch {}
    }
}
