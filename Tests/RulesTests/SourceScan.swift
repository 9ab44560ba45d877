import Foundation

/// Looks through Swift source, without its comments and texts, for what a pure target must not have. It knows no types:
/// whatever is declared as a dictionary or set by its name counts as one wherever that name stands.
struct SourceScan {
    let code: String

    init(_ text: String) { code = Self.stripped(text) }

    /// What is imported beside the estate, the readings and the standard collections.
    var foreignImports: [String] {
        matches(
            #"(?m)^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:\w+[ \t]+)?import[ \t]+(?:(?:struct|class|enum|func|protocol|var|let|typealias)[ \t]+)?(\w+)"#
        )
        .filter { !Self.allowedImports.contains($0) }
    }

    private static let allowedImports = [
        "Registry", "Devices", "Rules", "Collections", "OrderedCollections", "DequeModule", "HeapModule",
    ]

    /// Names that read a clock, draw lots, or reach out of the process.
    var impureNames: [String] {
        let names = [
            "Date", "UUID", "ContinuousClock", "SuspendingClock", "Task", "await", "async", "Thread", "DispatchQueue",
            "random", "randomElement", "shuffled", "shuffle", "SystemRandomNumberGenerator", "hashValue", "Hasher",
            "ObjectIdentifier", "print", "debugPrint", "dump", "readLine", "FileHandle", "FileManager", "ProcessInfo",
            "CommandLine", "getenv", "fopen", "clock_gettime", "withUnsafePointer", "Unmanaged",
        ]
        return matches(#"(?<![\w.])("# + names.joined(separator: "|") + #")\b"#)
            + matches(#"\.(randomElement|shuffled|shuffle|random|hashValue)\b"#)
    }

    /// The names of stored members that are dictionaries or sets.
    var hashedMembers: Set<String> {
        Set(matches(#"(?m)^[ \t]*(?:[\w()]+[ \t]+)*(?:var|let)[ \t]+(\w+)[ \t]*:[ \t]*"# + Self.hashedType))
    }

    private static let hashedType =
        #"(?:Set[ \t]*<|Dictionary[ \t]*<|\[[ \t]*[\w.]+\??[ \t]*:[ \t]*[^\[\]]+(?:\[[^\[\]]*\][^\[\]]*)?\])"#

    /// Everything here that is declared, given or made as one.
    private var hashedNames: Set<String> {
        let declared = matches(#"(\w+)[ \t]*:[ \t]*(?:inout[ \t]+)?"# + Self.hashedType)
        let made = matches(
            #"(?:var|let)[ \t]+(\w+)[ \t]*=[ \t]*(?:Set[ \t]*[<(]|Dictionary[ \t]*[<(]|\[[ \t]*[\w.]+[ \t]*:[ \t]*[\w.?<>]+[ \t]*\][ \t]*\()"#
        )
        let functions = matches(#"func[ \t]+(\w+)[^{}]*?->[ \t]*"# + Self.hashedType)
        let called = functions.flatMap { name in
            matches(#"(?:var|let)[ \t]+(\w+)[ \t]*=[ \t]*(?:\w+\.)*"# + name + #"\("#)
        }
        return Set(declared + made + functions + called)
    }

    /// Every place that depends on the order of one, as it is written.
    func walks(alsoThrough members: Set<String>) -> [String] {
        var found = matches(#"(\.(?:keys|values)\b)(?!\.sorted\(\)|\.contains\()"#)
        let make = #"(?:Set|Dictionary)(?:<[^>]*>)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?:[ \t]*\{[^{}]*\})?"#
        found += matches("(" + make + #"\s*\.(?:"# + Self.ordered + #")\b)"#)
        found += matches(#"(\bin[ \t]+"# + make + ")")
        for name in hashedNames.union(members).sorted() {
            let call = #"(?:\([^()]*\))?"#
            let path = #"(?:[\w?!]+\.)*"# + name + #"\b"# + call
            found += matches(#"(\bin[ \t]+"# + path + #")(?=[ \t]*(?:\{|where\b|$|\n))"#)
            found += matches(#"((?<!\w)"# + name + #"\b"# + call + #"[?!]?\s*\.(?:"# + Self.ordered + #")\b)(?!\(\))"#)
            found += matches(
                #"((?<!\w)"# + name + #"\b"# + call
                    + #"[?!]?\s*\.(?:popFirst|makeIterator|enumerated|first|description)\b)"#)
            found += matches(#"(\b(?:Array|ContiguousArray|ArraySlice|zip)\("# + path + #"[,)])"#)
            found += matches(#"(contentsOf:[ \t]*"# + path + #"\))"#)
            found += matches(#"(\+=?[ \t]*"# + path + #")(?![\[.(\w])"#)
            found += matches(#"(\\\("# + path + #"\))"#)
        }
        return found
    }

    /// What goes through all of them in their order. `sorted()` alone does not depend on it; `sorted { … }` does where
    /// two are equal.
    private static let ordered = [
        "map", "flatMap", "compactMap", "filter", "reduce", "forEach", "sorted", "max", "min", "first", "prefix",
        "dropFirst", "enumerated", "joined", "lazy", "elementsEqual", "mapValues", "compactMapValues", "randomElement",
        "popFirst", "makeIterator", "reversed", "suffix", "elements",
    ].joined(separator: "|")

    private func matches(_ pattern: String) -> [String] {
        // A pattern of this file that is wrong shows in the tests that must find something.
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return ["wrong pattern \(pattern)"] }
        let whole = NSRange(code.startIndex..., in: code)
        return expression.matches(in: code, range: whole).compactMap { match in
            Range(match.range(at: 1), in: code).map { String(code[$0]) }
        }
    }

    /// Without comments, and with texts empty but for what they interpolate.
    private static func stripped(_ text: String) -> String {
        var code = ""
        var rest = Substring(text)
        while let character = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                rest = rest.range(of: "*/").map { rest[$0.upperBound...] } ?? ""
            } else if rest.hasPrefix("\"\"\"") {
                rest = rest.dropFirst(3)
                code += interpolations(&rest, until: "\"\"\"")
            } else if character == "\"" {
                rest = rest.dropFirst()
                code += interpolations(&rest, until: "\"")
            } else {
                code.append(character)
                rest = rest.dropFirst()
            }
        }
        return code
    }

    private static func interpolations(_ rest: inout Substring, until end: String) -> String {
        var found = "\""
        while !rest.isEmpty, !rest.hasPrefix(end) {
            guard rest.first == "\\" else {
                rest = rest.dropFirst()
                continue
            }
            guard rest.hasPrefix("\\(") else {
                rest = rest.dropFirst(2)
                continue
            }
            var depth = 0
            repeat {
                guard let character = rest.first else { break }
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                found.append(character)
                rest = rest.dropFirst()
            } while depth > 0 || found.last == "\\"
            found += " "
        }
        rest = rest.dropFirst(end.count)
        return found + "\""
    }
}
