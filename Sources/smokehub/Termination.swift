import Dispatch
import Glibc

/// Calls back at Control-C and SIGTERM, which then end the program no more, as long as the sources live.
func onTermination(_ act: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: act)
        source.resume()
        return source
    }
}
