import Foundation
import GRDB
public import Rules

extension HubDatabase {
    public func isAnswered(_ incident: Incident.ID) throws(StoreError) -> Bool {
        let states = try read("reading hub.sqlite") { database in
            try Data.fetchAll(database, sql: "SELECT state FROM block")
        }
        let found = states.lazy.compactMap { try? JSONDecoder().decode(BlockState.self, from: $0) }
            .flatMap(\.incidents).first { $0.id == incident }
        guard let found, found.stage != .closed else { return true }
        return found.acknowledgement != nil
    }
}
