import Devices
import Foundation
import Registry
import Vectors

/// Gives every decoder random and mutated messages, made from a seed, and says how long each took.
///
/// A decoder that learns is taught each message before it is asked what it says.
///
/// `fuzz VECTORS [COUNT=2000000] [SEED=1] [ONLY=esphome] [MESSAGE=17]`: `MESSAGE` shows one of `ONLY`'s, and takes it.
@main
struct Fuzz {
    /// The 99th percentile of a decoder's messages has to be below, in µs.
    static let limit = 50.0

    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        guard let folder = words.first else {
            throw Failure("usage: fuzz VECTORS [COUNT=2000000] [SEED=1] [ONLY=esphome] [MESSAGE=17]")
        }
        var settings = ["COUNT": "2000000", "SEED": "1"]
        for word in words.dropFirst() {
            let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2, ["COUNT", "SEED", "ONLY", "MESSAGE"].contains(pair[0]) else {
                throw Failure("'\(word)': write COUNT=…, SEED=…, ONLY=… or MESSAGE=…")
            }
            settings[pair[0]] = pair[1]
        }
        guard let count = settings["COUNT"].flatMap(Int.init), let seed = settings["SEED"].flatMap(UInt64.init),
            count > 0
        else { throw Failure("COUNT and SEED are whole numbers") }
        let vectors = try Vectors(folder: folder)
        CrashReport.install()
        say("seed \(seed), \(count) messages a decoder; thread CPU time of each, in µs")
        say("decoder                      p50      p99    p99.9       max  malformed  of message")
        var isGood = true
        for (index, decoder) in try DecoderTable.all().decoders.enumerated() {
            if let only = settings["ONLY"], only != decoder.ecosystem.rawValue { continue }
            let mutation = try Mutation(decoder, vectors)
            if let number = settings["MESSAGE"].flatMap(Int.init) {
                show(mutation.message(number, seed: seed), decoder)
                continue
            }
            let (times, malformed) = try run(decoder, index, mutation, count, seed)
            let isSoon = times.percentile(99) < limit
            isGood = isGood && isSoon
            say(line(index, decoder, times, malformed, count) + (isSoon ? "" : "  TOO SLOW"))
        }
        if settings["MESSAGE"] == nil {
            say(
                isGood ? "none crashed; p99 of each is below \(Int(limit)) µs" : "p99 has to be below \(Int(limit)) µs")
        }
        exit(isGood ? 0 : 1)
    }

    private static func run(
        _ decoder: any Decoder, _ index: Int, _ mutation: Mutation, _ count: Int, _ seed: UInt64
    ) throws -> (Times, malformed: Int) {
        var times = Times()
        var malformed = 0
        var subject = Subject(decoder)
        for number in 0..<count {
            let message = mutation.message(number, seed: seed)
            CrashReport.note(decoder: index, message: number)
            let start = ThreadClock.nanoseconds
            let result = Result { () throws(Malformed) in try subject.report(message) }
            times.add(ThreadClock.nanoseconds - start, message: number)
            switch result {
            case .success(let report): if let report { try check(report, number, decoder) }
            case .failure(let error):
                malformed += 1
                guard error.description.utf8.count < 1000 else {
                    throw Failure("\(decoder.ecosystem.rawValue), message \(number): an error of unbounded length")
                }
            }
        }
        return (times, malformed)
    }

    /// What must hold of whatever a decoder makes of a message.
    private static func check(_ report: Report, _ number: Int, _ decoder: any Decoder) throws {
        let where_ = "\(decoder.ecosystem.rawValue), message \(number)"
        guard Set(report.readings.map(\.kind)).count == report.readings.count else {
            throw Failure("\(where_): two readings of one kind")
        }
        guard report.unmapped.count <= 16 else { throw Failure("\(where_): too many unmapped fields") }
        guard report.ecosystem == decoder.ecosystem else { throw Failure("\(where_): another ecosystem's report") }
    }

    private static func show(_ message: Message, _ decoder: any Decoder) {
        say(
            "\(decoder.ecosystem.rawValue): topic \(String(reflecting: message.topic)), \(message.payload.count) bytes:"
        )
        say(String(reflecting: String(decoding: message.payload.prefix(2000), as: UTF8.self)))
        for _ in 0..<3 {
            let start = ThreadClock.nanoseconds
            let result = Result { () throws(Malformed) in try decoder.report(message) }
            say("\(Double(ThreadClock.nanoseconds - start) / 1000) µs: \(result)".prefix(2000))
        }
    }

    /// At once, for a run takes minutes.
    private static func say(_ text: some StringProtocol) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    private static func line(
        _ index: Int, _ decoder: any Decoder, _ times: Times, _ malformed: Int, _ count: Int
    ) -> String {
        let figures = [50, 99, 99.9].map { String(format: "%9.2f", times.percentile($0)) }.joined()
        let name = "\(index) \(decoder.ecosystem.rawValue)".padding(toLength: 23, withPad: " ", startingAt: 0)
        return name + figures + String(format: "%10.1f", Double(times.slowest.nanoseconds) / 1000)
            + String(format: "%9.1f %%", Double(malformed) * 100 / Double(count)) + "  \(times.slowest.message)"
    }
}

/// Why messages could not be tried, or what a decoder has made of one.
struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
