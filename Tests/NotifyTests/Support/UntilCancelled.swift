/// As a channel does whose far end never answers: returns only when its task is cancelled.
func untilCancelled() async {
    let (never, continuation) = AsyncStream<Void>.makeStream()
    for await _ in never {}
    withExtendedLifetime(continuation) {}
}
