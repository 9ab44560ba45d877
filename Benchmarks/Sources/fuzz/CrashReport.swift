import Glibc

/// Says which message the program died of. A handler may do little, so that all is written down before.
enum CrashReport {
    /// Only ever written by the main thread, and read in its signal handler.
    nonisolated(unsafe) private static let place = UnsafeMutablePointer<(decoder: Int, message: Int)>.allocate(
        capacity: 1)

    static func install() {
        place.initialize(to: (0, 0))
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
            signal(number) { number in
                CrashReport.write("\nCRASHED: decoder ")
                CrashReport.write(CrashReport.place.pointee.decoder)
                CrashReport.write(", message ")
                CrashReport.write(CrashReport.place.pointee.message)
                CrashReport.write("\n")
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func note(decoder: Int, message: Int) { place.pointee = (decoder, message) }

    private static func write(_ text: StaticString) {
        _ = Glibc.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func write(_ number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            var digit = UInt8(ascii: "0") + UInt8(number / divisor % 10)
            _ = Glibc.write(STDERR_FILENO, &digit, 1)
            divisor /= 10
        }
    }
}
