import Foundation
import MQTT

@testable import Notify

/// Debian's prometheus-alertmanager on a free loopback port, with its files in a folder.
final class AlertmanagerServer: Sendable {
    let url: String
    private let process: ServerProcess

    init(folder: String) async throws {
        guard let port = freeLoopbackPort() else { throw ServerProcess.CannotStart(said: "no free port") }
        url = "http://127.0.0.1:\(port)"
        let configuration = "\(folder)/alertmanager.yml"
        try "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        process = try ServerProcess([
            "prometheus-alertmanager", "--config.file=\(configuration)", "--storage.path=\(folder)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ])
        var said: [String] = []
        for await line in process.lines {
            if line.contains("Listening on") { return }
            said.append(line)
        }
        throw ServerProcess.CannotStart(said: said.joined(separator: "\n"))
    }

    private struct Shown: Decodable {
        var labels: [String: String]
        var annotations: [String: String]
    }

    /// Those that are not resolved: `<severity> <block> <incident> <hazard> <to>: <summary>`.
    func alerts() async throws -> [String] {
        let request = HTTPClient.Request(
            method: .get, url: "\(url)/api/v2/alerts?active=true", headers: [], body: [], connectTimeout: .seconds(10),
            timeout: .seconds(10))
        guard case .status(200, _, let body) = try await HTTPClient().send(request) else {
            throw ServerProcess.CannotStart(said: "it does not show its alerts")
        }
        return try JSONDecoder().decode([Shown].self, from: Data(body)).map { alert in
            let labels = ["severity", "block", "incident", "hazard", "to"].map { alert.labels[$0] ?? "-" }
            return "\(labels.joined(separator: " ")): \(alert.annotations["summary"] ?? "-")"
        }.sorted()
    }

    func stop() { process.stop() }
}
