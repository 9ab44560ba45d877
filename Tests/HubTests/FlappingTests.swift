import Devices
import Registry
import Testing

@testable import Hub

@Suite struct `What comes and goes` {
    private let start = Instant(milliseconds: 1_800_000_000_000)

    private func finding(_ name: String, isLost: Bool) -> Finding {
        let gateway = Finding.Gateway(ecosystem: .zigbee2mqtt, address: name)
        return isLost ? .gatewayLost(gateway, devices: [0]) : .gatewayBack(gateway, devices: [0])
    }

    @Test func `is told four times in an hour, then every quarter of an hour how it is and how often it changed`() {
        var flapping = Flapping()
        func tells(_ second: Int, _ name: String = "bridge") -> Bool {
            flapping.tells(finding(name, isLost: second % 2 == 0), at: start + .seconds(second))
        }
        func due(_ second: Int) -> [Flapping.Gathered] { flapping.due(at: start + .seconds(second)) }
        #expect((0..<101).filter { tells($0) } == [0, 1, 2, 3])
        #expect(tells(0, "other"))
        #expect(due(902).isEmpty)
        let gone = Flapping.Gathered(finding: finding("bridge", isLost: true), changes: 97)
        #expect(due(903) == [gone])
        #expect(!tells(1001))
        #expect(due(1802).isEmpty)
        let back = Flapping.Gathered(finding: finding("bridge", isLost: false), changes: 1)
        #expect(due(1803) == [back])
        #expect(due(100_000).isEmpty)
        #expect((100_000..<100_008).filter { tells($0) }.count == 4)
    }

    @Test func `is told at once where there is more of it than can be remembered`() {
        var flapping = Flapping()
        for name in 0..<(Flapping.subjectsMax * 2) {
            for isLost in [true, false, true, false] {
                let isTold = flapping.tells(finding("\(name)", isLost: isLost), at: start)
                #expect(isTold)
            }
        }
    }
}
