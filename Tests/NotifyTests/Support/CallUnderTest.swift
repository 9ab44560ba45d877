import Notify
import Registry

/// Calls, and what answers as Twilio's Calls resource does.
struct CallUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact = Contact(resident: "r-a-12c", position: 1, channel: "call", address: TestGateway.number)
    private let receiver: WebhookReceiver

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> CallUnderTest {
        let receiver = try WebhookReceiver(
            manner, accepted: .status(201, body: #"{"sid":"CA1","status":"queued"}"#),
            refused: .status(400, body: #"{"code":21211,"message":"Invalid 'To' Phone Number","status":400}"#),
            well: .status(200, body: #"{"currency":"USD","balance":"12.5","account_sid":"AC1"}"#))
        return CallUnderTest(channel: try channel(at: receiver, timeout: timeout), receiver: receiver)
    }

    static func channel(
        at receiver: WebhookReceiver, timeout: Duration = .seconds(10), residents: [Resident] = [],
        callback: GatewayCallback? = TestGateway.callback("http://127.0.0.1:1/gateway/call"),
        detectsMachines: Bool = false
    ) throws -> CallChannel {
        var gateway = HTTPGateway.twilioCalls(
            account: "AC1", token: "token", from: "+15005550006", detectsMachines: detectsMachines)
        gateway.url = GatewayTemplate(receiver.url("/2010-04-01/Accounts/{{user}}/Calls.json"))
        gateway.account?.url = GatewayTemplate(receiver.url("/2010-04-01/Accounts/{{user}}/Balance.json"))
        var settings = CallChannel.Settings(gateway)
        settings.callback = callback
        settings.timeout = timeout
        return try CallChannel(
            settings, directory: Directory(estate: Harbour.estate, residents: residents, devices: []),
            catalogue: Harbour.catalogue(), now: { Harbour.noon })
    }

    func arrivals(_ count: Int) async throws -> [String] {
        await receiver.requests.next(count).map { $0.form["StatusCallback"] ?? "" }
    }

    func stop() async { receiver.stop() }
}
