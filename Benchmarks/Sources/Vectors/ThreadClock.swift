import Glibc

/// How long this thread has run: what others do on the machine meanwhile is left out.
public enum ThreadClock {
    public static var nanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
