import Foundation
import Gateway

/// How fast people are handed to Debian's Kannel (bearerbox, smsbox and its fake SMS centre) by SmokeHub, and how fast by a
/// bare C client that asks 64 at a time with libcurl and keeps nothing, one after the other in the same run: from the first
/// knock until the fake centre has the last message.
func measureKannel(_ tools: Tools, _ table: inout Table) throws {
    let people = 2_000
    let ours = try smokehub(people, tools)
    let bare = try caller(people, tools)
    table.section("kannel: \(people) people over bearerbox, smsbox and the fake SMS centre, to the last message there")
    table.add("SmokeHub, every attempt on the disk first", "\(rate(people, ours)) (\(text(ours, 2)) s)")
    table.add("a bare libcurl client, 64 at a time", "\(rate(people, bare)) (\(text(bare, 2)) s)")
    table.add("SmokeHub to the bare client", "\(text(bare / ours, 2))x")
}

private func smokehub(_ people: Int, _ tools: Tools) throws -> Double {
    let kannel = try KannelServer(folder: "\(tools.folder)/kannel-smokehub")
    let settings = """
        channels:
          sms:
            routes:
            - {name: kannel, kind: kannel, url: "\(kannel.url)", user: hub, password: {file: kannel-password},
               from: "12345"}

        """
    let town = try Town(
        "kannel", tools, blocks: 1, floors: people / 50, flats: 50, residents: people, settings: settings,
        files: ["kannel-password": "pw\n"], contact: { "sms:+8529\(1_000_000 + $0)" }, try GatewaySimulator())
    let start = town.burn(block: 0)
    let end = try kannel.last(of: people)
    try town.stop()
    try kannel.stop()
    return seconds(start, end)
}

private func caller(_ people: Int, _ tools: Tools) throws -> Double {
    let kannel = try KannelServer(folder: "\(tools.folder)/kannel-bare")
    let words = "SmokeHub%%3A+FIRE+CONFIRMED%%2C+Block+b01%%2C+flat+1F1.+Leave+by+the+stairs+now+%%23b01-1%%2F2"
    let url = "\(kannel.url)?username=hub&password=pw&from=12345&to=%%2B852%d&text=\(words)"
    let start = ContinuousClock.now
    let client = try ChildProcess(tools.bare + "/caller", [String(people), "64", url])
    let end = try kannel.last(of: people)
    try client.finish()
    try kannel.stop()
    return seconds(start, end)
}

/// Debian's Kannel with its fake SMS centre.
private struct KannelServer {
    let url: String
    private let bearerbox: ChildProcess
    private let smsbox: ChildProcess
    private let centre: ChildProcess

    init(folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let ports = try (0..<4).map { _ in try Broker.freePort() }
        url = "http://127.0.0.1:\(ports[3])/cgi-bin/sendsms"
        let file = folder + "/kannel.conf"
        try """
        group = core
        admin-port = \(ports[0])
        admin-interface = 127.0.0.1
        admin-password = unused
        smsbox-port = \(ports[1])
        box-allow-ip = 127.0.0.1
        dlr-storage = internal

        group = smsc
        smsc = fake
        smsc-id = fake
        host = 127.0.0.1
        port = \(ports[2])
        connect-allow-ip = 127.0.0.1

        group = smsbox
        bearerbox-host = 127.0.0.1
        bearerbox-port = \(ports[1])
        sendsms-port = \(ports[3])

        group = sendsms-user
        username = hub
        password = pw
        max-messages = 10
        concatenation = true

        """.write(toFile: file, atomically: true, encoding: .utf8)
        bearerbox = try ChildProcess("/usr/sbin/bearerbox", ["-v", "1", file])
        _ = try bearerbox.line(containing: "entering mainloop")
        smsbox = try ChildProcess("/usr/sbin/smsbox", ["-v", "1", file])
        _ = try bearerbox.line(containing: "Client connected from")
        centre = try ChildProcess(
            "/usr/lib/kannel/test/fakesmsc",
            ["-H", "127.0.0.1", "-r", String(ports[2]), "-i", "0.01", "-m", "0", "1 2 text unused"])
        _ = try bearerbox.line(containing: "Fakesmsc client connected")
    }

    /// When the centre has got so many.
    func last(of count: Int) throws -> ContinuousClock.Instant {
        try centre.line(containing: "Got message \(count): <", within: .seconds(120)).at
    }

    func stop() throws { for process in [centre, smsbox, bearerbox] { process.kill() } }
}
