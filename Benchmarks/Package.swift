// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let parts: Target.Dependency = .product(name: "SmokeHubParts", package: "SmokeHub")

// A package of its own, so that nobody builds it unasked: `make bench` and `make fuzz` do.
let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "SmokeHub", path: "..")],
    targets: [
        .target(name: "Vectors", dependencies: [parts], swiftSettings: strict),
        .executableTarget(name: "bench", dependencies: [parts, "Vectors"], swiftSettings: strict),
        .executableTarget(name: "fuzz", dependencies: [parts, "Vectors"], swiftSettings: strict),
    ]
)
