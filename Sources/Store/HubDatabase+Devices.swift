import Foundation
import GRDB
public import Registry
public import Rules

// What is durable of the devices, for those who ask beside the pipeline.
extension HubDatabase {
    /// The states of all devices that have said anything. When a device was last heard may be older here by a
    /// checkpoint; what it said is not. Unreadable ones are left out, as at a restart.
    public func deviceStates() throws(StoreError) -> [Device.ID: DeviceState] {
        try read("reading hub.sqlite") { database in
            let decoder = JSONDecoder()
            let rows = try Row.fetchCursor(database, sql: "SELECT id, state FROM device")
            var states: [Device.ID: DeviceState] = [:]
            while let row = try rows.next() {
                states[row["id"]] = try? decoder.decode(DeviceState.self, from: row["state"])
            }
            return states
        }
    }
}
