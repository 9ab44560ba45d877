/// What has been measured since each device's last turn: four bytes for a device that measures nothing, and 32 for each
/// series of one that does.
struct CurrentFigures: Sendable {
    /// Where a device's first cell is, and -1 for nowhere.
    private var first: ContiguousArray<Int32>
    private var cells = ContiguousArray<Cell>()
    /// The first of the cells that nobody uses.
    private var free: Int32 = -1

    private struct Cell {
        var sum: Double
        var min: Float
        var max: Float
        var last: Float
        var next: Int32
        var count: UInt32
        var series: Series
    }

    var cellCount: Int { cells.count }
    static var cellBytes: Int { MemoryLayout<Cell>.stride }

    init(devices: Int) { first = ContiguousArray(repeating: -1, count: devices) }

    func has(_ device: Int) -> Bool { first[device] >= 0 }

    mutating func add(_ value: Double, to series: Series, of device: Int) {
        guard value.isFinite else { return }
        let value = Float(value)
        var position = Int(first[device])
        while position >= 0 {
            if cells[position].series == series { return Self.add(value, to: &cells[position]) }
            position = Int(cells[position].next)
        }
        first[device] = insert(
            Cell(
                sum: Double(value), min: value, max: value, last: value, next: first[device], count: 1, series: series))
    }

    private static func add(_ value: Float, to cell: inout Cell) {
        guard cell.count < UInt32.max else { return }
        cell.sum += Double(value)
        cell.min = Swift.min(cell.min, value)
        cell.max = Swift.max(cell.max, value)
        cell.last = value
        cell.count += 1
    }

    private mutating func insert(_ cell: Cell) -> Int32 {
        guard free >= 0 else {
            cells.append(cell)
            return Int32(cells.count - 1)
        }
        let position = free
        free = cells[Int(position)].next
        cells[Int(position)] = cell
        return position
    }

    /// Takes a device's figures out, as those of a day.
    mutating func take(_ device: Int, day: Int) -> [(series: Series, figures: DailyAggregate)] {
        var taken: [(series: Series, figures: DailyAggregate)] = []
        var position = first[device]
        first[device] = -1
        while position >= 0 {
            let cell = cells[Int(position)]
            taken.append(
                (
                    cell.series,
                    DailyAggregate(
                        day: day, count: Int(Swift.min(cell.count, UInt32(UInt16.max))), min: cell.min, max: cell.max,
                        mean: Float(cell.sum / Double(cell.count)), last: cell.last)
                ))
            cells[Int(position)].next = free
            free = position
            position = cell.next
        }
        return taken
    }
}
