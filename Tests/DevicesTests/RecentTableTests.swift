@testable import Devices
import Testing

@Suite struct `A table of the recent` {
    /// Against a list that is kept in order by hand.
    @Test func `gives up what was heard of least recently`() {
        var table = RecentTable<Int>(countMax: 5)
        var model: [(String, Int)] = []
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix64(state: seed)
        for round in 0..<5000 {
            let name = "\(Int.random(in: 0..<9, using: &random))"
            let known = model.firstIndex { $0.0 == name }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let givenUp = table.put(name, round)
                if let known { model.remove(at: known) }
                #expect(
                    givenUp?.name == (known == nil && model.count == 5 ? model.removeFirst().0 : nil), "seed \(seed)")
                model.append((name, round))
            case 1:
                let changed: Void? = table.change(name) { $0 += 1 }
                #expect((changed == nil) == (known == nil), "seed \(seed)")
                if let known {
                    let entry = model.remove(at: known)
                    model.append((name, entry.1 + 1))
                }
            case 2:
                #expect(table.remove(name) == known.map { model.remove(at: $0).1 }, "seed \(seed)")
            default:
                var names: [String] = []
                table.changeAll { name, value in names.append("\(name)=\(value)") }
                #expect(names == model.map { "\($0.0)=\($0.1)" }, "seed \(seed)")
            }
            #expect(table.count == model.count)
        }
        while let (name, value) = table.removeOldest() {
            let first = model.removeFirst()
            #expect(first == (name, value))
        }
        #expect(model.isEmpty)
    }
}
