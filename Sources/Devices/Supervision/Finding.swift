public import Registry

/// One thing that supervision has found. Positions are those of the registry's devices.
public enum Finding: Hashable, Sendable {
    /// They are past their contracts.
    case silent([Int])
    case heardAgain(Int)
    /// It was silent from the start, and has spoken for the first time.
    case heardAtLast(Int)
    /// So many devices of a block fell silent within a minute.
    case massSilence(block: Int, missing: Int, of: Int)
    case massSilenceOver(block: Int)
    /// What it was the way to is out of sight.
    case gatewayLost(Gateway, devices: [Int])
    case gatewayBack(Gateway, devices: [Int])
    /// Its silences have become longer, in seconds, than they were.
    case drifts(Int, now: Float, before: Float)
    /// Its silences are longer, in seconds, than its contract says.
    case breaksContract(Int, usual: Float)
    case driftsNoMore(Int)
    case storms(Int)
    /// And how many of its messages were not heeded.
    case stormsNoMore(Int, suppressed: Int)
    /// No detector of a floor would speak.
    case floorUnwatched(block: Int, floor: String)
    case floorWatched(block: Int, floor: String)

    public struct Gateway: Hashable, Sendable {
        public var ecosystem: Device.Ecosystem
        public var address: String

        public init(ecosystem: Device.Ecosystem, address: String) {
            self.ecosystem = ecosystem
            self.address = address
        }
    }
}

extension [Finding] {
    /// The devices that fell silent, then those that are heard again, which is the order in which both can happen to
    /// one; without those of which there are none.
    public var silences: [(isSilent: Bool, devices: [Int])] {
        var silent: [Int] = []
        var heard: [Int] = []
        for finding in self {
            switch finding {
            case .silent(let indices): silent += indices
            case .heardAgain(let index), .heardAtLast(let index): heard.append(index)
            default: break
            }
        }
        return [(true, silent), (false, heard)].filter { !$0.1.isEmpty }
    }
}
