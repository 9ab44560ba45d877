import Rules
import Store

/// What far ends call the deliveries of alerts that are under way.
struct ReferenceBook: Sendable {
    private var deliveries: [Reference: Delivery.ID] = [:]
    private var byAlert: [Alert.ID: [Reference]] = [:]

    struct Reference: Hashable, Sendable {
        var channel: String
        var name: String
    }

    subscript(reference: Reference) -> Delivery.ID? { deliveries[reference] }

    mutating func note(_ reference: Reference, of delivery: Delivery) {
        deliveries[reference] = delivery.id
        byAlert[delivery.alert, default: []].append(reference)
    }

    mutating func forget(_ alert: Alert.ID) {
        for reference in byAlert.removeValue(forKey: alert) ?? []
        where deliveries[reference]?.hasPrefix("\(alert)/") == true {
            deliveries[reference] = nil
        }
    }

    mutating func forget(where isForgotten: (Delivery.ID) -> Bool) {
        deliveries = deliveries.filter { !isForgotten($0.value) }
        byAlert = byAlert.mapValues { $0.filter { deliveries[$0] != nil } }
    }
}
