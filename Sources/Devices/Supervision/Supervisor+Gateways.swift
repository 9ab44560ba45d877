public import Registry

// Gateways.
extension Supervisor {
    /// A gateway is said to be there, or to be gone; registered or not.
    ///
    /// - Returns: whether that is news, which a restart must not forget: not every broker remembers it.
    @discardableResult
    public mutating func gateway(_ gateway: Finding.Gateway, isThere: Bool, at moment: Instant) -> Bool {
        guard let position = position(of: gateway, countMax: Self.gatewaysOfStrangersMax),
            gateways[Int(position)].isLost == isThere
        else { return false }
        settleHeartbeats()
        gateways[Int(position)].isLost = !isThere
        if isThere { gateways[Int(position)].backAt = moment.milliseconds }
        noteChange(of: position)
        return true
    }

    /// Finds what the changes of gateways have come to. One look at all devices, however many gateways have changed, and
    /// however often.
    mutating func settleGateways() {
        guard !changedGateways.isEmpty else { return }
        var devices: [Int32: [Int]] = [:]
        for index in watched.indices {
            let gateway = watched[index].gateway
            guard gateway >= 0, gateways[Int(gateway)].isChanged else { continue }
            let before = standing(of: index)
            set(.hidden, gateways[Int(gateway)].isLost, of: index)
            noteStanding(of: index, before)
            devices[gateway, default: []].append(index)
        }
        for position in changedGateways {
            let gateway = gateways[Int(position)]
            gateways[Int(position)].isChanged = false
            // One without devices is told of as soon as there are some.
            guard gateway.isLost != gateway.isTold, let devices = devices[position] else { continue }
            gateways[Int(position)].isTold = gateway.isLost
            findings.append(
                gateway.isLost
                    ? .gatewayLost(gateway.name, devices: devices) : .gatewayBack(gateway.name, devices: devices))
        }
        changedGateways = []
    }

    mutating func setGateway(of index: Int, _ address: String) {
        let known = watched[index].gateway
        if known >= 0, gateways[Int(known)].name.address == address { return }
        guard let position = position(of: Finding.Gateway(ecosystem: ecosystems[index], address: address)) else {
            return
        }
        watched[index].gateway = position
        let gateway = gateways[Int(position)]
        set(.hidden, gateway.isLost, of: index)
        if gateway.isLost, !gateway.isTold { noteChange(of: position) }
    }

    mutating func noteChange(of position: Int32) {
        guard !gateways[Int(position)].isChanged else { return }
        gateways[Int(position)].isChanged = true
        changedGateways.append(position)
    }

    /// - Returns: `nil` if there are too many of them.
    mutating func position(of gateway: Finding.Gateway, countMax: Int = gatewaysMax) -> Int32? {
        if let known = gatewayPositions[gateway] { return known }
        guard gateways.count < countMax else { return nil }
        gateways.append(GatewayWatch(name: gateway))
        gatewayPositions[gateway] = Int32(gateways.count - 1)
        return Int32(gateways.count - 1)
    }
}
