import Foundation
import Testing

/// The journal decides the same in every process only if nothing here reads a clock, does I/O, or goes through a
/// dictionary or set, whose order Swift changes from process to process.
struct `The rules' source` {
    static let files: [(name: String, text: String)] = {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        // What keeps the tickets is as pure.
        return ["Rules", "Upkeep"].flatMap { target in
            let folder = sources.appendingPathComponent(target)
            // What is not there is found by the first test.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.sorted().filter { $0.hasSuffix(".swift") }.map { name in
                (name, (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? "")
            }
        }
    }()

    @Test func `is looked through`() {
        #expect(Self.files.count > 15)
        #expect(Self.files.contains { $0.name == "RuleEngine.swift" && $0.text.contains("struct RuleEngine") })
        #expect(Self.files.contains { $0.name == "Caretaker.swift" })
    }

    @Test func `imports nothing that has a clock, a disk or a network`() {
        for (name, text) in Self.files {
            #expect(SourceScan(text).foreignImports == [], "\(name)")
        }
    }

    @Test func `asks for no time, no chance and no machine`() {
        for (name, text) in Self.files {
            #expect(SourceScan(text).impureNames == [], "\(name)")
        }
    }

    @Test func `never goes through a dictionary or a set`() {
        let scans = Self.files.map { ($0.name, SourceScan($0.text)) }
        // A member may be declared in one file and gone through in another.
        let members = scans.reduce(into: Set<String>()) { $0.formUnion($1.1.hashedMembers) }
        #expect(members.contains("details"), "a member that is a dictionary is recognised")
        for (name, scan) in scans {
            #expect(scan.walks(alsoThrough: members) == [], "\(name)")
        }
    }

    static let walks = [
        "let met: Set<String> = []\nfor name in met { tell(name) }",
        "var met = Set<String>()\nlet all = met.map { $0 }",
        "let groups = Dictionary(grouping: members) { $0.floor }\nfor (floor, group) in groups { tell(floor) }",
        "let groups = Dictionary(grouping: members) { $0.floor }.mapValues(\\.count)",
        "var counts: [String: Int] = [:]\nlet most = counts.max { $0.value < $1.value }",
        "var counts = [String: Int]()\nreturn counts.values.reduce(0, +)",
        "func f(_ states: [Device.ID: DeviceState]) { states.forEach { tell($0) } }",
        "func f(_ names: Set<String>) -> [String] { Array(names) }",
        "let names: Set<String> = []\nreturn [first] + names",
        "let names: Set<String> = []\nall.append(contentsOf: names)",
        "let names: Set<String> = []\nreturn names.first",
        "let names: Set<String> = []\nreturn \"\\(names)\"",
        "return Set(members.map(\\.floor)).map { $0 }",
        "for floor in Set(members.map(\\.floor)) { tell(floor) }",
        "for kind in state.known.keys { tell(kind) }",
        "func floors() -> Set<String> { [] }\nfor floor in floors() { tell(floor) }",
        "func floors() -> Set<String> { [] }\nlet all = floors()\nfor floor in all { tell(floor) }",
        "var met = Set<String>()\nlet sorted = met.sorted { $0.count < $1.count }",
        "var met = Set<String>()\nwhile let one = met.popFirst() { tell(one) }",
    ]

    @Test(arguments: walks) func `would be caught going through one`(_ text: String) {
        #expect(SourceScan(text).walks(alsoThrough: []) != [])
    }

    static let looks = [
        "var met = Set<String>()\nif met.insert(name).inserted { tell(name) }",
        "let groups = Dictionary(grouping: members) { $0.floor }\nfor name in order { tell(groups[name]) }",
        "var met = Set<String>()\nreturn members.filter { met.insert($0.id).inserted }",
        "let names: Set<String> = []\nfor name in names.sorted() { tell(name) }",
        "// for name in met { }\nlet met: Set<String> = []\nlet text = \"for name in met\"",
        "let counts: [String: Int] = [:]\nfor key in counts.keys.sorted() { tell(counts[key]) }",
        "let all: [String] = []\nfor name in all { tell(name) }",
    ]

    @Test(arguments: looks) func `may look something up in one`(_ text: String) {
        #expect(SourceScan(text).walks(alsoThrough: []) == [])
    }

    @Test func `would be caught with a clock or a file`() {
        #expect(SourceScan("import Foundation").foreignImports == ["Foundation"])
        #expect(SourceScan("public import struct Foundation.Date").foreignImports == ["Foundation"])
        #expect(SourceScan("@preconcurrency import Glibc").foreignImports == ["Glibc"])
        #expect(SourceScan("let now = ContinuousClock.now").impureNames == ["ContinuousClock"])
        #expect(SourceScan("x.randomElement()").impureNames == ["randomElement"])
        #expect(SourceScan("// a Date\nlet text = \"random\"").impureNames == [])
    }
}
