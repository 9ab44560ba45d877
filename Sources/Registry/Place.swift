/// Where something is, as a path that goes from the block inwards.
///
/// A flat's name is unique on its floor only: flat `C` on floor `12` is what people call 12C.
public struct Place: Hashable, Sendable, Codable {
    public var block: String
    public var floor: String?
    public var flat: String?
    /// A common area: lobby, corridor, stair, lift, plant room. Never set together with `flat`.
    public var area: String?

    public init(block: String, floor: String? = nil, flat: String? = nil, area: String? = nil) {
        self.block = block
        self.floor = floor
        self.flat = flat
        self.area = area
    }

    /// The flat or common area, which the ladder counts as one; `nil` for a whole floor or block.
    public var unit: Place? {
        flat == nil && area == nil ? nil : self
    }

    /// What a person calls it, without the block: `12C`, `12 stair-1`, `lobby`, `12`.
    public var label: String {
        switch (floor, flat, area) {
        case (let floor?, let flat?, _): floor + flat
        case (nil, let flat?, _): flat
        case (let floor?, nil, let area?): "\(floor) \(area)"
        case (nil, nil, let area?): area
        case (let floor?, nil, nil): floor
        case (nil, nil, nil): block
        }
    }
}

extension Place: CustomStringConvertible {
    /// The path: `a/12/C`, `a/12/stair-1`, `a/lobby`.
    public var description: String {
        [block, floor, flat ?? area].compactMap { $0 }.joined(separator: "/")
    }
}
