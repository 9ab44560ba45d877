public import Devices
public import Foundation
public import Registry
public import Rules

/// One input of the rule engine, as it was: played again in order, the same rules decide the same.
public struct JournalEntry: Hashable, Sendable, Codable {
    public var input: Input
    /// When the hub took it in.
    public var at: Instant

    public init(_ input: Input, at: Instant) {
        self.input = input
        self.at = at
    }

    public enum Input: Hashable, Sendable, Codable {
        /// A message that changed something.
        case message(Heard)
        /// A message that taught a decoder what others mean, or that those meanings are over.
        case taught(KeptLesson)
        case command(OperatorCommand)
        /// Devices are past their contracts, or are heard again.
        case silence(Bool, devices: [Device.ID])
        case exerciseBegan(Exercise)
        case exerciseEnded(id: String)
        /// The hub hears nobody from now on.
        case outage
        /// It hears again, after an outage that began then; what follows waited at the broker.
        case backlog(from: Instant)
        /// The hub was started, and drills that were under way are over.
        case started
        /// Time alone has come so far.
        case time
    }

    /// A message as it was received, and where it was placed in time.
    public struct Heard: Hashable, Sendable, Codable {
        public var topic: String
        public var payload: Data
        public var retained: Bool
        public var backlog: Bool
        public var eventAt: Instant
        public var late: Bool
        /// `nil` for no.
        public var overtaken: Bool?
        /// What it was taken to say, where messages that are in no journal decide it, too; `nil` where the message says it.
        public var readings: [Reading]?

        public init(
            topic: String, payload: Data, retained: Bool, backlog: Bool, eventAt: Instant, late: Bool,
            overtaken: Bool = false, readings: [Reading]? = nil
        ) {
            self.topic = topic
            self.payload = payload
            self.retained = retained
            self.backlog = backlog
            self.eventAt = eventAt
            self.late = late
            self.overtaken = overtaken ? true : nil
            self.readings = readings
        }
    }
}
