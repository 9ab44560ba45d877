import Foundation
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The import of a list` {
    @Test func `takes columns of other names, leaves out what makes no sense, and writes when told to`() async throws {
        let folder = try HubFolder(port: 1883)
        let list = folder.path + "/list.csv"
        let rows = [
            "Serial,Location,Type,Notes",
            "24e124600c210001,\"a-4-B bedroom\",Rauchmelder,\"new, tested\"",
            "24e124600c210002,a-4-C hall,Heat,",
            "24e124600c210003,a-9-C hall,Heat,",
            "24e124600c210004,a-4-C hall,Toaster,",
            ",a-4-C hall,Heat,",
            "24e124600c210005,a-4-C hall",
            "24e124600c210001,a-4-D hall,Heat,",
        ]
        try rows.joined(separator: "\n").write(toFile: list, atomically: true, encoding: .utf8)
        let words = [
            "import", "csv", list, "--columns", "address=Serial,name=location,kind=Type", "--kinds",
            "rauchmelder=smoke",
            "--ecosystem", "chirpstack", "--name", "{block}-{floor}-{flat} {room}", "--config", folder.configuration,
        ]
        let shown = try await HubProcess.run(words)
        #expect(shown.code == 1)
        #expect(
            shown.output == [
                "+ a-4-B-smoke-2  smoke  a/4/B (bedroom)  chirpstack 24e124600c210001",
                "+ a-4-C-heat  heat  a/4/C (hall)  chirpstack 24e124600c210002",
                "? chirpstack 24e124600c210003: its name tells no place of the estate; rename it, or say how such names "
                    + "are made with one more --name",
                "? chirpstack 24e124600c210001: its address stands there twice; the first one counts; remove the other",
                "2 to add; --write adds them to devices.csv.",
            ])
        #expect(
            shown.errors == [
                "\(list):5:29: unknown kind 'Toaster'; write one of smoke, heat, flame, co, gas, water_leak, button, help, "
                    + "siren, building_alarm, gateway, sensor, or say what it means with --kinds 'Toaster=smoke'",
                "\(list):6:1: the address is missing; write the name that its ecosystem gives it",
                "\(list):7:18: this row has 2 fields, the header has 4; write a comma for every empty field, and quotes "
                    + "round a field that holds a comma",
                "3 rows were left out.",
            ])
        #expect(try await HubProcess.run(words + ["--write"]).output.last?.hasPrefix("2 added to ") == true)
        #expect(try await HubProcess.run(["check", "--config", folder.configuration]).code == 0)
        let again = try await HubProcess.run(words + ["--write"])
        #expect(again.output.map { $0.first } == ["=", "=", "?", "?", "N"])
    }

    @Test func `takes places from columns, and says what differs and what is gone`() async throws {
        let folder = try HubFolder(port: 1883)
        let list = """
            Address,Ecosystem,Block,Floor,Flat,Area,Kind,Model
            hall,zigbee2mqtt,b,3,C,,heat,HS1SA
            lobby,zigbee2mqtt,a,,,lobby,smoke,
            roof,zigbee2mqtt,a,,,roof,smoke,

            """
        let shown = try await HubProcess.run(
            ["import", "csv", "-", "--whole", "--config", folder.configuration], input: list)
        #expect(
            shown.output == [
                "~ hall  smoke  b/3/C  zigbee2mqtt hall: the other system says kind heat",
                "+ a-lobby-smoke  smoke  a/lobby  zigbee2mqtt lobby",
                "- bell  siren  b/3/A  zigbee2mqtt bell: the other system does not know it any more",
                "1 to add; --write adds them to devices.csv.",
            ])
        #expect(shown.errors.first == "-:4:22: no area 'roof' in block a; write one of lobby, corridor, stair")
    }

    @Test func `that cannot be read as a whole is refused`() async throws {
        let folder = try HubFolder(port: 1883)
        for (list, said) in [
            ("a;b\n1;2\n", "-:1:1: the columns are not separated by commas; save the file as comma-separated values"),
            ("Serial,Type\n1,smoke\n", "-:1:1: no column is called 'address'; say which one identifies a device: "),
            ("", "-:0:0: the header is missing"),
        ] {
            let refused = try await HubProcess.run(
                ["import", "csv", "-", "--config", folder.configuration], input: list)
            #expect(refused.code == 2)
            #expect(refused.errors.first?.hasPrefix(said) == true, "\(refused.errors)")
        }
    }
}
