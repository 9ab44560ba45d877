import Registry
import Testing

@Suite struct `A language` {
    @Test(arguments: [
        ("zh-Hant", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh", "zh-Hant"), ("zh-Hans", "zh-Hans"), ("zh-CN", "zh-Hans"),
        ("zh-Hans-SG", "zh-Hans"), ("en-GB", "en"), ("tl", "fil"), ("ne", nil),
    ])
    func `has its nearest relative among others`(_ wanted: String, _ expected: String?) {
        let known = ["en", "fil", "zh-Hans", "zh-Hant"].map { Language($0) }
        #expect(Language(wanted).nearest(in: known)?.tag == expected)
    }

    @Test(arguments: [("zh-Hant", "A座"), ("zh-Hans", "A座"), ("en", "Block A"), ("ne", "Block A"), ("en-HK", "Block A")])
    func `that a name is not given in has that of its nearest relative, or the first`(_ tag: String, _ name: String) {
        let names = LocalizedText([(.english, "Block A"), (.traditionalChinese, "A座")])
        #expect(names[Language(tag)] == name)
    }
}
