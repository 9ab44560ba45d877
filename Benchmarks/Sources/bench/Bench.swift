import Foundation

/// Where everything is that a benchmark needs.
struct Tools {
    /// The product, built for release.
    var hub: String
    /// The folder of the two C programs.
    var bare: String
    /// The folder of the sample configuration.
    var sample: String
    /// The folder of the decoders' test vectors.
    var vectors: String { "\(sample)/../Tests/DevicesTests/Vectors" }
    /// For everything that is written; gone at the end.
    var folder: String

    /// Starts a hub on `<configuration>/<name>.yaml`.
    func startHub(_ name: String, _ configuration: String, _ broker: Broker) throws -> ChildProcess {
        try ChildProcess(
            hub,
            [
                "serve", "--config", "\(configuration)/\(name).yaml", "--broker", "mqtt://127.0.0.1:\(broker.port)",
                "--state", "\(configuration)/state-\(name)",
            ])
    }

    func publish(_ file: String, to broker: Broker, connections: Int = 1) throws {
        try ChildProcess(bare + "/publisher", [String(broker.port), file, String(connections)]).finish()
    }

    func startCounter(_ client: String, _ broker: Broker, messages: Int) throws -> ChildProcess {
        try ChildProcess(
            bare + "/counter", [String(broker.port), client, "estate/demo/block/#", String(messages)])
    }
}

/// What `counter` says at its end.
struct Counted: Decodable {
    var messages: Int
    var seconds: Double
    var cpu: Double

    init(_ child: ChildProcess) throws {
        let line = try child.line(containing: "{\"messages\"", within: .seconds(120))
        self = try JSONDecoder().decode(Counted.self, from: Data(line.text.utf8))
    }
}

/// The arguments: the hub, the folder of the C programs, the sample configuration, and which benchmarks to run.
@main
struct Bench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4 else {
            throw Failure(
                "usage: bench HUB BARE-FOLDER SAMPLE-CONFIG [decode|engine|supervision|registry|replay|throughput|flood|memory|latency|storm|deliveries|kannel|estate|recovery]..."
            )
        }
        let folder = NSTemporaryDirectory() + "/smokehub-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(atPath: folder) } catch {
                print("cannot remove \(folder): \(error)")
            }
        }
        let tools = Tools(hub: arguments[1], bare: arguments[2], sample: arguments[3], folder: folder)
        let wanted = Set(arguments.dropFirst(4))
        let machine = Machine.description
        var table = Table()
        let all: [(String, (Tools, inout Table) throws -> Void)] = [
            ("decode", measureDecode), ("engine", measureEngine), ("supervision", measureSupervision),
            ("registry", measureRegistry),
            ("replay", measureReplay),
            ("throughput", measureThroughput),
            ("flood", measureFlood),
            ("memory", measureMemory),
            ("latency", measureLatency), ("storm", measureStorm),
            ("deliveries", measureDeliveries), ("kannel", measureKannel),
            ("estate", measureEstate), ("recovery", measureRecovery),
        ]
        for (name, measure) in all where wanted.isEmpty || wanted.contains(name) {
            FileHandle.standardError.write(Data("measuring: \(name)\n".utf8))
            do { try measure(tools, &table) } catch { table.note(name, "could not be measured: \(error)") }
        }
        print(machine)
        print()
        print(table.text)
    }
}
