import Registry
import Testing

private let estate = Estate(
    id: "demo", name: LocalizedText([(.english, "Demo")]),
    blocks: [
        Block(
            id: "a", name: LocalizedText([(.english, "Block A")]), floors: ["G", "1", "2", "12"],
            flats: ["A", "B", "C"], areas: ["corridor", "stair-1"])
    ])

@Suite struct `A pattern of names` {
    @Test(arguments: [
        ("block-{block}/{floor}/{floor}{flat} {room}", "block-a/12/12C hall smoke", "a/12/C", "hall smoke"),
        ("block-{block}/{floor}/{floor}{flat} {room}", "Block-A/1/1b kitchen", "a/1/B", "kitchen"),
        ("{block}_{floor}_{area}", "a_G_stair 1", "a/G/stair-1", nil),
        ("{block}-{floor}-{area}-{any}", "a-2-corridor-smoke", "a/2/corridor", nil),
        ("{any} {block}{floor}{flat}", "Rauchmelder a12A", "a/12/A", nil),
    ])
    func `tells the place and the room`(_ pattern: String, _ name: String, _ place: String, _ room: String?) throws {
        let found = try #require(try PlacePattern(pattern).place(of: name, in: estate))
        #expect(found.place.description == place)
        #expect(found.room == room)
    }

    @Test(arguments: [
        "block-a/12/1C hall", "block-b/12/12C hall", "block-a/12/12D hall", "block-a/12/12C", "a/12/12C hall", "",
    ])
    func `does not read a name that contradicts itself or the estate`(_ name: String) throws {
        #expect(try PlacePattern("block-{block}/{floor}/{floor}{flat} {room}").place(of: name, in: estate) == nil)
    }

    @Test(arguments: [
        ("{blok}", "write 'block'"), ("{block", "'{' has no '}'"),
        ("{floor}{flat}", "write {block} where its id stands"),
    ])
    func `that is wrong says what to write instead`(_ pattern: String, _ mend: String) {
        let mistake = #expect(throws: PlacePattern.Mistake.self) { try PlacePattern(pattern) }
        #expect(mistake?.description.contains(mend) == true)
    }
}

@Suite struct `An import of devices` {
    private let known = Device(
        id: "a-1-A-smoke", ecosystem: .zigbee2mqtt, address: "a/1/1A hall",
        place: Place(block: "a", floor: "1", flat: "A"),
        room: "hall", kind: .smoke, model: "old")

    private func plan(_ offers: DeviceOffer...) throws -> DeviceImport {
        DeviceImport(
            offers, into: EstateRegistry(estate: estate, devices: [known], residents: []),
            patterns: [try PlacePattern("{block}/{floor}/{floor}{flat} {room}")], isWhole: true)
    }

    private func offer(_ name: String, _ kind: Device.Kind? = .smoke, model: String? = nil) -> DeviceOffer {
        DeviceOffer(ecosystem: .zigbee2mqtt, address: name, name: name, kind: kind, model: model)
    }

    @Test func `adds what is new under an id of its own, and leaves the rest as it is`() throws {
        let plan = try plan(
            offer("a/1/1A hall", model: "new"), offer("a/1/1A kitchen"), offer("a/12/12C hall", .heat, model: "H,1"))
        #expect(plan.added.map(\.id) == ["a-1-A-smoke-2", "a-12-C-heat"])
        #expect(plan.lines.map { "\($0)".first } == ["~", "+", "+"])
        #expect(
            plan.appended(to: "id,ecosystem,address,block,floor,flat,area,kind,model\nx") == """
                id,ecosystem,address,block,floor,flat,area,kind,model
                x
                a-1-A-smoke-2,zigbee2mqtt,a/1/1A kitchen,a,1,A,,smoke,
                a-12-C-heat,zigbee2mqtt,a/12/12C hall,a,12,C,,heat,"H,1"

                """)
    }

    @Test func `says what it cannot place, what nobody knows the purpose of, and what is gone`() throws {
        let plan = try plan(offer("spare 4"), offer("a/2/2A hall", nil))
        #expect(plan.added == [])
        #expect(
            plan.lines.map { "\($0)" } == [
                "? zigbee2mqtt spare 4: its name tells no place of the estate; rename it, or say how such names are made "
                    + "with one more --name",
                "? zigbee2mqtt a/2/2A hall: nothing says what it detects; write its row by hand, or leave it out if it is "
                    + "no detector",
                "- a-1-A-smoke  smoke  a/1/A (hall)  zigbee2mqtt a/1/1A hall: the other system does not know it any more",
            ])
        #expect(plan.appended(to: "id\n") == "id\n")
    }
}
