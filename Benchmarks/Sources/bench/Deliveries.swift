import Foundation
import Gateway

/// How fast people are handed to a webhook on this machine, beside Debian's prometheus-alertmanager on the same number of
/// alerts to the same server, three times one after the other in the same run.
///
/// Equal: as many POSTs of JSON, one for each person, to the same server over loopback, from the first knock (an MQTT
/// message there, the first POST of alerts here) to the last webhook. Not equal: SmokeHub decides who is told, writes each
/// attempt and each outcome to the disk, and sends the nearest first; Alertmanager is told whom, in batches of 100, and
/// keeps nothing.
func measureDeliveries(_ tools: Tools, _ table: inout Table) throws {
    table.section("deliveries: one webhook for each person, from the first knock to the last webhook")
    for people in [2_000, 5_000] {
        let rounds = try (1...3).map { round in
            (ours: try smokehub(people, round, tools), theirs: try alertmanager(people, round, tools))
        }.sorted { $0.theirs.seconds / $0.ours.seconds < $1.theirs.seconds / $1.ours.seconds }
        let ratios = rounds.map { $0.theirs.seconds / $0.ours.seconds }
        let (ours, theirs) = rounds[1]
        table.add(
            "\(people) people: SmokeHub, every attempt on the disk first",
            "\(rate(people, ours.seconds)) (\(text(ours.seconds, 2)) s, CPU \(text(ours.cpu, 1)) s)")
        table.add(
            "Alertmanager, nothing on the disk",
            "\(rate(people, theirs.seconds)) (\(text(theirs.seconds, 2)) s, CPU \(text(theirs.cpu, 1)) s)")
        table.add(
            "SmokeHub to Alertmanager, the middle of \(ratios.map { text($0, 2) }.joined(separator: ", "))",
            "\(text(ratios[1], 2)) times", target: ">= 1, aim 2", holds: ratios[1] >= 1)
    }
}

private struct Course {
    var seconds: Double
    var cpu: Double
}

private func smokehub(_ people: Int, _ round: Int, _ tools: Tools) throws -> Course {
    let town = try Town(
        "deliveries-\(people)-\(round)", tools, blocks: 1, floors: people / 50, flats: 50, residents: people,
        try GatewaySimulator())
    let before = try town.hub.cpuSeconds()
    let start = town.burn(block: 0)
    let told = try town.waitUntilTaken(people, within: .seconds(120))
    let cpu = try town.hub.cpuSeconds() - before
    try town.stop()
    return Course(seconds: seconds(start, told.last?.at ?? start), cpu: cpu)
}

private func alertmanager(_ people: Int, _ round: Int, _ tools: Tools) throws -> Course {
    let gateway = try GatewaySimulator(identify: { $0.quoted(after: #""groupLabels":{"resident":""#) ?? "" })
    defer { gateway.stop() }
    let folder = "\(tools.folder)/alertmanager-\(people)-\(round)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try """
    route: {receiver: gateway, group_by: [resident], group_wait: 0s, group_interval: 1m, repeat_interval: 4h}
    receivers: [{name: gateway, webhook_configs: [{url: "\(gateway.url("/alerts"))", send_resolved: false}]}]
    """.write(toFile: folder + "/alertmanager.yml", atomically: true, encoding: .utf8)
    let port = try Broker.freePort()
    let server = try ChildProcess(
        "/usr/bin/prometheus-alertmanager",
        [
            "--config.file=\(folder)/alertmanager.yml", "--storage.path=\(folder)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ])
    _ = try server.line(containing: "Listening on")
    let batches = stride(from: 0, to: people, by: 100).map { first in
        let alerts = (first..<min(first + 100, people)).map { number in
            """
            {"labels":{"alertname":"fire","block":"b01","resident":"r-\(number)"},"annotations":{"text":"SmokeHub alarm: \
            FIRE CONFIRMED in Block b01, flat 1F1. Leave the building by the stairs now, and close the doors."}}
            """
        }
        return Data("[\(alerts.joined(separator: ","))]".utf8)
    }
    let before = try server.cpuSeconds()
    let start = ContinuousClock.now
    let poster = try LoopbackPoster(port: port)
    for batch in batches { try poster.post(batch, to: "/api/v2/alerts") }
    let told = try wait("Alertmanager's webhooks", within: .seconds(120)) {
        gateway.takenCount >= people ? gateway.taken : nil
    }
    let cpu = try server.cpuSeconds() - before
    try server.stop()
    return Course(seconds: seconds(start, told.last?.at ?? start), cpu: cpu)
}
