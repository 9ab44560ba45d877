import Foundation

/// Certificates of every kind that a test may want, made with `openssl` in a folder.
public struct Certificates: Sendable {
    /// PEM files.
    public struct Pair: Sendable {
        public let certificate: String
        public let key: String
    }

    /// Signs all the others but ``stranger``.
    public let authority: String
    /// For `127.0.0.1` and `localhost`.
    public let server: Pair
    public let client: Pair
    /// For `127.0.0.1` and `localhost`, or a client; ended a year ago.
    public let expired: Pair
    /// For another host.
    public let elsewhere: Pair
    /// Signed by ``wrongAuthority``.
    public let stranger: Pair
    public let wrongAuthority: String

    /// Throws ``TestBroker/Problem`` with what `openssl` said.
    public init(folder: String) throws {
        authority = "\(folder)/ca.crt"
        wrongAuthority = "\(folder)/wrong-ca.crt"
        try Self.makeAuthority("\(folder)/ca", "Estate CA")
        try Self.makeAuthority("\(folder)/wrong-ca", "Some Other CA")
        let local = "subjectAltName=IP:127.0.0.1,DNS:localhost"
        server = try Self.make("\(folder)/server", signedBy: "\(folder)/ca", local)
        client = try Self.make("\(folder)/client", signedBy: "\(folder)/ca", "subjectAltName=DNS:hub")
        elsewhere = try Self.make(
            "\(folder)/elsewhere", signedBy: "\(folder)/ca", "subjectAltName=DNS:broker.elsewhere")
        stranger = try Self.make("\(folder)/stranger", signedBy: "\(folder)/wrong-ca", local)
        expired = try Self.makeExpired("\(folder)/expired", signedBy: "\(folder)/ca", local)
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]

    private static func makeAuthority(_ path: String, _ name: String) throws {
        try run(
            ["openssl", "req", "-x509", "-days", "30", "-subj", "/CN=\(name)", "-keyout", "\(path).key"]
                + ["-out", "\(path).crt"] + newKey)
    }

    private static func make(_ path: String, signedBy authority: String, _ extensions: String) throws -> Pair {
        try request(path)
        try extensions.write(toFile: "\(path).ext", atomically: true, encoding: .utf8)
        try run([
            "openssl", "x509", "-req", "-in", "\(path).csr", "-CA", "\(authority).crt", "-CAkey", "\(authority).key",
            "-CAcreateserial", "-days", "30", "-extfile", "\(path).ext", "-out", "\(path).crt",
        ])
        return Pair(certificate: "\(path).crt", key: "\(path).key")
    }

    /// `openssl x509` cannot date back; `openssl ca` can.
    private static func makeExpired(_ path: String, signedBy authority: String, _ extensions: String) throws -> Pair {
        try request(path)
        try "".write(toFile: "\(path).index", atomically: true, encoding: .utf8)
        try """
        [ca]
        default_ca = estate
        [estate]
        database = \(path).index
        rand_serial = yes
        new_certs_dir = \(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        default_md = sha256
        policy = any
        x509_extensions = names
        [any]
        commonName = supplied
        [names]
        \(extensions)
        """.write(toFile: "\(path).cnf", atomically: true, encoding: .utf8)
        try run([
            "openssl", "ca", "-batch", "-notext", "-config", "\(path).cnf", "-in", "\(path).csr", "-cert",
            "\(authority).crt", "-keyfile", "\(authority).key", "-startdate", "20200101000000Z", "-enddate",
            "20210101000000Z", "-out", "\(path).crt",
        ])
        return Pair(certificate: "\(path).crt", key: "\(path).key")
    }

    private static func request(_ path: String) throws {
        let name = URL(fileURLWithPath: path).lastPathComponent
        try run(
            ["openssl", "req", "-new", "-subj", "/CN=\(name)", "-keyout", "\(path).key", "-out", "\(path).csr"]
                + newKey)
    }
}

/// Runs a command to its end; throws what it said when it fails.
func run(_ command: String...) throws { try run(command) }

func run(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw TestBroker.Problem(
            text: "\(command.joined(separator: " ")): \(String(decoding: said, as: UTF8.self))")
    }
}
