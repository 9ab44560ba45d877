import Logging
import MQTT
import Registry
import Rules
import Store

// The link to the broker: whether it is there, whether data really flow, and what waited behind it.
extension Pipeline {
    func handle(_ event: Batch.Event, at moment: Instant) {
        switch event {
        case .connected(let sessionPresent): connected(sessionPresent: sessionPresent, at: moment)
        case .refused(let error): lost(error, what: "The broker cannot be reached", "無法連接訊息代理", at: moment)
        case .disconnected(let error): lost(error, what: "The broker is gone", "與訊息代理的連線中斷", at: moment)
        case .subscribed(let filter): logger.debug("Subscribed", metadata: ["filter": "\(filter)"])
        case .subscriptionRefused(let filter, let reason):
            logger.error("The broker refuses a subscription", metadata: ["filter": "\(filter)", "reason": "\(reason)"])
            note(
                hub: LogRecord.Text(
                    "The broker refuses the subscription \(filter): \(reason)", "訊息代理拒絕訂閱 \(filter)：\(reason)"),
                level: .trouble, event: .trouble, details: ["trouble": "subscription", "state": "open"])
        case .dropped(let topic, let payloadBytes): noteDropped(topic: topic, payloadBytes: payloadBytes, at: moment)
        }
    }

    private func connected(sessionPresent: Bool, at moment: Instant) {
        // What comes first may have waited at the broker since the hub last heard.
        let from = min(engine.now, listening?.since ?? engine.now)
        let backlogFrom = board.lostLinkAt ?? from
        listening = Listening(
            since: moment, backlog: Backlog(from: backlogFrom, until: moment + .seconds(10)))
        engine.beginBacklog(from: backlogFrom)
        unwritten.entries.append(JournalEntry(.backlog(from: backlogFrom), at: moment))
        noteConnected(sessionPresent: sessionPresent)
        logger.notice("Connected to the broker", metadata: ["session": sessionPresent ? "kept" : "new"])
        board.connected()
        sendCanary(at: moment)
    }

    /// Whether the broker keeps sessions is all that a client can see of its persistence.
    private func noteConnected(sessionPresent: Bool) {
        if sessionPresent || (isFirstStart && !board.hasBeenConnected) {
            note(
                hub: LogRecord.Text(
                    sessionPresent
                        ? "Connected to the broker, which has kept the session"
                        : "Connected to the broker, a new session",
                    sessionPresent ? "已連接訊息代理，工作階段已保留" : "已連接訊息代理，建立新工作階段"),
                level: .info, details: ["session": sessionPresent ? "kept" : "new"])
        } else {
            note(
                hub: LogRecord.Text(
                    "Connected to the broker, which has not kept the session: what was sent meanwhile is lost; "
                        + "set 'persistence true' in its configuration",
                    "已連接訊息代理，但它沒有保留工作階段：期間的訊息已遺失；請啟用代理的持久化設定"),
                level: .trouble, event: .trouble,
                details: ["trouble": "session lost", "state": "open", "session": "new"])
        }
    }

    private func lost(_ error: MQTTError, what: String, _ chinese: String, at moment: Instant) {
        logger.warning("\(what)", metadata: ["reason": "\(error)"])
        canary.forget()
        guard board.disconnected(at: moment) else { return }
        note(
            hub: LogRecord.Text("\(what): \(error)", "\(chinese)：\(error)"), level: .trouble, event: .trouble,
            details: ["trouble": "broker", "state": "open"])
    }

    func endBacklog(at moment: Instant) {
        guard listening?.backlog != nil else { return }
        listening?.backlog = nil
        engine.advance(to: moment)
        collect()
        unwritten.entries.append(JournalEntry(.time, at: moment))
        outlets.ready()
    }

    func sendCanary(at moment: Instant) {
        outlets.announcer.publish(canary: canary.send(at: moment), topic: canary.topic)
    }

    func takeCanary(_ publication: Publication, at moment: Instant) {
        guard let delay = canary.take(publication.payload, at: moment) else { return }
        board.canary(delay: delay)
        endBacklog(at: moment)
    }

    func keepCanary(at moment: Instant) {
        guard board.isConnected else { return }
        if canary.isMissing(at: moment) {
            canary.forget()
            note(
                hub: LogRecord.Text(
                    "The hub's own message did not come back from the broker: the link is made anew",
                    "系統自測訊息沒有從訊息代理返回：重新建立連線"),
                level: .trouble, event: .trouble, details: ["trouble": "canary", "state": "open"])
            session.reconnect(reason: "the canary is missing")
        } else if canary.isDue(at: moment) {
            sendCanary(at: moment)
        }
    }
}
