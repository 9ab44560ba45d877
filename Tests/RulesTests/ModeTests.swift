import Devices
import Registry
import Testing

@testable import Rules

@Suite struct `A mode of the trade` {
    private func course(_ mode: String, _ more: String = "") throws -> Course {
        try Course(
            "  - {mode: \(mode), name: m, hazard: fire, signal: [smoke, heat], stage: confirmed, tell: [block]\(more)}",
            bells: false)
    }

    @Test func `of alarm verification waits for it to last, and another detector ends the wait`() throws {
        var alone = try course("alarm-verification")
        alone.raise("a-s1", at: 0)
        alone.wait(until: 59)
        #expect(alone.decisions() == [])
        alone.wait(until: 60)
        #expect(alone.decisions() == ["m 60"])
        var two = try course("alarm-verification")
        two.raise("a-s1", at: 0)
        two.raise("a-s2", at: 7)
        #expect(two.decisions() == ["m 7"])
        var brief = try course("alarm-verification")
        brief.raise("a-s1", at: 0)
        brief.clear("a-s1", at: 30)
        brief.wait(until: 300)
        #expect(brief.decisions() == [])
    }

    @Test func `of cross zoning needs two of one space`() throws {
        var course = try course("cross-zoning", ", at: floor")
        course.raise("a-s1", at: 0)
        course.raise("a-s3", at: 10)
        course.wait(until: 600)
        #expect(course.decisions() == [])
        course.raise("a-h1", at: 700)
        #expect(course.decisions() == ["m 700"])
    }

    @Test func `of dependency A is confirmed by its own flat only`() throws {
        var course = try course("dependency-a")
        course.raise("a-s1", at: 0)
        course.clear("a-s1", at: 10)
        course.raise("a-s3", at: 20)
        course.clear("a-s3", at: 30)
        #expect(course.decisions() == [])
        course.raise("a-s2", at: 1799)
        #expect(course.decisions() == ["m 1799"])
    }

    @Test func `of dependency B shows the first and waits for another`() throws {
        var course = try course("dependency-b")
        course.raise("a-s1", at: 0)
        #expect(course.decisions() == ["m-first 0"])
        course.raise("a-s3", at: 1800)
        #expect(course.decisions() == ["m 1800"])
        var late = try self.course("dependency-b")
        late.raise("a-s1", at: 0)
        late.raise("a-s3", at: 1801)
        #expect(late.decisions() == ["m-first 0"])
    }

    @Test func `of dependency C begins at once and tells the others with the second`() throws {
        var course = try course("dependency-c")
        course.raise("a-s1", at: 0)
        let first = course.consequences()
        #expect(first.decisions.map(\.stage) == [.confirmed])
        #expect(first.alerts.map(\.audience) == [[.guards]])
        course.raise("a-s3", at: 30)
        #expect(course.consequences().alerts.map(\.audience) == [[.block]])
    }

    @Test func `of positive alarm sequence goes on by itself unless somebody answers, and then looks`() throws {
        var unanswered = try course("positive-alarm-sequence")
        unanswered.raise("a-s1", at: 0)
        unanswered.wait(until: 15)
        #expect(unanswered.decisions() == ["m-first 0", "m-unacknowledged 15"])
        var answered = try course("positive-alarm-sequence")
        answered.raise("a-s1", at: 0)
        answered.answer(.acknowledge, at: 14)
        answered.wait(until: 193)
        #expect(answered.decisions() == ["m-first 0"])
        answered.wait(until: 194)
        #expect(answered.decisions() == ["m-time-is-up 194"])
        var second = try course("positive-alarm-sequence")
        second.raise("a-s1", at: 0)
        second.answer(.acknowledge, at: 5)
        second.raise("a-s3", at: 6)
        #expect(second.decisions() == ["m-first 0", "m-second-detector 6"])
    }

    @Test func `of presignal leaves the rest to a person`() throws {
        var course = try course("presignal")
        course.raise("a-s1", at: 0)
        course.raise("a-s3", at: 10)
        course.wait(until: 600)
        #expect(course.decisions() == ["m-first 0"])
        course.answer(.confirm, at: 700)
        #expect(course.decisions() == ["m 700"])
    }

    @Test(arguments: [
        ("mode: siesta", "unknown 'siesta'"),
        ("mode: presignal, verify: 60s", "unknown key 'verify'"),
        ("mode: positive-alarm-sequence, investigate: 10m", "investigate: 10m is out of range"),
    ])
    func `wrongly written is named with its mend`(_ mode: String, _ said: String) {
        let text = "rules:\n  - {\(mode), name: m, hazard: fire, signal: [smoke], stage: confirmed, tell: [block]}\n"
        let mistakes = #expect(throws: ConfigErrors.self) { try RuleSet(ConfigFile(name: "rules.yaml", text: text)) }
        #expect(mistakes?.description.contains(said) == true, "\(mistakes?.description ?? "")")
    }
}
