import Glibc

/// Why OpenSSL did not believe the broker's certificate. libmosquitto only says that it did not.
struct CertificateVerdict {
    /// OpenSSL's `X509_V_ERR_…`: 9 not yet valid, 10 expired.
    let code: Int
    let text: String

    private typealias Result = @convention(c) (UnsafeMutableRawPointer) -> Int
    private typealias Text = @convention(c) (Int) -> UnsafePointer<CChar>?

    /// `nil` where libmosquitto was built without OpenSSL, or there was no handshake.
    ///
    /// libmosquitto has loaded OpenSSL already; looking the two functions up spares its headers at build time.
    init?(ofSession session: UnsafeMutableRawPointer?) {
        guard let session, let result = dlsym(nil, "SSL_get_verify_result"),
            let text = dlsym(nil, "X509_verify_cert_error_string")
        else { return nil }
        code = unsafeBitCast(result, to: Result.self)(session)
        self.text = unsafeBitCast(text, to: Text.self)(code).map { String(cString: $0) } ?? "code \(code)"
    }
}
