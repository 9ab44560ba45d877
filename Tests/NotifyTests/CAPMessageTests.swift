import Foundation
import Notify
import Registry
import Rules
import Testing

@Suite struct `A CAP message` {
    /// The course of an incident: `confirmed` is `a-fire-7/2`, a minute after `a-fire-7/1`.
    private static func course(_ stages: [Stage], exercise: String? = nil, hazard: Hazard = .fire) -> [Alert] {
        stages.enumerated().map { index, stage in
            var alert = Harbour.alert(
                "a-fire-7/\(index + 1)", stage, [.block], at: "a/4/A", "a/5/B", hazard: hazard, exercise: exercise)
            alert.at = Harbour.noon + .seconds(60 * index)
            return alert
        }
    }

    private static func writer(
        scope: CAPMessage.Scope = .restricted("residents & guards"), isTrial: Bool = false, estate: Estate? = nil
    ) throws -> CAPWriter {
        try CAPWriter(
            CAPWriter.Settings(
                sender: "hub@harbour.example", scope: scope, validity: .seconds(3600), isTrial: isTrial),
            estate: estate ?? Harbour.estate, catalogue: Harbour.catalogue())
    }

    private static func messages(_ alerts: [Alert]) throws -> [CAPMessage] {
        let writer = try writer()
        return alerts.compactMap { writer.message($0, among: alerts) }
    }

    private static func expectValid(_ messages: [String]) throws {
        let folder = try TemporaryFolder()
        let files = messages.indices.map { "\(folder.path)/\($0).xml" }
        for (file, xml) in zip(files, messages) { try xml.write(toFile: file, atomically: false, encoding: .utf8) }
        let (status, output) = try Program.run(
            "/usr/bin/xmllint", ["--noout", "--nonet", "--schema", Program.support("cap-1.2.xsd")] + files)
        #expect(status == 0, "\(output)")
    }

    @Test func `is valid for every hazard and stage, in exercises, for some, and for the whole estate`() throws {
        var alerts: [Alert] = []
        for hazard in Hazard.allCases { alerts += Self.course(Stage.allCases, hazard: hazard) }
        alerts += Self.course(Stage.allCases, exercise: "tower <1> & more")
        var estateWide = Harbour.alert("*-fire-9/1", .spreading, [.estate], at: "a/4/A", "b/lobby", contradiction: true)
        estateWide.block = "*"
        alerts += [estateWide, Harbour.alert("a-fire-8/1", .confirmed, [.block], at: "a", repetition: 2, late: true)]
        var written: [String] = []
        let writers = try [Self.writer(), Self.writer(scope: .everybody, isTrial: true)]
        for writer in writers {
            for alert in alerts {
                let others = alerts.filter { $0.hazard == alert.hazard && $0.exercise == alert.exercise }
                written.append(try #require(writer.message(alert, among: others)).xml)
            }
        }
        try Self.expectValid(written)
    }

    @Test func `names itself, its time in UTC without a letter, its incident and whom it is for`() throws {
        let xml = try Self.messages(Self.course([.confirmed]))[0].xml
        for element in [
            "<identifier>demo.a-fire-7.1.1763812800</identifier>", "<sender>hub@harbour.example</sender>",
            "<sent>2025-11-22T12:00:00-00:00</sent>", "<status>Actual</status>", "<msgType>Alert</msgType>",
            "<scope>Restricted</scope>", "<restriction>residents &amp; guards</restriction>",
            "<incidents>a-fire-7</incidents>", "<expires>2025-11-22T13:00:00-00:00</expires>",
            "<senderName>SmokeHub, Harbour View Garden</senderName>", "<category>Fire</category>",
            "<event>Fire alarm</event>", "<responseType>Evacuate</responseType>", "<urgency>Immediate</urgency>",
            "<severity>Severe</severity>", "<certainty>Observed</certainty>",
        ] { #expect(xml.contains(element + "\n"), "\(element)\n\(xml)") }
        #expect(!xml.contains("<references>"))
    }

    @Test func `supersedes all that was said of the incident before, and only that`() throws {
        let alerts = Self.course([.investigate, .confirmed, .spreading])
        let messages = try Self.messages(alerts)
        #expect(messages.map(\.kind) == [.alert, .update, .update])
        #expect(
            messages[2].xml.contains(
                "<references>hub@harbour.example,demo.a-fire-7.1.1763812800,2025-11-22T12:00:00-00:00 "
                    + "hub@harbour.example,demo.a-fire-7.2.1763812860,2025-11-22T12:01:00-00:00</references>"))
        #expect(messages[1].references.map(\.identifier) == ["demo.a-fire-7.1.1763812800"])
    }

    @Test func `of one moment supersedes those with smaller numbers, ten after two`() throws {
        let alerts = [10, 2, 1].map { Harbour.alert("a-fire-7/\($0)", .confirmed, [.block], at: "a/4/A") }
        #expect(
            try Self.messages(alerts)[0].references.map(\.identifier)
                == ["demo.a-fire-7.1.1763812800", "demo.a-fire-7.2.1763812800"])
    }

    @Test func `gives the all-clear of a fire that was confirmed, and takes back one that never was`() throws {
        let fire = try Self.messages(Self.course([.confirmed, .clearing, .closed]))
        #expect(fire.map(\.kind) == [.alert, .update, .update])
        #expect(fire.map { $0.infos[0].responses } == [["Evacuate"], ["Monitor"], ["AllClear"]])
        #expect(fire[2].infos.allSatisfy { $0.urgency == "Past" })
        let toast = try Self.messages(Self.course([.investigate, .clearing, .closed]))
        #expect(toast.map(\.kind) == [.alert, .update, .cancel])
        #expect(toast[2].infos[0].responses == ["AllClear"] && !toast[2].references.isEmpty)
    }

    @Test func `says who is to leave as the block's policy does`() throws {
        var estate = Harbour.estate
        func responses(_ policy: Block.Policy) throws -> [[String]] {
            estate.blocks[0].policy = policy
            let writer = try Self.writer(estate: estate)
            let alerts = Self.course([.confirmed, .spreading])
            return try alerts.map { try #require(writer.message($0, among: alerts)).infos[0].responses }
        }
        #expect(try responses(.simultaneous) == [["Evacuate"], ["Evacuate"]])
        #expect(try responses(.phased) == [["Evacuate", "Shelter"], ["Evacuate"]])
        #expect(try responses(.stayPut) == [["Shelter", "Evacuate"], ["Shelter", "Evacuate"]])
    }

    @Test func `says the same in every language there are texts in, with the places and what to do`() throws {
        let message = try Self.messages(Self.course([.confirmed]))[0]
        #expect(message.infos.map(\.language) == (try Harbour.catalogue()).languages)
        let english = try #require(message.infos.first { $0.language == .english })
        #expect(english.description.contains("FIRE in Block A: flat 4A, flat 5B."))
        #expect(english.description.hasSuffix("#a-fire-7/1"))
        #expect(english.instruction?.hasPrefix("Leave now by the stairs, not the lift.") == true)
        #expect(english.instruction?.contains("#") == false)
        #expect(english.areas == ["Harbour View Garden, Block A, floor 4, floor 5"])
        let chinese = try #require(message.infos.first { $0.language == .traditionalChinese })
        #expect(chinese.event == "火警" && chinese.areas == ["海景花園，A座，4樓，5樓"])
        #expect(chinese.instruction?.isEmpty == false)
    }

    @Test func `of an exercise or a trial is never taken for real`() throws {
        let exercise = try Self.messages(Self.course([.confirmed], exercise: "d1"))[0]
        #expect(exercise.status == .exercise && exercise.note == "Exercise d1")
        #expect(exercise.infos.allSatisfy { $0.description.hasPrefix("DRILL / 演習") })
        let alert = Self.course([.confirmed])[0]
        #expect(try Self.writer(isTrial: true).message(alert, among: [])?.status == .test)
    }

    @Test func `is not made of announcements and of sirens that stop`() throws {
        let announced = Alert(
            announcing: LogRecord.Text("Drill today", "今日演習"), id: "n-1", at: Harbour.noon, block: "a", places: [],
            verb: "disable", to: [.guards])
        var silenced = Self.course([.confirmed])[0]
        silenced.sounders = .stop
        #expect(try Self.writer().message(announced, among: []) == nil)
        #expect(try Self.writer().message(silenced, among: []) == nil)
        // Nor does it count as said before.
        let later = Self.course([.confirmed, .confirmed])[1]
        #expect(try Self.writer().message(later, among: [silenced])?.kind == .alert)
    }

    @Test func `is the same at every attempt and in the feed, however late`() throws {
        var alert = Self.course([.confirmed])[0]
        alert.late = true
        let writer = try Self.writer()
        #expect(writer.message(alert, among: [])?.xml == writer.message(alert, among: Self.course([.confirmed]))?.xml)
        #expect(writer.message(alert, among: [])?.infos[0].description.contains("min ago") == false)
    }

    @Test func `is linked in a feed that is Atom`() throws {
        let alerts = Array(Self.course([.investigate, .confirmed]).reversed())
        let writer = try Self.writer()
        let messages = alerts.compactMap { alert in writer.message(alert, among: alerts).map { (alert.id, $0) } }
        let xml = CAPFeed(title: "A & B", sender: "hub@harbour.example", messages: messages).xml
        let (status, output) = try Program.run("/usr/bin/xmllint", ["--noout", "-"], input: Array(xml.utf8))
        #expect(status == 0, "\(output)")
        for part in [
            "<title>A &amp; B</title>", "<updated>2025-11-22T12:01:00.000Z</updated>",
            "<id>urn:smokehub:cap:demo.a-fire-7.2.1763812860</id>",
            #"<link rel="alternate" type="application/cap+xml" href="a-fire-7.2.xml"/>"#, "<summary>Actual Update: ",
        ] { #expect(xml.contains(part), "\(part)\n\(xml)") }
        #expect(CAPWriter.alert(named: "a-fire-7.2") == "a-fire-7/2")
        #expect(CAPWriter.alert(named: "block.1-fire-7.12-2") == "block.1-fire-7/12-2")
    }
}
