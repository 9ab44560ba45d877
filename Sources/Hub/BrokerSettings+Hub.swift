public import MQTT

extension BrokerSettings {
    /// The way to the broker that `hub.yaml` describes, under a client id of its own: two connections with one id would
    /// end each other.
    public init(_ broker: HubSettings.Broker, clientID: String) {
        self.init(host: broker.address.host, port: broker.address.port, clientID: clientID)
        version = broker.protocolVersion == .v311 ? .v311 : .v5
        user = broker.user
        password = broker.password?.value
        keepAlive = broker.keepAlive
        sessionExpiry = broker.sessionExpiry
        receiveMaximum = broker.receiveMaximum
        if broker.address.isEncrypted {
            tls = TLS(authority: broker.tls?.authority, certificate: broker.tls?.certificate, key: broker.tls?.key)
        }
    }
}
