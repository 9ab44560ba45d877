import Foundation
import Registry
import TestHub
import Testing

@testable import Console
@testable import Rules

@Suite struct `The notice for the lobby` {
    private let estate: Estate
    private static let start = Instant(milliseconds: 1_800_000_000_000)

    init() throws { estate = try Estate.load(file: HubFolder.root + "/Config/estate.yaml") }

    private func page(
        _ why: String = "new panel", by: String = "fitter-1", areas: [String] = []
    ) throws -> (html: String, points: Int) {
        let isolation = BuildingAlarm.Isolation(
            since: Self.start, askedAt: Self.start, until: Self.start + .seconds(86_400), by: by, why: why,
            areas: areas, toldResidents: true)
        let html = ShutdownNotice(
            isolation: isolation, block: "a", estate: estate, utcOffset: .seconds(8 * 3600)
        ).html
        let size = try #require(html.firstMatch(of: /font-size: (\d+)pt/)?.1)
        return (html, try #require(Int(size)))
    }

    /// What a browser made of these on A4, with wide fonts (DejaVu Sans, WenQuanYi Zen Hei): one page each.
    @Test func `is set large, and smaller only as far as long words need for one page`() throws {
        let short = try page()
        #expect(short.points == 14)
        let why = String(repeating: "更換大廈消防控制主機及警鐘，", count: 7) + String(repeating: "new bells, ", count: 9)
        #expect((195...205).contains(why.count))
        let long = try page(
            why, by: "Example Fire Services Installation Contractor Ltd, Mr Chan 5550 0100",
            areas: ["lobby", "corridor", "stair-1", "1", "3", "5", "7", "9", "11", "13", "15", "17", "19"])
        #expect((10...12).contains(long.points))
        #expect(long.html.contains(why) && long.html.contains("5550 0100") && long.html.contains("floor 19"))
        #expect(try page(String(repeating: "鐘", count: 1000)).points >= 10)
    }

    @Test func `names a run of floors by its ends, and shows what it leaves out of a reason`() throws {
        let floors = (1...31).map { "\($0)" }
        let all = try page(areas: ["lobby", "stair-2"] + floors).html
        #expect(all.contains("<td>lobby, stair-2, floors 1 to 31</td>") && all.contains("<td>大堂、樓梯2、1至31樓</td>"))
        let some = try page(areas: ["5", "6", "8", "9", "10", "corridor", "4", "3", "2"]).html
        #expect(some.contains("<td>floor 5, floor 6, floors 8 to 10, corridor, floor 4, floor 3, floor 2</td>"))
        let cut = try page(String(repeating: "x", count: 301)).html
        #expect(cut.contains(String(repeating: "x", count: 299) + "…</td>"))
        #expect(
            try page(String(repeating: "x", count: 300)).html.contains(String(repeating: "x", count: 300) + "</td>"))
    }
}
