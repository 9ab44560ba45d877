import Foundation
import Registry
public import Rules

/// A decision as `smokehub replay` prints it: its members in a fixed order, so that equal decisions are equal bytes.
public struct DecisionLine: Sendable {
    private let decision: Decision

    public init(_ decision: Decision) { self.decision = decision }

    /// `{"at":"2026-11-22T12:00:30.000Z","block":"a","hazard":"fire","incident":"a-fire-1","stage":"confirmed",…}`;
    /// `exercise` is the drill's id, or null.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        func text(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        let members = try [
            ("at", text(decision.at.description)), ("block", text(decision.block)),
            ("hazard", text(decision.hazard)), ("incident", text(decision.incident)), ("stage", text(decision.stage)),
            ("rule", text(decision.rule)), ("exercise", text(decision.exercise)), ("because", text(decision.because)),
        ]
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }
}
