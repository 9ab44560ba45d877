import Simulation
import Testing

@Suite struct `A year of an estate` {
    @Test(arguments: Year.Answering.allCases)
    func `tells every fire`(_ answering: Year.Answering) throws {
        let quality = try Year(seed: 1, Sample.setting.get(), answering: answering, size: .small).run()
        #expect(quality.fires > 0)
        #expect(quality.missed == 0, "\(quality.report)")
    }
}
