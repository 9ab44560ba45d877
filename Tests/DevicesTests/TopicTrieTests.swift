import Devices
import Testing

@Suite struct `A topic filter` {
    // The examples of MQTT 5.0, section 4.7, and their neighbours.
    @Test(arguments: [
        ("sport/tennis/player1/#", "sport/tennis/player1", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
        ("sport/tennis/player1/#", "sport/tennis/player10", false),
        ("sport/#", "sport", true), ("sport/#", "sports", false), ("#", "a/b/c", true), ("#", "/", true),
        ("sport/tennis/+", "sport/tennis/player1", true), ("sport/tennis/+", "sport/tennis/player1/ranking", false),
        ("sport/+", "sport", false), ("sport/+", "sport/", true), ("+/+", "/finance", true), ("/+", "/finance", true),
        ("+", "/finance", false), ("+/tennis/#", "sport/tennis", true), ("+/#", "sport", true),
        ("a/b", "a/b", true), ("a/b", "a/b/", false), ("a/b", "A/b", false), ("a//b", "a//b", true),
        ("#", "$SYS/broker", false), ("+/monitor/Clients", "$SYS/monitor/Clients", false),
        ("$SYS/#", "$SYS/monitor/Clients", true), ("$SYS/monitor/+", "$SYS/monitor/Clients", true),
        ("a/#", "a/$b", true), ("a/+", "a/$b", true), ("a/#", "", false), ("+", "", true), ("#", "", true),
        ("é", "e\u{301}", false),
    ])
    func `matches as MQTT says`(_ filter: String, _ topic: String, _ isMatch: Bool) throws {
        var trie = TopicTrie<Bool>()
        try trie.insert(filter, true)
        #expect(trie.match(topic) == (isMatch ? [true] : []))
    }

    @Test(arguments: ["", "a/#/b", "a#", "a/b#", "+a", "a/b+/c", "##", "a\0"])
    func `that MQTT does not allow is refused`(_ filter: String) {
        var trie = TopicTrie<Int>()
        let error = #expect(throws: InvalidTopicFilter.self) { try trie.insert(filter, 1) }
        #expect(error?.description.hasPrefix("'\(filter)': ") == true)
    }

    @Test func `finds values in the order in which they were filed`() throws {
        var trie = TopicTrie<Int>()
        let filters = ["#", "a/+", "a/b", "a/#", "x", "+/b", "a/b", "a/b/#"]
        for (index, filter) in filters.enumerated() { try trie.insert(filter, index) }
        #expect(trie.match("a/b") == [0, 1, 2, 3, 5, 6, 7])
        #expect(trie.match("a/c") == [0, 1, 3])
        #expect(trie.match("x") == [0, 4])
        #expect(trie.match("a/b/c/d") == [0, 3, 7])
        #expect(trie.match("") == [0])
    }

    @Test func `is one of ten thousand and still found alone`() throws {
        var trie = TopicTrie<Int>()
        for index in 0..<10_000 { try trie.insert("device/\(index % 100)/\(index)/+", index) }
        for index in stride(from: 0, to: 10_000, by: 7) {
            #expect(trie.match("device/\(index % 100)/\(index)/state") == [index])
        }
    }
}

@Suite struct `A topic of an exercise` {
    @Test(arguments: [
        ("drill/7/zigbee2mqtt/hall", "7", "zigbee2mqtt/hall"), ("drill/2026-11 演習/a", "2026-11 演習", "a"),
        ("drill/7/drill/8/a", "7", "drill/8/a"), ("drill/7//a", "7", "/a"), ("drill/7/$control/x", "7", "$control/x"),
    ])
    func `names the exercise and the device's own topic`(_ topic: String, _ drill: String, _ own: String) throws {
        let parsed = try #require(DrillTopic(topic))
        #expect(parsed == DrillTopic(drill: drill, content: .device(topic: own)))
        #expect(parsed.topic == topic)
    }

    @Test func `may be its control topic`() throws {
        let parsed = try #require(DrillTopic("drill/7/$control"))
        #expect(parsed == DrillTopic(drill: "7", content: .control))
        #expect(parsed.topic == "drill/7/$control")
    }

    @Test(arguments: [
        "", "drill", "drill/", "drill/7", "drill/7/", "drill//a", "drills/7/a", "/drill/7/a", "Drill/7/a",
    ])
    func `is no other topic`(_ topic: String) {
        #expect(DrillTopic(topic) == nil)
    }
}
