/// How an estate names its devices elsewhere, so that a name tells the place: `block-{block}/{floor}/{floor}{flat} {room}`
/// reads `block-a/12/12C hall smoke`.
///
/// | placeholder | stands for |
/// | --- | --- |
/// | `{block}` | the id of a block in `estate.yaml` |
/// | `{floor}`, `{flat}`, `{area}` | one of that block; `stair-1` also as `stair 1` or `stair_1` |
/// | `{room}`, `{any}` | words, as few as will do |
///
/// Everything else stands for itself, whatever its case. A placeholder that comes twice means the same both times.
public struct PlacePattern: Hashable, Sendable {
    public let written: String
    private let pieces: [Piece]

    private enum Piece: Hashable, Sendable {
        case literal(String)
        case block, floor, flat, area, room, any
    }

    /// - Throws: ``Mistake`` for an unknown placeholder, or one without an end.
    public init(_ written: String) throws(Mistake) {
        self.written = written
        var pieces: [Piece] = []
        var rest = written[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.literal(rest[..<open].lowercased())) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw Mistake("'\(written)': '{' has no '}'; write a placeholder such as {block}")
            }
            let name = String(rest[rest.index(after: open)..<close])
            switch name {
            case "block": pieces.append(.block)
            case "floor": pieces.append(.floor)
            case "flat": pieces.append(.flat)
            case "area": pieces.append(.area)
            case "room": pieces.append(.room)
            case "any": pieces.append(.any)
            default:
                let known = ["block", "floor", "flat", "area", "room", "any"]
                throw Mistake("'\(written)': unknown '{\(name)}'; \(Spelling.mend(name, known: known))")
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.literal(rest.lowercased())) }
        guard pieces.contains(.block) else {
            throw Mistake("'\(written)': nothing says which block; write {block} where its id stands")
        }
        self.pieces = pieces
    }

    public struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// Where a name says that something is, and in which room.
    ///
    /// - Returns: `nil` if the name is not of this pattern, or names no place of the estate.
    public func place(of name: String, in estate: Estate) -> (place: Place, room: String?)? {
        var found = Found()
        guard read(name[...], pieces[...], estate, &found), let block = found.block else { return nil }
        let place = Place(block: block.id, floor: found.floor, flat: found.flat, area: found.area)
        let room = found.room?.trimmed
        return (place, room.flatMap { $0.isEmpty ? nil : $0 })
    }

    private struct Found {
        var block: Block?
        var floor: String?
        var flat: String?
        var area: String?
        var room: String?
    }

    /// Tries the ways to go on, the longest names first, until one reaches the end of both.
    private func read(
        _ name: Substring, _ pieces: ArraySlice<Piece>, _ estate: Estate, _ found: inout Found
    ) -> Bool {
        guard let piece = pieces.first else { return name.isEmpty }
        let rest = pieces.dropFirst()
        func go(on left: Substring, _ change: (inout Found) -> Void) -> Bool {
            var attempt = found
            change(&attempt)
            guard read(left, rest, estate, &attempt) else { return false }
            found = attempt
            return true
        }
        func tryNames(_ names: [String], known: String?, _ change: (inout Found, String) -> Void) -> Bool {
            let found = names.filter { known ?? $0 == $0 }.map { ($0, name.droppingPrefixes($0)) }
                .filter { !$0.1.isEmpty }.sorted { ($1.0.count, $0.0) < ($0.0.count, $1.0) }
            for (candidate, ways) in found {
                for left in ways where go(on: left, { change(&$0, candidate) }) { return true }
            }
            return false
        }
        switch piece {
        case .literal(let text):
            return name.dropping(prefix: text).map { go(on: $0) { _ in } } ?? false
        case .block:
            return tryNames(estate.blocks.map(\.id), known: found.block?.id) { $0.block = estate.block($1) }
        case .floor:
            return tryNames(found.block?.floors ?? [], known: found.floor) { $0.floor = $1 }
        case .flat:
            return tryNames(found.block?.flats ?? [], known: found.flat) { $0.flat = $1 }
        case .area:
            return tryNames(found.block?.areas ?? [], known: found.area) { $0.area = $1 }
        case .room, .any:
            var end = name.startIndex
            while end < name.endIndex {
                end = name.index(after: end)
                let words = String(name[..<end])
                if go(on: name[end...], { if piece == .room { $0.room = words } }) { return true }
            }
            return false
        }
    }
}

extension Substring {
    /// - Parameter prefix: in small letters.
    fileprivate func dropping(prefix: String) -> Substring? {
        // Most names are ASCII, and an import compares them by the million.
        let rest = utf8.dropFirst(prefix.utf8.count)
        if utf8.prefix(prefix.utf8.count).allSatisfy(\.isASCII), rest.first?.isASCII ?? true {
            let isThere = utf8.prefix(prefix.utf8.count).elementsEqual(prefix.utf8) { byte, wanted in
                byte.small == wanted
            }
            return isThere ? self[rest.startIndex...] : nil
        }
        guard lowercased().hasPrefix(prefix) else { return nil }
        return dropFirst(prefix.count)
    }

    /// Without a name at its beginning, in whichever way people write it.
    fileprivate func droppingPrefixes(_ name: String) -> [Substring] {
        // Mostly another name's.
        if let first = utf8.first, let wanted = name.utf8.first, first.isASCII, wanted.isASCII,
            first.small != wanted.small
        {
            return []
        }
        let written = name.lowercased()
        if let left = dropping(prefix: written) { return [left] }
        guard written.utf8.contains(UInt8(ascii: "-")) else { return [] }
        return [" ", "_"].compactMap { dropping(prefix: written.replacing("-", with: $0)) }
    }
}

extension UInt8 {
    fileprivate var isASCII: Bool { self < 0x80 }
    fileprivate var small: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}

extension String {
    fileprivate var trimmed: String {
        String(
            drop { $0 == " " || $0 == "_" || $0 == "-" }.reversed().drop { $0 == " " || $0 == "_" || $0 == "-" }
                .reversed())
    }
}
