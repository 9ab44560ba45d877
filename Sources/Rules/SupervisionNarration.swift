public import Devices
public import Registry

/// Says in a sentence of each language what supervision has found, for the alert log and for those who have to see to it.
public struct SupervisionNarration {
    private let estate: Estate
    private let devices: [Device]
    private let contract: (Int) -> Contract
    private let wasHeard: (Int) -> Bool

    public init(
        estate: Estate, devices: [Device], contract: @escaping (Int) -> Contract, wasHeard: @escaping (Int) -> Bool
    ) {
        self.estate = estate
        self.devices = devices
        self.contract = contract
        self.wasHeard = wasHeard
    }

    /// One trouble, or its end.
    public struct Note: Hashable, Sendable {
        public var record: LogRecord
        /// Those who keep watch are told at once, and need not look into the log.
        public var isTold: Bool

        /// Says how often what it says has changed since it was told last.
        public func gathered(_ changes: Int) -> Note {
            guard changes > 1 else { return self }
            var note = self
            note.record.text.english += " (changed \(changes) times since this was told last)"
            note.record.text.traditionalChinese += "（自上次通知後已變化\(changes)次）"
            return note
        }
    }

    /// What findings of one moment have in common is said once: a hundred devices behind one gateway are one trouble.
    public func notes(_ findings: [Finding], at moment: Instant) -> [Note] {
        var notes = findings.flatMap { self.notes(of: $0) }
        notes += heardAtLast(findings.compactMap(\.heardAtLast))
        notes += floors(findings.compactMap(\.unwatchedFloor), open: true)
        notes += floors(findings.compactMap(\.watchedFloor), open: false)
        for index in notes.indices { notes[index].record.at = moment }
        return notes
    }

    private func notes(of finding: Finding) -> [Note] {
        switch finding {
        case .silent(let indices): neverHeard(indices.filter { !wasHeard($0) }) + silent(indices.filter(wasHeard))
        case .heardAgain(let index):
            [one("silent", open: false, index, "is heard again", "恢復通訊")]
        case .massSilence(let block, let missing, let count):
            [mass(block, open: true, missing, of: count)]
        case .massSilenceOver(let block): [mass(block, open: false)]
        case .gatewayLost(let gateway, let devices): [self.gateway(gateway, devices, open: true)]
        case .gatewayBack(let gateway, let devices): [self.gateway(gateway, devices, open: false)]
        case .drifts(let index, let now, let before):
            [
                one(
                    "drift", index, "speaks every \(words(now)) now; it was every \(words(before))",
                    "的回報間隔由\(seconds(before))秒變為\(seconds(now))秒")
            ]
        case .breaksContract(let index, let usual):
            [
                one(
                    "drift", index,
                    "speaks every \(words(usual)); its contract says \(contract(index)): correct one of them",
                    "每\(seconds(usual))秒才回報一次，較約定的間隔長；請更正其一")
            ]
        case .driftsNoMore(let index):
            [one("drift", open: false, index, "speaks as often as it used to", "回報間隔恢復正常")]
        case .storms(let index):
            [
                one(
                    "storm", index, "floods the hub with messages; one a second is heeded, and every new alarm",
                    "發送過多訊息；每秒只處理一則，新警報照常處理")
            ]
        case .stormsNoMore(let index, let suppressed):
            [
                one(
                    "storm", open: false, index,
                    "speaks at a normal rate again; \(suppressed) of its messages were not heeded",
                    "回復正常；期間有\(suppressed)則訊息沒有處理")
            ]
        case .floorUnwatched, .floorWatched, .heardAtLast: []
        }
    }

    /// One record for each block.
    private func silent(_ indices: [Int]) -> [Note] {
        estate.blocks.compactMap { block in
            let silent = indices.filter { devices[$0].place.block == block.id }
            guard let first = silent.first else { return nil }
            guard silent.count > 1 else {
                return one(
                    "silent", first, "has been silent for longer than it may be (\(contract(first)))", "超過約定時間沒有訊號")
            }
            let there = PlaceNames(estate).text(Place(block: block.id))
            var record = Narration.trouble(
                "silent", open: true, place: Place(block: block.id), device: nil, estate,
                LogRecord.Text(
                    "\(silent.count) devices in \(there.english) have been silent for longer than they may be",
                    "\(there.traditionalChinese)有\(silent.count)個裝置超過約定時間沒有訊號"))
            record.details.merge(names(silent)) { $1 }
            return Note(record: record, isTold: false)
        }
    }

    /// One record for each block, however many: on a first start it may be all.
    private func neverHeard(_ indices: [Int]) -> [Note] {
        byBlock(indices).map { block, indices in
            let there = PlaceNames(estate).text(Place(block: block))
            let one = indices.count == 1
            return gathered(
                "never heard", open: true, block, indices,
                LogRecord.Text(
                    "\(one ? "1 device" : "\(indices.count) devices") in \(there.english) \(one ? "was" : "were") never "
                        + "heard (\(first(indices)))",
                    "\(there.traditionalChinese)有\(indices.count)個裝置從未有訊號（\(first(indices))）"))
        }
    }

    private func heardAtLast(_ indices: [Int]) -> [Note] {
        byBlock(indices).map { block, indices in
            let there = PlaceNames(estate).text(Place(block: block))
            let one = indices.count == 1
            return gathered(
                "never heard", open: false, block, indices,
                LogRecord.Text(
                    "\(one ? "1 device" : "\(indices.count) devices") in \(there.english) that \(one ? "was" : "were") never "
                        + "heard \(one ? "is" : "are") heard now (\(first(indices)))",
                    "\(there.traditionalChinese)有\(indices.count)個從未有訊號的裝置現已有訊號（\(first(indices))）"))
        }
    }

    private func byBlock(_ indices: [Int]) -> [(block: String, indices: [Int])] {
        estate.blocks.map { block in (block.id, indices.filter { devices[$0].place.block == block.id }) }
            .filter { !$0.1.isEmpty }
    }

    private func gathered(
        _ trouble: String, open: Bool, _ block: String, _ indices: [Int], _ text: LogRecord.Text
    ) -> Note {
        var record = Narration.trouble(
            trouble, open: open, place: Place(block: block),
            device: indices.count == 1 ? devices[indices[0]].id : nil, estate, text)
        record.details.merge(names(indices)) { $1 }
        return Note(record: record, isTold: false)
    }

    /// `a-bell, a-lobby-smoke, a-desk-siren, …`
    private func first(_ indices: [Int]) -> String {
        indices.prefix(3).map { devices[$0].id }.joined(separator: ", ") + (indices.count > 3 ? ", …" : "")
    }

    private func names(_ indices: [Int]) -> [String: String] {
        ["devices": indices.prefix(20).map { devices[$0].id }.joined(separator: " "), "count": "\(indices.count)"]
    }

    private func one(
        _ trouble: String, open: Bool = true, _ index: Int, _ english: String, _ chinese: String
    ) -> Note {
        let device = devices[index]
        let there = PlaceNames(estate).text(device.place)
        var record = Narration.trouble(
            trouble, open: open, place: device.place, device: device.id, estate,
            LogRecord.Text(
                "\(device.id) in \(there.english) \(english)", "\(there.traditionalChinese)的\(device.id)\(chinese)"))
        if trouble == "silent", open {
            record.details["contract"] = contract(index).description
            record.details.merge(names([index])) { $1 }
        }
        return Note(record: record, isTold: false)
    }

    private func mass(_ block: Int, open: Bool, _ missing: Int = 0, of count: Int = 0) -> Note {
        let place = Place(block: estate.blocks[block].id)
        let there = PlaceNames(estate).text(place)
        var record = Narration.trouble(
            "mass silence", open: open, place: place, device: nil, estate,
            open
                ? LogRecord.Text(
                    "\(missing) of \(count) devices in \(there.english) fell silent within a minute: power, jamming, or fire; go and look",
                    "\(there.traditionalChinese)的\(count)個裝置中有\(missing)個在一分鐘內失去訊號：可能是停電、干擾或火警；請到場查看")
                : LogRecord.Text(
                    "Most devices in \(there.english) are heard again", "\(there.traditionalChinese)大部分裝置恢復通訊"))
        if open {
            record.level = .alarm
            record.details["count"] = "\(missing)"
            record.details["of"] = "\(count)"
        }
        return Note(record: record, isTold: true)
    }

    private func gateway(_ gateway: Finding.Gateway, _ indices: [Int], open: Bool) -> Note {
        let name = "\(gateway.ecosystem.rawValue) \(gateway.address)"
        let behind = indices.count == 1 ? "1 device behind it" : "\(indices.count) devices behind it"
        let verb = indices.count == 1 ? "is" : "are"
        let first = devices[indices[0]].place.block
        let block = indices.allSatisfy { devices[$0].place.block == first } ? first : "*"
        var record = Narration.trouble(
            "gateway", open: open, place: Place(block: block), device: nil, estate,
            open
                ? LogRecord.Text(
                    "The gateway \(name) is gone: \(behind) \(verb) out of sight",
                    "閘道\(name)離線：其後的\(indices.count)個裝置無法監察")
                : LogRecord.Text(
                    "The gateway \(name) is back: \(behind) can be heard again",
                    "閘道\(name)恢復：其後的\(indices.count)個裝置可再次監察"))
        record.details.merge(names(indices)) { $1 }
        record.details["gateway"] = gateway.address
        return Note(record: record, isTold: true)
    }

    private func floors(_ floors: [(block: Int, floor: String)], open: Bool) -> [Note] {
        estate.blocks.indices.compactMap { block in
            let found = floors.filter { $0.block == block }.map(\.floor)
            let sorted = estate.blocks[block].floors.filter(found.contains)
            guard let first = sorted.first else { return nil }
            let there = PlaceNames(estate).text(Place(block: estate.blocks[block].id))
            let list = sorted.joined(separator: ", ")
            let one = sorted.count == 1
            var record = Narration.trouble(
                "unwatched", open: open,
                place: Place(block: estate.blocks[block].id, floor: one ? first : nil), device: nil, estate,
                open
                    ? LogRecord.Text(
                        "\(there.english), floor\(one ? "" : "s") \(list): UNWATCHED, no detector would speak",
                        "\(there.traditionalChinese)\(list)樓：沒有探測器能夠報警")
                    : LogRecord.Text(
                        "\(there.english), floor\(one ? "" : "s") \(list): watched again",
                        "\(there.traditionalChinese)\(list)樓：恢復監察"))
            record.details["floors"] = sorted.joined(separator: " ")
            return Note(record: record, isTold: true)
        }
    }

    private func words(_ seconds: Float) -> String { Duration.seconds(self.seconds(seconds)).inWords }

    private func seconds(_ seconds: Float) -> Int64 { Int64(min(max(seconds, 0), 1e12).rounded()) }
}

extension Finding {
    fileprivate var unwatchedFloor: (block: Int, floor: String)? {
        if case .floorUnwatched(let block, let floor) = self { (block, floor) } else { nil }
    }

    fileprivate var heardAtLast: Int? {
        if case .heardAtLast(let index) = self { index } else { nil }
    }

    fileprivate var watchedFloor: (block: Int, floor: String)? {
        if case .floorWatched(let block, let floor) = self { (block, floor) } else { nil }
    }
}
