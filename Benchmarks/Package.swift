// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody builds it unasked: `make bench` does.
let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "SmokeHub", path: "..")],
    targets: [
        .executableTarget(
            name: "bench", dependencies: [.product(name: "SmokeHubParts", package: "SmokeHub")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ])
    ]
)
