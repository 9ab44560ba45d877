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
        // What is not there could not be written, or not be read: then somebody has to be told rather than not.
        return found.map { $0.stage == .closed || $0.acknowledgement != nil } ?? false
    }
}
