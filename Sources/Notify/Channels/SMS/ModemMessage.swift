import Foundation

/// One message in a file of gammu's SMS backup format, as gammu-smsd's FILES service reads and writes it.
///
/// Not its plain text files: those go out in one alphabet for all, as Debian's gammu 1.42 comes in 7 bits, which turns
/// Chinese into question marks. Source: Gammu manual, "SMS Backup Format"; libgammu/service/backup/backtext.c.
struct ModemMessage: Hashable, Sendable {
    var kind: Kind
    /// Whose; as the network writes it.
    var number: String
    var text: String

    enum Kind: Hashable, Sendable {
        case text
        /// What became of a message to ``number``: the text is gammu's word for it.
        case report
    }

    // MARK: Writing

    /// The parts of one message, a report of delivery wanted; several are joined by a header of six octets.
    ///
    /// - Parameter series: from 0 to 255, the same for all parts.
    static func file(of text: SMSText, to number: PhoneNumber, series: UInt8) -> String {
        let parts = text.parts
        return parts.enumerated().map { index, part in
            let header = parts.count > 1 ? "UDH = 050003\(hex([series, UInt8(parts.count), UInt8(index + 1)]))\n" : ""
            let coding = text.alphabet == .gsm7 ? "Default_No_Compression" : "Unicode_No_Compression"
            return """
                [SMSBackup\(String(repeating: "0", count: 3 - "\(index)".count))\(index)]
                PDU = Status_Report
                State = UnSent
                Number = "\(number.text)"
                NumberUnicode = \(hex(number.text))
                \(header)\(lines(hex(part)))Coding = \(coding)
                Length = \(part.utf16.count)
                Class = -1

                """
        }.joined(separator: "\n")
    }

    /// `Text00 = …`, `Text01 = …`, 200 digits a line.
    private static func lines(_ digits: String) -> String {
        var text = ""
        var rest = Substring(digits)
        var number = 0
        repeat {
            text += "Text\(number < 10 ? "0" : "")\(number) = \(rest.prefix(200))\n"
            rest = rest.dropFirst(200)
            number += 1
        } while !rest.isEmpty
        return text
    }

    private static func hex(_ text: String) -> String {
        hex(text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }

    // MARK: Reading

    /// - Parameter file: a file of the inbox, in the format `detail`, whatever its name ends in.
    /// - Returns: `nil` if it is none, or holds no text.
    init?(file: String) {
        var sections: [[String: String]] = []
        for line in file.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("[SMSBackup") {
                sections.append([:])
            } else if !line.hasPrefix(";"), let equals = line.firstIndex(of: "="), !sections.isEmpty {
                let key = line[..<equals].filter { $0 != " " }
                sections[sections.count - 1][key] = line[line.index(after: equals)...].trimmingCharacters(
                    in: .whitespaces)
            }
        }
        guard let first = sections.first else { return nil }
        kind = first["PDU"] == "Status_Report" ? .report : .text
        guard let number = first["NumberUnicode"].flatMap(Self.text) ?? first["Number"]?.filter({ $0 != "\"" }),
            !number.isEmpty
        else { return nil }
        self.number = number
        let parts = sections.compactMap { section -> String? in
            // What is neither GSM-7 nor UCS-2 is data of a program.
            guard section["Coding"] != "8bit" else { return nil }
            return Self.text((0..<100).map { section[$0 < 10 ? "Text0\($0)" : "Text\($0)"] ?? "" }.joined())
        }
        guard parts.count == sections.count else { return nil }
        text = parts.joined()
    }

    /// A text in one of the formats `unicode` and `standard`, in which nothing tells a report from a text.
    ///
    /// - Parameter name: `IN20021130_021531_00_+45409000931640979_00.txt`
    init?(plain bytes: [UInt8], name: String) {
        let parts = name.split(separator: "_")
        guard parts.count == 5, name.hasSuffix(".txt") else { return nil }
        (kind, number) = (.text, String(parts[3]))
        if bytes.starts(with: [0xFE, 0xFF]) {
            // gammu writes more than there is: up to twice the text's octets of UTF-8.
            let units = stride(from: 2, to: bytes.count - 1, by: 2).map {
                UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
            }
            text = String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
        } else {
            text = String(decoding: bytes, as: UTF8.self)
        }
        guard !text.isEmpty else { return nil }
    }

    private static func text(_ digits: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            guard rest.count > 1, let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return String(utf16BigEndian: bytes)
    }
}
