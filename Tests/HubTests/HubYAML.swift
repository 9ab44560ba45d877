import Hub
import Registry

/// A hub.yaml of a test.
enum HubYAML {
    static func settings(_ yaml: String, environment: [String: String] = [:]) throws(ConfigErrors) -> HubSettings {
        try HubSettings(ConfigFile(name: "hub.yaml", text: yaml), environment: environment)
    }

    static func mistakes(_ yaml: String, environment: [String: String] = [:]) -> [String] {
        do {
            _ = try settings(yaml, environment: environment)
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }
}
