import ArgumentParser
import CCurl
import Foundation
import Hub
import Registry

/// Speaks to the hub that runs on a state folder, over its Unix socket.
struct ControlClient {
    let socket: String

    struct Answer {
        var status: Int
        var body: Data
    }

    /// - Throws: ``StartError`` if no hub answers there.
    func get(_ path: String) throws -> Answer { try send(path, body: nil) }

    /// - Throws: ``StartError`` if no hub answers there.
    func post(
        _ path: String, _ body: some Encodable, within time: Duration = .seconds(10)
    ) throws -> Answer {
        try send(path, body: JSONEncoder().encode(body), within: time)
    }

    /// What the hub says of an incident; of the one that was told last if it is `nil`.
    ///
    /// - Throws: ``StartError`` if no hub answers there, or it knows no such incident.
    func read<Answer: Decodable>(_ path: String, ofIncident incident: String?) throws -> Answer {
        let query = incident.map {
            "?incident=\($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? $0)"
        }
        let answer = try get(path + (query ?? ""))
        guard answer.status == 200 else { throw StartError(answer.refusal) }
        return try JSONDecoder().decode(Answer.self, from: answer.body)
    }

    private final class Received {
        var bytes: [UInt8] = []
    }

    private func send(_ path: String, body: Data?, within time: Duration = .seconds(10)) throws -> Answer {
        guard let handle = curl_easy_init() else { throw StartError("libcurl cannot be started") }
        defer { curl_easy_cleanup(handle) }
        let received = Received()
        smokehub_curl_set_string(handle, CURLOPT_URL, "http://hub\(path)")
        smokehub_curl_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, socket)
        smokehub_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(time.components.seconds) * 1000)
        let headers = curl_slist_append(nil, "Content-Type: application/json")
        defer { curl_slist_free_all(headers) }
        if let body {
            smokehub_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
            smokehub_curl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.count)
            smokehub_curl_set_string(handle, CURLOPT_COPYPOSTFIELDS, String(decoding: body, as: UTF8.self))
        }
        // `received` outlives the transfer, which ends before this function does.
        smokehub_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque())
        smokehub_curl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let length = size * count
            bytes.withMemoryRebound(to: UInt8.self, capacity: length) { start in
                Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
                    .bytes += UnsafeBufferPointer(start: start, count: length)
            }
            return length
        }
        let code = curl_easy_perform(handle)
        guard code == CURLE_OK else {
            throw StartError(
                "no hub answers on \(socket) (\(String(cString: curl_easy_strerror(code)))); start one with "
                    + "'smokehub serve', or name its state folder with --state")
        }
        var status = 0
        smokehub_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return Answer(status: status, body: Data(received.bytes))
    }
}

/// Which running hub is meant.
struct HubPlace: ParsableArguments {
    @Option(help: "The hub's state folder, instead of the one in hub.yaml.")
    var state: String?

    @Option(help: "The configuration: a folder, or a hub.yaml.")
    var config = "Config"

    /// - Throws: what is wrong in hub.yaml, if that has to be read.
    func client() throws -> ControlClient { ControlClient(socket: try folder() + "/hub.sock") }

    func folder() throws -> String { try state ?? HubSettings.load(path: config).state }
}
