public import Registry

/// What Zigbee2MQTT says that it has: the retained `<base>/bridge/devices`.
///
/// Source: Zigbee2MQTT documentation, "MQTT Topics and Messages", `bridge/devices`: an array of `{ieee_address, type,
/// friendly_name, model_id, definition: null | {model, vendor, description, exposes}}`; `exposes` are nested in
/// `features`. The coordinator is listed too.
public enum Zigbee2MQTTInventory {
    /// The devices that could be for an estate, in the order of the list. One whose purpose cannot be told has no kind.
    ///
    /// - Parameter addressPrefix: `""`, or `<base>/` for every Zigbee2MQTT but the first.
    /// - Throws: ``Malformed`` if this is no such list.
    public static func offers(_ payload: [UInt8], addressPrefix: String = "") throws(Malformed) -> [DeviceOffer] {
        let json = try JSON(payload)
        guard json.root.kind == .array else {
            throw Malformed("\(json.excerpt(json.root)): expected the array that Zigbee2MQTT keeps on bridge/devices")
        }
        var offers: [DeviceOffer] = []
        for device in json.children(of: json.root) {
            func text(_ name: String, of node: JSON.Node) -> String? {
                json.member(name, of: node).flatMap { json.text(of: $0) }
            }
            guard let name = text("friendly_name", of: device), text("type", of: device) != "Coordinator" else {
                continue
            }
            let definition = json.member("definition", of: device)
            let model = definition.flatMap { text("model", of: $0) } ?? text("model_id", of: device)
            var exposes: [String] = []
            if let definition, let list = json.member("exposes", of: definition) {
                collect(list, of: json, into: &exposes)
            }
            offers.append(
                DeviceOffer(
                    ecosystem: .zigbee2mqtt, address: addressPrefix + name, name: name,
                    kind: kind(model: model, exposes), model: model))
        }
        return offers
    }

    private static func collect(_ list: JSON.Node, of json: JSON, into names: inout [String]) {
        guard list.kind == .array else { return }
        for expose in json.children(of: list) {
            for key in ["property", "name"] {
                if let name = json.member(key, of: expose).flatMap({ json.text(of: $0) }), !names.contains(name) {
                    names.append(name)
                }
            }
            if let features = json.member("features", of: expose) { collect(features, of: json, into: &names) }
        }
    }

    private static let kinds: [(property: String, kind: Device.Kind)] = [
        ("smoke", .smoke), ("smoke_alarm_1", .smoke), ("heat", .heat), ("carbon_monoxide", .co), ("gas", .gas),
        ("water_leak", .waterLeak), ("warning", .siren), ("alarm", .siren), ("sos", .help), ("temperature", .sensor),
        ("humidity", .sensor), ("contact", .sensor), ("occupancy", .sensor), ("vibration", .sensor),
    ]

    static func kind(model: String?, _ exposes: [String]) -> Device.Kind? {
        let rows = model.flatMap { DeviceModels.builtIn.model(.zigbee2mqtt, named: Array($0.utf8)) }?.fields
        for (property, kind) in kinds where exposes.contains(property) {
            // A heat detector that exposes smoke, or a keypad that does.
            switch rows?[property.utf8.span] {
            case .flag(.heat)?: return .heat
            case nil, .flag?: return kind
            default: continue
            }
        }
        return nil
    }
}
