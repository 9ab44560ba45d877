import Devices
import Registry
import Testing

@testable import Upkeep

@Suite struct `What the caretaker remembers of a device` {
    @Test func `is nothing of its own until it measures, and given back when its turn has been`() {
        var figures = CurrentFigures(devices: 1000)
        for _ in 0..<5 {
            for index in 0..<1000 {
                figures.add(1, to: .battery, of: index)
                figures.add(2, to: .signalDBm, of: index)
                figures.add(3, to: .battery, of: index)
            }
            for index in 0..<1000 {
                let taken = figures.take(index, day: 1)
                #expect(taken.map(\.series) == [.signalDBm, .battery])
                #expect(taken.last?.figures.mean == 2 && taken.last?.figures.last == 3)
                #expect(!figures.has(index))
            }
        }
        #expect(figures.cellCount == 2000, "cells are used again")
        #expect(CurrentFigures.cellBytes == 32)
    }
}
