import CMosquitto
import Glibc

/// Ends another thread's wait (an eventfd). Signals before a ``drain()`` count as one.
public final class Wakeup: Sendable {
    /// Readable while a signal is pending; owned by this object.
    public let descriptor: Int32

    /// Throws ``MQTTError`` with `.resource` when the process has no descriptor left.
    public init() throws(MQTTError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw MQTTError(broker: "", reason: .resource(systemText(errno))) }
    }

    deinit { close(descriptor) }

    /// Ends the wait, or the next one. From any thread.
    public func signal() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then a signal is pending anyway.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes back all signals so far. Call it before looking at what they announce.
    public func drain() {
        var count: UInt64 = 0
        // Fails only when there was no signal.
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}

/// The system's own words for an error number.
func systemText(_ code: Int32) -> String {
    String(cString: strerror(code))
}
