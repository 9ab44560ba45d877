import Registry
import Testing

@Suite struct `A sealed contact` {
    private static let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    private let number = "sms:+85291234567"

    @Test func `is read again with its key`() throws {
        let seal = try PersonalSeal(key: Self.key)
        for text in [number, "", "輪椅", String(repeating: "x", count: 31), String(repeating: "x", count: 32), "a\0"] {
            let sealed = try seal.seal(text, of: "r-a-12c", as: "contacts")
            #expect(PersonalSeal.isSealed(sealed) && !sealed.contains(" "))
            #expect(try seal.open(sealed, of: "r-a-12c", as: "contacts") == text)
        }
    }

    @Test func `is different each time and does not show how long it is`() throws {
        let seal = try PersonalSeal(key: Self.key)
        let sealed = try [number, number, ""].map { try seal.seal($0, of: "r-a-12c", as: "contacts") }
        #expect(Set(sealed).count == 3 && Set(sealed.map(\.count)).count == 1)
    }

    @Test func `cannot be moved, changed or read with another key`() throws {
        let seal = try PersonalSeal(key: Self.key)
        let sealed = try seal.seal(number, of: "r-a-12c", as: "contacts")
        #expect(throws: PersonalSeal.Mistake.notOurs) { try seal.open(sealed, of: "r-a-12d", as: "contacts") }
        #expect(throws: PersonalSeal.Mistake.notOurs) { try seal.open(sealed, of: "r-a-12c", as: "needs") }
        let other = try PersonalSeal(key: String(Self.key.dropLast(4)) + "Hh4=")
        #expect(throws: PersonalSeal.Mistake.notOurs) { try other.open(sealed, of: "r-a-12c", as: "contacts") }
        let middle = sealed.index(sealed.startIndex, offsetBy: 30)
        let changed =
            sealed[..<middle] + (sealed[middle] == "A" ? "B" : "A") + sealed[sealed.index(after: middle)...]
        #expect(throws: PersonalSeal.Mistake.notOurs) { try seal.open(changed, of: "r-a-12c", as: "contacts") }
        #expect(throws: PersonalSeal.Mistake.notOurs) { try seal.open("sealed:AAAA", of: "r-a-12c", as: "contacts") }
        for rubbish in ["", "sealed:#", number] {
            #expect(throws: PersonalSeal.Mistake.malformed) {
                try seal.open(rubbish, of: "r-a-12c", as: "contacts")
            }
        }
    }

    @Test(arguments: ["", "secret", "AAECAwQFBgc="]) func `needs a key of 32 bytes`(_ text: String) {
        #expect(throws: PersonalSeal.Mistake.malformedKey) { try PersonalSeal(key: text) }
    }
}
