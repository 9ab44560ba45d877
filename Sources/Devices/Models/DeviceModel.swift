import Registry

/// What the fields of one model's messages mean.
struct DeviceModel: Sendable {
    /// Its first name in `models.yaml`, which is its present one.
    var name: String
    /// The Things Stack's `brand_id`: `flood-sensor` is a name that others may give theirs. `nil` for any.
    var brand: String?
    var fields: KeyTable<Field>

    /// What a report means where the device is of this model: fields that nobody has mapped become readings, and
    /// readings of a kind that has a row become what the row says.
    func applied(to report: Report) -> Report {
        var readings = Readings()
        var unmapped: [UnmappedField] = []
        func take(_ field: Field, _ said: UnmappedField) {
            var gathering = Gathering(JSON(orBareText: Array(said.value.utf8)))
            gathering.take(field, gathering.json.root, name: said.name)
            // What a row does not understand stays for people to see.
            guard gathering.problem == nil else { return unmapped.append(said) }
            for reading in gathering.readings.list { readings.take(reading) }
            unmapped += gathering.unmapped
        }
        for reading in report.readings {
            if let field = fields[reading.kind.rawValue.utf8.span] {
                take(field, UnmappedField(reading))
            } else {
                readings.take(reading)
            }
        }
        for said in report.unmapped {
            if let field = fields[said.name.utf8.span] { take(field, said) } else { unmapped.append(said) }
        }
        var report = report
        report.readings = readings.list
        report.unmapped = unmapped
        report.model = name
        return report
    }
}

extension UnmappedField {
    /// A reading as a row of a model sees it.
    fileprivate init(_ reading: Reading) {
        switch reading.value {
        case .flag(let flag): self.init(reading.kind.rawValue, "\(flag)", isRaised: flag && reading.kind.isHazard)
        case .number(let number): self.init(reading.kind.rawValue, "\(number)", isRaised: false)
        case .text(let text): self.init(reading.kind.rawValue, text, isRaised: false)
        }
    }
}
