import Devices
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
        case .subscribed(let filter):
            logger.debug("Subscribed", metadata: ["filter": "\(filter)"])
            // Not before: a broker without a session would send it to nobody.
            if filter == canary.topic { sendCanary(at: moment) }
        case .subscriptionRefused(let filter, let reason):
            logger.error("The broker refuses a subscription", metadata: ["filter": "\(filter)", "reason": "\(reason)"])
            note(
                trouble: "subscription", "The broker refuses the subscription \(filter): \(reason)",
                "訊息代理拒絕訂閱 \(filter)：\(reason)", ["filter": filter])
        case .dropped(let topic, let payloadBytes): noteDropped(topic: topic, payloadBytes: payloadBytes, at: moment)
        }
    }

    private func connected(sessionPresent: Bool, at moment: Instant) {
        // What comes first may have waited at the broker since the hub last heard.
        let from = min(engine.now, listening.heardAt)
        supervisor.listens(since: moment, heardUntil: from)
        listening.since = moment
        listening.backlogUntil = moment + Self.backlogPatience
        engine.beginBacklog(from: from, until: moment)
        collect()
        journal(.backlog(from: from), at: moment)
        logger.notice("Connected to the broker", metadata: ["session": sessionPresent ? "kept" : "new"])
        // While the canary is missing, every attempt to mend that is no news.
        if !canaryIsMissing { noteSession(isKept: sessionPresent) }
        if lossIsTold {
            lossIsTold = false
            note(putRight: "broker", "The link to the broker stands again", "已恢復與訊息代理的連線")
        }
        board.connected()
        canary.begin(at: moment)
    }

    /// Whether the broker keeps sessions is all that a client can see of its persistence.
    private func noteSession(isKept: Bool) {
        if isKept {
            note("Connected to the broker, which has kept the session", "已連接訊息代理，工作階段已保留", ["session": "kept"])
        } else if isNew, !board.hasBeenConnected {
            // At its very first connection a hub has missed nothing.
            note("Connected to the broker, a new session", "已連接訊息代理，建立新工作階段", ["session": "new"])
        } else {
            note(
                trouble: "session",
                "Connected to the broker, which has not kept the session: what was sent meanwhile is lost; "
                    + "set 'persistence true' in its configuration",
                "已連接訊息代理，但它沒有保留工作階段：期間的訊息已遺失；請啟用代理的持久化設定", ["session": "new"])
        }
    }

    private func lost(_ error: MQTTError, what: String, _ chinese: String, at moment: Instant) {
        logger.warning("\(what)", metadata: ["reason": "\(error)"])
        canary.forget()
        guard board.disconnected(at: moment) else { return }
        engine.beginOutage()
        journal(.outage, at: moment)
        noteMissed()
        if case .reconnecting = error.reason { return }
        lossIsTold = true
        note(trouble: "broker", "\(what): \(error)", "\(chinese)：\(error)")
    }

    /// Something has come from the broker. While a backlog flows, it is not through.
    func noteHeard(at moment: Instant) {
        listening.heardAt = moment
        if listening.backlogUntil != nil { listening.backlogUntil = moment + Self.backlogPatience }
    }

    func endBacklog(at moment: Instant) {
        guard listening.backlogUntil != nil else { return }
        listening.backlogUntil = nil
        engine.advance(to: moment)
        collect()
        journal(.time, at: moment)
        if board.isConnected { outlets.ready() }
    }

    func sendCanary(at moment: Instant) {
        outlets.announcer.publish(canary: canary.send(at: moment), topic: canary.topic)
    }

    func takeCanary(_ publication: Publication, at moment: Instant) {
        guard let delay = canary.take(publication.payload, at: moment) else { return }
        board.canary(delay: delay)
        if canaryIsMissing {
            canaryIsMissing = false
            note(putRight: "canary", "The hub's own message comes back from the broker", "系統自測訊息已從訊息代理返回")
        }
        endBacklog(at: moment)
    }

    func keepCanary(at moment: Instant) {
        guard board.isConnected else { return }
        if canary.isMissing(at: moment), !canary.isMissing(at: moment, since: listening.heardAt) {
            // Data flow: it waits behind them, or was lost on its way there.
            sendCanary(at: moment)
        } else if canary.isMissing(at: moment) {
            noteMissingCanary()
            if outlets.announcer.hasTaken(canary: canary.payload) {
                session.reconnect(reason: "the hub's own message did not come back")
            } else {
                // The outgoing connection is at fault, and the one on which alarms come may well be whole.
                canary.begin(at: moment)
            }
        } else if canary.isDue(at: moment) {
            sendCanary(at: moment)
        }
    }

    private func noteMissingCanary() {
        let why = outlets.announcer.canaryFailure.map { " (\($0))" } ?? ""
        guard !canaryIsMissing || why != canaryMissesWhy else { return }
        canaryIsMissing = true
        canaryMissesWhy = why
        logger.error("The hub's own message did not come back\(why)")
        note(
            trouble: "canary", "The hub's own message did not come back from the broker\(why)",
            "系統自測訊息沒有從訊息代理返回\(why)")
    }
}
