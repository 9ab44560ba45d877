import Foundation

/// A made estate, `demo`: blocks `b01`…, with one smoke detector in every flat, and residents who have a siren each or
/// another contact.
struct SampleEstate {
    var blocks: Int
    var floors: Int
    var flats: Int
    /// How many detectors there are, block by block in turn; at most as many as flats.
    var detectors: Int
    /// Residents of each block, on the lowest floors; where there are more than flats, several in one.
    var residents: Int
    /// The contact of each resident, by their number; a siren of their own if `nil`.
    var contact: (@Sendable (Int) -> String)?
    /// More lines of `hub.yaml`.
    var settings = ""

    struct Detector {
        var block: Int
        var floor: Int
        var flat: Int
    }

    func block(_ index: Int) -> String { "b" + String(1001 + index).dropFirst(blocks > 99 ? 1 : 2) }

    func flat(_ index: Int) -> String {
        flats <= 26 ? String(UnicodeScalar(UInt8(65 + index))) : "F\(index + 1)"
    }

    /// One of each block in turn, from the lowest floor up.
    func detector(_ number: Int) -> Detector {
        Detector(block: number % blocks, floor: number / blocks / flats, flat: number / blocks % flats)
    }

    func id(_ detector: Detector) -> String {
        "\(block(detector.block))-\(detector.floor + 1)-\(flat(detector.flat))-smoke"
    }

    func topic(_ detector: Detector) -> String {
        """
        estate/demo/block/\(block(detector.block))/floor/\(detector.floor + 1)/flat/\(flat(detector.flat))/device/\
        \(id(detector))/event
        """
    }

    /// Writes the files of a configuration for hubs of some names; a hub's is `<folder>/<name>.yaml`.
    ///
    /// - Parameter sample: the folder of the sample configuration, from which the rules and messages come.
    func write(to folder: String, hubs: [String], sample: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["rules.yaml", "messages"] {
            try files.copyItem(atPath: "\(sample)/\(name)", toPath: "\(folder)/\(name)")
        }
        for hub in hubs {
            try "hub: \(hub)\nstate: state-\(hub)\nlog-level: notice\n\(settings)"
                .write(toFile: "\(folder)/\(hub).yaml", atomically: true, encoding: .utf8)
        }
        let flatNames = (0..<flats).map(flat).joined(separator: ", ")
        var estate = "estate: demo\nname: {en: Benchmark}\nblocks:\n"
        for index in 0..<blocks {
            estate += """
                  - {id: \(block(index)), name: {en: Block \(block(index))}, floors: 1-\(floors), flats: [\(flatNames)], \
                areas: [lobby, stair-1]}

                """
        }
        try estate.write(toFile: folder + "/estate.yaml", atomically: true, encoding: .utf8)
        try devices.write(toFile: folder + "/devices.csv", atomically: true, encoding: .utf8)
        try people.write(toFile: folder + "/residents.csv", atomically: true, encoding: .utf8)
    }

    private var devices: String {
        var text = "id,ecosystem,address,block,floor,flat,area,room,kind,model\n"
        for number in 0..<detectors {
            let one = detector(number)
            text += """
                \(id(one)),native,\(id(one)),\(block(one.block)),\(one.floor + 1),\(flat(one.flat)),,hall,smoke,SH-S2

                """
        }
        for (siren, home) in homes where contact == nil {
            text +=
                "\(siren),native,\(siren),\(block(home.block)),\(home.floor + 1),\(flat(home.flat)),,hall,siren,SH-L1\n"
        }
        return text
    }

    private var people: String {
        var text = "id,name,language,block,floor,flat,role,needs,contacts\n"
        for (number, (siren, home)) in homes.enumerated() {
            text += """
                r-\(siren),Somebody,en,\(block(home.block)),\(home.floor + 1),\(flat(home.flat)),resident,,\
                \(contact?(number) ?? "siren:\(siren)")

                """
        }
        return text
    }

    /// Where the residents live, by their sirens.
    var homes: [(siren: String, home: Detector)] {
        (0..<residents * blocks).map { number in
            let (person, flat) = number.quotientAndRemainder(dividingBy: blocks * floors * flats)
            let home = detector(flat)
            let name = "\(block(home.block))-\(home.floor + 1)-\(self.flat(home.flat))-siren"
            return (person == 0 ? name : "\(name)-\(person + 1)", home)
        }
    }
}
