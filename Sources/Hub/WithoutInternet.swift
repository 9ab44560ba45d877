import Foundation
import Notify
import Registry

/// What is left when the internet is dead: sirens over a broker in the house, SMS by a modem, and what stands at an
/// address of the house.
enum WithoutInternet {
    /// Whether a host is in the house, as far as its name or address tells: RFC 1918 and 4193 (private), 1122 (loopback),
    /// 3927 and 4291 (link-local), 6762 (`.local`), 8375 (`home.arpa`), and names that only a house's own name server
    /// knows: without a dot, `.lan`, `.internal`.
    static func isInHouse(_ host: String) -> Bool {
        let host = host.lowercased()
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 {
            let bytes = withUnsafeBytes(of: four.s_addr) { Array($0) }
            switch (bytes[0], bytes[1]) {
            case (10, _), (127, _), (172, 16...31), (192, 168), (169, 254): return true
            default: return false
            }
        }
        var six = in6_addr()
        if inet_pton(AF_INET6, host, &six) == 1 {
            let bytes = withUnsafeBytes(of: six) { Array($0) }
            return bytes[0] & 0xFE == 0xFC || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
                || bytes == [UInt8](repeating: 0, count: 15) + [1]
        }
        return !host.isEmpty
            && (!host.contains(".") || [".local", ".lan", ".internal", ".home.arpa"].contains(where: host.hasSuffix))
    }

    static func isInHouse(url: String) -> Bool {
        URLComponents(string: url)?.host.map {
            isInHouse($0.trimmingCharacters(in: CharacterSet(charactersIn: "[]")))
        } ?? false
    }
}

extension HubConfiguration {
    /// Whom an alarm would reach while the internet is dead.
    public var reachWithoutInternet: Reach {
        let sirensSound = WithoutInternet.isInHouse(settings.broker.address.host) && settings.channels.siren.enabled
        let reachable = Set(settings.channels.reachable(registry).flatMap(\.contacts).map(\.id))
        return Reach(
            registry,
            contact: { _, contact in
                guard reachable.contains(contact.id), let channel = settings.channels.settings(of: contact.channel)
                else { return false }
                return contact.channel == SirenChannel.name
                    ? sirensSound : !channel.needsInternet(contact.address, over: contact.channel)
            }, siren: { sirensSound && SirenChannel.canTell($0) })
    }
}
