import Notify
import Registry
import Rules
import Store
import Testing

private let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")

private let alone: Notifier.Settings = {
    var settings = quick
    settings.escalation.people = []
    return settings
}()

@Suite(.timeLimit(.minutes(1))) struct `What a person chooses` {
    private let people = [
        Harbour.person("r4", "a/4/A", "push:x sms:+1 mail:x"), Harbour.person("r9", "a/9/A", "sms:+9"),
    ]

    private func directory(_ people: [Resident], _ choices: [PersonChoices] = []) -> Directory {
        var directory = Directory(
            estate: Harbour.estate, residents: people, devices: [], digest: ContactDigest(key: [1, 2, 3]))
        for one in choices { directory.choose(one) }
        return directory
    }

    private func choosing(_ choices: Choice..., of resident: Resident.ID = "r4") -> Choosing {
        Choosing(choices, of: resident, at: Harbour.noon, over: "page")
    }

    @Test func `holds at once: a contact that is off is passed over, also on the way to the next`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let source = AlertList()
        let channel = RecordingChannel()
        try await notifying(
            database, source, directory(people), channels: ["push": channel, "sms": channel, "mail": channel],
            settings: alone, clock: clock
        ) { notifier in
            try await notifier.take(choosing(.contact("r4/2", isOn: false), .language(.traditionalChinese)))
            source.append(fire)
            notifier.wake()
            let first = await channel.sendings.next(2)
            #expect(Set(first.map(\.contact.id)) == ["r4/1", "r9/1"])
            #expect(first.first { $0.contact.id == "r4/1" }?.notice.language == .traditionalChinese)
            _ = try await database.deliveries(of: fire.id) { $0.contains { $0.contact == "r4/1" && $0.climbAt != nil } }
            clock.advance(by: .seconds(45))
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.contact.id) == ["r4/3"])
        }
        #expect(try database.choices().first?.language == .traditionalChinese)
    }

    @Test func `is honoured by a hub that starts anew, and of an address that has changed it says nothing`() throws {
        var choices = PersonChoices(of: "r4")
        let before = directory(people)
        choices.declined = []
        var dispatcher = Dispatcher(
            try NotifyDatabase.inMemory().state(), directory: before, channels: [:], settings: quick, random: Middle())
        dispatcher.take(choosing(.contact("r4/1", isOn: false), .contact("r4/2", isOn: false)))
        choices = try #require(dispatcher.unwritten.choices["r4"])
        let again = directory(people, [choices])
        #expect(again.resident("r4")?.contacts.map(\.isOn) == [false, false, true])
        let moved = directory([Harbour.person("r4", "a/4/A", "mail:x push:x sms:+2")], [choices])
        #expect(moved.resident("r4")?.contacts.map(\.isOn) == [true, false, true], "the order does not matter")
    }

    @Test func `is never that the last contact is off without a word: a trouble, and 'opted out' on the roll-call`()
        async throws
    {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let source = AlertList()
        let channel = RecordingChannel()
        try await notifying(
            database, source, directory(people), channels: ["push": channel, "sms": channel, "mail": channel]
        ) { notifier in
            try await notifier.take(choosing(.contact("r9/1", isOn: false), of: "r9"))
            source.append(fire)
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.contact.id) == ["r4/1"])
            let records = try database.records(after: 0, limit: 100).map(\.record)
            #expect(records.contains { $0.event == .receipt && $0.details["contacts"] == "r9/1" })
            #expect(records.contains { $0.event == .trouble && $0.text.english.contains("nobody will warn them") })
            #expect(records.contains { $0.details["residents"] == "r9" && $0.level == .trouble })
            let roll = RollCall(
                of: fire.incident, alerts: [fire], deliveries: try database.deliveries(ofIncident: fire.incident),
                answers: [], directory: notifier.directory, at: Harbour.noon)
            #expect(roll.people.first { $0.resident == "r9" }?.state == .optedOut)
        }
    }

    @Test func `keeps a siren sounding, which is no one person's`() throws {
        var choosing = directory([Harbour.person("r4", "a/4/A", "siren:s sms:+1")])
        var dispatcher = Dispatcher(
            try NotifyDatabase.inMemory().state(), directory: choosing, channels: [:], settings: quick,
            random: Middle())
        let isChanged = dispatcher.take(self.choosing(.contact("r4/1", isOn: false)))
        #expect(!isChanged)
        choosing = dispatcher.directory
        #expect(choosing.resident("r4")?.contacts.map(\.isOn) == [true, true])
    }

    @Test func `puts a need for help on the roll-call, and never hides one that the office knows`() {
        var choices = PersonChoices(of: "r4")
        choices.needsHelp = true
        #expect(directory(people, [choices]).resident("r4")?.needs.isEmpty == false)
        var known = people[0]
        known.needs = "bedridden"
        choices.needsHelp = false
        #expect(directory([known], [choices]).resident("r4")?.needs == "bedridden")
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Somebody who writes STOP` {
    private let people = [
        Harbour.person("r4", "a/4/A", "sms:+1 mail:x"), Harbour.person("r5", "a/4/B", "sms:+1 mail:y"),
    ]

    @Test func `is told nothing more over that number, hears it once, and START ends it`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let source = AlertList()
        let (sms, mail) = (RecordingChannel(), RecordingChannel())
        try await notifying(database, source, people, channels: ["sms": sms, "mail": mail]) { notifier in
            try await notifier.take([.text("Stop!", from: "+1")], over: "sms")
            let reply = await sms.sendings.next(1)
            #expect(reply.first?.notice.text.contains("START") == true && reply.first?.contact.address == "+1")
            try await notifier.take([.text("STOP", from: "+1"), .text("stop", from: "+2")], over: "sms")
            source.append(fire)
            notifier.wake()
            #expect(Set(await mail.sendings.next(2).map(\.contact.id)) == ["r4/2", "r5/2"])
            try await notifier.take([.text("訂閱", from: "+1")], over: "sms")
            // The first that comes after the reply to STOP is that to START: nothing was sent between.
            #expect(await sms.sendings.next(1).map(\.notice.alert.rule) == ["start"])
            #expect(notifier.directory.resident("r5")?.contacts.first?.isOn == true)
            let records = try database.records(after: 0, limit: 100).map(\.record)
            #expect(records.filter { $0.details["state"] == "off" }.map { $0.details["contacts"] } == ["r4/1", "r5/1"])
        }
    }

    @Test func `is understood in every language, and answered in one SMS`() throws {
        let catalogue = try Harbour.catalogue()
        let link = "https://safe.example/me/\(String(repeating: "k", count: PersonalLinks.codeLength))"
        for language in catalogue.languages {
            let file = try ConfigFile.read("\(Harbour.configuration)/messages/\(language.tag).yaml")
            for wish in Wish.allCases {
                let words = try #require(
                    try YAMLDocument(file).root.mapping()["wishes"]?.mapping()[wish.rawValue]?.list())
                for word in words {
                    let text = try word.text().uppercased()
                    #expect(catalogue.answers.wish(in: "\(text)!") == wish && catalogue.answers.read(text) == nil)
                }
                let reply = catalogue.replyText(to: wish, in: language, link: link)
                #expect(SMSText(reply).segments == 1, "\(language) \(wish): \(reply)")
            }
        }
        #expect(catalogue.answers.wish(in: "don't stop") == nil && catalogue.answers.wish(in: "stop start") == nil)
    }

    @Test func `makes a word with two meanings a mistake`() throws {
        let all = try Harbour.mistakes(inEnglish: "stop: [stop,", "stop: [safe,").joined()
        #expect(all.contains("'safe' means 'safe' already") || all.contains("means 'stop' already"), "\(all)")
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Quiet hours` {
    /// Noon by the clocks of the test's estate, which are those of UTC.
    private func directory() -> Directory {
        var directory = Directory(
            estate: Harbour.estate,
            residents: [
                Harbour.person("r4", "a/4/A", "push:x"), Harbour.person("r9", "a/9/A", "push:y"),
                Harbour.person("g", "a", "push:g", role: .guardian),
            ], devices: [])
        for id in ["r4", "g"] {
            var choices = PersonChoices(of: id)
            choices.quietHours = DayTime(from: 11 * 60, to: 13 * 60)
            directory.choose(choices)
        }
        return directory
    }

    private func notice(_ number: Int, exercise: String? = nil) -> Alert {
        var alert = Alert(
            announcing: .init("The bell is isolated", "警鐘停用"), id: "a-notice-\(number)", at: Harbour.noon, block: "a",
            places: [Harbour.place("a")], verb: "disable", to: [.block, .guards])
        alert.exercise = exercise
        return alert
    }

    @Test func `hold back what is only announced until they end, and keep nothing that is out of date`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let source = AlertList(notice(1))
        let channel = RecordingChannel()
        try await notifying(
            database, source, directory(), channels: ["push": channel], settings: alone, clock: clock
        ) { notifier in
            #expect(Set(await channel.sendings.next(2).map(\.contact.id)) == ["r9/1", "g/1"])
            source.append(notice(2))
            notifier.wake()
            _ = await channel.sendings.next(2)
            let first = try await database.deliveries(of: "a-notice-1") { $0.allSatisfy(\.state.isFinal) }
            #expect(first.first { $0.target == "r4" }?.state == .superseded)
            clock.advance(by: .seconds(3600))
            notifier.wake()
            let late = await channel.sendings.next(1)
            #expect(late.map(\.contact.id) == ["r4/1"] && late.map(\.notice.alert.id) == ["a-notice-2"])
        }
    }

    @Test func `never hold back danger, whatever its stage, but leave a drill out`() {
        for stage in Stage.allCases {
            let real = Harbour.alert("a-fire-1/1", stage, [.block], at: "a/4/A")
            #expect(told(real) == ["r4", "r9", "g"])
            let drill = Harbour.alert("a-fire-1/1", stage, [.block], at: "a/4/A", exercise: "drill-1")
            #expect(told(drill) == ["r9", "g"])
        }
    }

    private func told(_ alert: Alert) -> Set<String> {
        var dispatcher: Dispatcher
        do {
            dispatcher = Dispatcher(
                try NotifyDatabase.inMemory().state(), directory: directory(), channels: [:], settings: quick,
                random: Middle())
        } catch {
            Issue.record(error)
            return []
        }
        dispatcher.expand(alert, sequence: 1, at: Harbour.noon)
        return Set(dispatcher.unwritten.deliveries.values.filter { $0.dueAt == Harbour.noon }.map(\.target))
    }
}

@Suite struct `A link that was sent` {
    private let invitations = Invitations(key: Array(repeating: 7, count: 32))

    @Test func `opens its own person's page until it expires, and is found again by a hub that starts anew`() {
        let book = InvitationBook(invitations, expires: .seconds(60))
        let code = book.invite("r4", to: "a-fire-1", at: Harbour.noon)
        #expect(book.find(code, at: Harbour.noon + .seconds(60))?.resident == "r4")
        #expect(book.find(code, at: Harbour.noon + .seconds(61)) == nil)
        #expect(book.find(invitations.code(of: "a-fire-1", for: "r5"), at: Harbour.noon) == nil, "nobody was asked so")
        let again = InvitationBook(
            invitations, expires: .seconds(60),
            asked: [Asked(incident: "a-fire-1", resident: "r4", at: Harbour.noon)])
        #expect(again.find(code, at: Harbour.noon)?.incident == "a-fire-1")
    }

    @Test func `of a person's own page is another than any answer's, and another once it is ended`() {
        let links = PersonalLinks(
            key: Array(repeating: 7, count: 32),
            Directory(estate: Harbour.estate, residents: [Harbour.person("r4", "a/4/A", "sms:+1")], devices: []))
        let code = links.code(of: "r4", endedLinks: 0)
        #expect(links.owner(of: code, at: Harbour.noon)?.resident == "r4" && code.count == PersonalLinks.codeLength)
        #expect(links.code(of: "r4", endedLinks: 1) != code)
        #expect(links.owner(of: invitations.code(of: "me", for: "r4"), at: Harbour.noon) == nil)
    }

    @Test func `of a person's own page that an answer page shows is another, and passes`() {
        let links = PersonalLinks(
            key: Array(repeating: 7, count: 32),
            Directory(estate: Harbour.estate, residents: [Harbour.person("r4", "a/4/A", "sms:+1")], devices: []))
        let code = links.passingCode(of: "r4", endedLinks: 0, at: Harbour.noon)
        #expect(code != links.code(of: "r4", endedLinks: 0))
        #expect(links.owner(of: code, at: Harbour.noon + .seconds(86_400))?.resident == "r4")
        #expect(links.owner(of: code, at: Harbour.noon + .seconds(2 * 86_400)) == nil)
    }
}
