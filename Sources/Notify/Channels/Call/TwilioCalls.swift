extension HTTPGateway {
    /// Twilio's Calls resource, its status callbacks and what `<Gather>` brings.
    ///
    /// Codes of refusals that lie in the number: 21211 and 21214 nobody to be called. In whom this account may call: 21215,
    /// 21216. In the account: 20003, 21210, 21212. Source: Twilio, "Call resource", "Error and warning dictionary".
    ///
    /// - Parameter detectsMachines: it says whether a person or a machine has answered, which takes it some seconds.
    public static func twilioCalls(
        account: String, token: String, from: String, detectsMachines: Bool = false
    ) -> HTTPGateway {
        var gateway = twilio(account: account, token: token, from: from)
        gateway.url = GatewayTemplate("https://api.twilio.com/2010-04-01/Accounts/{{user}}/Calls.json")
        gateway.body = GatewayTemplate(
            "To={{to}}&From={{from}}&Twiml={{twiml}}&Timeout=30&StatusCallback={{callback}}"
                + (detectsMachines ? "&MachineDetection=Enable" : ""))
        gateway.answer.refused = ["21211", "21214"]
        gateway.answer.notHere = ["21215", "21216"]
        gateway.answer.down = ["20003", "21210", "21212"]
        gateway.report.field = "CallStatus"
        gateway.report.delivered = ["completed"]
        gateway.report.undelivered = ["busy", "no-answer", "failed", "canceled"]
        gateway.report.reference = "CallSid"
        gateway.report.code = nil
        (gateway.report.from, gateway.report.text) = ("To", "Digits")
        return gateway
    }
}
