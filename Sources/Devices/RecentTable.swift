/// Values by name, in a bounded number: when there is no room, the one that was heard of least recently is given up.
struct RecentTable<Value: Sendable>: Sendable {
    private struct Slot: Sendable {
        var name: String
        /// `nil` while the slot is free.
        var value: Value?
        var older: Int?
        var newer: Int?
    }

    let countMax: Int
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var places: [String: Int] = [:]
    private var oldest: Int?
    private var newest: Int?

    /// - Parameter countMax: at least 1.
    init(countMax: Int) { self.countMax = countMax }

    var count: Int { places.count }

    subscript(name: String) -> Value? { places[name].flatMap { slots[$0].value } }

    /// Changes a value in its place, which has been heard of by that.
    ///
    /// - Returns: `nil` if there is none.
    mutating func change<Result>(_ name: String, _ body: (inout Value) -> Result) -> Result? {
        guard let place = places[name], var value = slots[place].value else { return nil }
        if place != newest {
            unlink(place)
            link(place)
        }
        // Held once, or it would be copied.
        slots[place].value = nil
        defer { slots[place].value = value }
        return body(&value)
    }

    /// Changes every value, from the one heard of least recently on.
    mutating func changeAll(_ body: (_ name: String, inout Value) -> Void) {
        var next = oldest
        while let place = next {
            next = slots[place].newer
            guard var value = slots[place].value else { continue }
            slots[place].value = nil
            body(slots[place].name, &value)
            slots[place].value = value
        }
    }

    /// Puts a value under a name, in place of what was there.
    ///
    /// - Returns: what had to be given up for it.
    mutating func put(_ name: String, _ value: Value) -> (name: String, value: Value)? {
        if change(name, { $0 = value }) != nil { return nil }
        let givenUp = places.count >= countMax ? removeOldest() : nil
        let place = free.popLast() ?? slots.count
        if place == slots.count {
            slots.append(Slot(name: name, value: value))
        } else {
            slots[place] = Slot(name: name, value: value)
        }
        places[name] = place
        link(place)
        return givenUp
    }

    mutating func removeOldest() -> (name: String, value: Value)? {
        guard let oldest else { return nil }
        let name = slots[oldest].name
        return remove(name).map { (name, $0) }
    }

    @discardableResult
    mutating func remove(_ name: String) -> Value? {
        guard let place = places.removeValue(forKey: name) else { return nil }
        unlink(place)
        let value = slots[place].value
        slots[place] = Slot(name: "")
        free.append(place)
        return value
    }

    private mutating func link(_ place: Int) {
        slots[place].older = newest
        slots[place].newer = nil
        if let newest { slots[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let older = slots[place].older
        let newer = slots[place].newer
        if let older { slots[older].newer = newer } else { oldest = newer }
        if let newer { slots[newer].older = older } else { newest = older }
    }
}
