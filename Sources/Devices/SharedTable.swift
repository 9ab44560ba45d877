/// What takes memory by what others have said.
protocol Sized: Sendable {
    /// About how much memory it takes.
    var bytes: Int { get }
}

/// What is known of those who speak, by name, in two shares, each of them bounded: one of those to whom a device of the
/// registry belongs, and one of strangers. Where a share has no room, whoever was heard of least recently is given up in
/// it, and in it alone: strangers never crowd out the registry's.
struct SharedTable<Value: Sized>: Sendable {
    typealias Entry = (name: String, value: Value)

    private let registered: Set<String>
    /// Those on whom names of the registry depend, such as their gateways, and how many of them do.
    private var claims: [String: Int] = [:]
    private var own: TableShare<Value>
    private var strangers: TableShare<Value>

    /// - Parameters:
    ///   - registered: the names to which a device of the registry belongs; as many are remembered.
    ///   - strangersMax: how many others are, at least 1.
    ///   - bytesMax: about how much memory each of both shares may take.
    init(registered: Set<String>, strangersMax: Int, bytesMax: Int) {
        self.registered = registered
        own = TableShare(countMax: .max, bytesMax: bytesMax)
        strangers = TableShare(countMax: max(1, strangersMax), bytesMax: bytesMax)
    }

    /// Whether the registry has it, or a name that the registry has depends on it.
    func isRegistered(_ name: String) -> Bool { registered.contains(name) || claims[name] != nil }

    /// Whether the registry itself has it.
    func isNamed(_ name: String) -> Bool { registered.contains(name) }

    subscript(name: String) -> Value? { isRegistered(name) ? own.table[name] : strangers.table[name] }

    /// Changes a value in its place, which has been heard of by that.
    ///
    /// - Returns: `nil` if there is none.
    mutating func change<Result>(_ name: String, _ body: (inout Value) -> Result) -> Result? {
        isRegistered(name) ? own.change(name, body) : strangers.change(name, body)
    }

    /// Changes every value, those of the registry first.
    mutating func changeAll(_ body: (_ name: String, inout Value) -> Void) {
        own.changeAll(body)
        strangers.changeAll(body)
    }

    /// Puts a value under a name, in place of what was there.
    ///
    /// - Returns: what had to be given up for it.
    mutating func put(_ name: String, _ value: Value) -> [Entry] {
        isRegistered(name) ? own.put(name, value) : strangers.put(name, value)
    }

    /// Gives up what there is no room for, after values have grown.
    mutating func shrink() -> [Entry] { own.shrink() + strangers.shrink() }

    @discardableResult
    mutating func remove(_ name: String) -> Value? {
        isRegistered(name) ? own.remove(name) : strangers.remove(name)
    }

    /// Counts a name among the registry's as long as one of those depends on it.
    mutating func claim(_ name: String) -> [Entry] {
        let isNew = !isRegistered(name)
        claims[name, default: 0] += 1
        return isNew ? strangers.remove(name).map { own.put(name, $0) } ?? [] : []
    }

    /// Takes one ``claim(_:)`` back.
    mutating func release(_ name: String) -> [Entry] {
        guard let count = claims[name] else { return [] }
        claims[name] = count > 1 ? count - 1 : nil
        return isRegistered(name) ? [] : own.remove(name).map { strangers.put(name, $0) } ?? []
    }
}

/// A table that is bounded in bytes, too.
private struct TableShare<Value: Sized>: Sendable {
    var table: RecentTable<Value>
    private var bytes = 0
    private let bytesMax: Int

    init(countMax: Int, bytesMax: Int) {
        table = RecentTable(countMax: countMax)
        self.bytesMax = bytesMax
    }

    mutating func change<Result>(_ name: String, _ body: (inout Value) -> Result) -> Result? {
        var grown = 0
        let result = table.change(name) { value in
            grown = -value.bytes
            defer { grown += value.bytes }
            return body(&value)
        }
        bytes += grown
        return result
    }

    mutating func changeAll(_ body: (_ name: String, inout Value) -> Void) {
        var grown = 0
        table.changeAll { name, value in
            grown -= value.bytes
            body(name, &value)
            grown += value.bytes
        }
        bytes += grown
    }

    mutating func put(_ name: String, _ value: Value) -> [SharedTable<Value>.Entry] {
        bytes += value.bytes - (table[name]?.bytes ?? 0)
        guard let givenUp = table.put(name, value) else { return shrink() }
        bytes -= givenUp.value.bytes
        return [givenUp] + shrink()
    }

    mutating func shrink() -> [SharedTable<Value>.Entry] {
        var givenUp: [SharedTable<Value>.Entry] = []
        while bytes > bytesMax, table.count > 1, let one = table.removeOldest() {
            bytes -= one.value.bytes
            givenUp.append(one)
        }
        return givenUp
    }

    mutating func remove(_ name: String) -> Value? {
        let value = table.remove(name)
        bytes -= value?.bytes ?? 0
        return value
    }
}
