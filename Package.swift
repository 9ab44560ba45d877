// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "SmokeHub",
    products: [
        .executable(name: "smokehub", targets: ["smokehub"]),
        // For the benchmarks, a package of their own.
        .library(name: "SmokeHubParts", targets: ["Devices", "Gateway", "MQTT", "Registry", "Rules"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        // Without its helpers for streams and field masks.
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        // Without swift-configuration, which it would read its own settings from; ours stand in hub.yaml.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "Registry", dependencies: ["Yams", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(name: "MQTT", dependencies: ["CMosquitto"], swiftSettings: strict),
        // Generated code, so alone in its target.
        .target(
            name: "Sparkplug", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["README.md", "sparkplug.proto"], swiftSettings: strict),
        .target(
            name: "Devices", dependencies: ["Registry", "Sparkplug"], resources: [.embedInCode("models.yaml")],
            swiftSettings: strict),
        .target(name: "Rules", dependencies: ["Registry", "Devices"], swiftSettings: strict),
        .target(name: "RuleTables", dependencies: ["Registry", "Devices", "Rules"], swiftSettings: strict),
        .target(name: "Upkeep", dependencies: ["Registry", "Devices", "Rules"], swiftSettings: strict),
        .target(
            name: "Store",
            dependencies: [
                "Devices", "Rules", "Registry", "Upkeep", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ], swiftSettings: strict),
        .target(
            name: "Notify",
            dependencies: [
                "Registry", "Rules", "Store", "CCurl", "CEpoll",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
            ], swiftSettings: strict),
        .target(
            name: "AlertLog", dependencies: ["Rules", "Registry", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "Hub",
            dependencies: [
                "Registry", "MQTT", "Devices", "Rules", "Store", "Notify", "AlertLog", "Upkeep",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(
            name: "Console",
            dependencies: [
                "Devices", "Hub", "Notify", "Registry", "Rules", "Store", "Upkeep",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(name: "Drill", dependencies: ["MQTT", "Registry"], path: "Simulators/Drill", swiftSettings: strict),
        .target(name: "Gateway", dependencies: ["CEpoll"], path: "Simulators/Gateway", swiftSettings: strict),
        .target(
            name: "Simulation",
            dependencies: [
                "Devices", "Hub", "Notify", "Registry", "Rules", "Store",
                .product(name: "HeapModule", package: "swift-collections"),
            ], path: "Simulators/Simulation", exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation"], path: "Simulators/Simulate", swiftSettings: strict),
        .executableTarget(
            name: "smokehub",
            dependencies: [
                "Hub", "Console", "Drill", "AlertLog", "CCurl", "Devices", "MQTT", "Notify", "Registry", "Rules",
                "RuleTables", "Store", "Upkeep",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(name: "TestBroker", dependencies: ["MQTT"], path: "Tests/TestBroker", swiftSettings: strict),
        .testTarget(name: "RegistryTests", dependencies: ["Registry"], swiftSettings: strict),
        .testTarget(
            name: "MQTTTests", dependencies: ["MQTT", "TestBroker"], swiftSettings: strict),
        .testTarget(
            name: "DevicesTests",
            dependencies: [
                "Devices", "Registry", "Sparkplug", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ], resources: [.copy("Vectors")], swiftSettings: strict),
        .testTarget(
            name: "RulesTests", dependencies: ["Rules", "RuleTables", "Devices", "Registry"], exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "UpkeepTests", dependencies: ["Upkeep", "Devices", "Registry", "Rules", "Store"],
            swiftSettings: strict),
        .testTarget(
            name: "StoreTests",
            dependencies: ["Store", "Rules", "Registry", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        .testTarget(
            name: "NotifyTests",
            dependencies: [
                "Gateway", "MQTT", "Notify", "Store", "Rules", "Registry", "TestBroker",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Support/cap-1.2.xsd", "Support/mail-server.py", "Support/push-page.html"],
            swiftSettings: strict),
        .testTarget(
            name: "AlertLogTests",
            dependencies: [
                "AlertLog", "Registry", "Rules", "RuleTables", .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict),
        .testTarget(
            name: "DrillTests", dependencies: ["Drill", "MQTT", "Registry", "TestBroker"], swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["Devices", "Registry", "Rules", "Simulation"],
            swiftSettings: strict),
        .target(
            name: "TestHub",
            dependencies: [
                "AlertLog", "Hub", "MQTT", "Registry", "Rules", "TestBroker",
                .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/TestHub", swiftSettings: strict),
        // On the program too, so that it lies beside the tests that start it.
        .testTarget(
            name: "HubTests",
            dependencies: [
                "AlertLog", "Console", "Devices", "Hub", "MQTT", "Notify", "Registry", "Rules", "Store", "TestBroker",
                "TestHub", "Upkeep", .product(name: "Logging", package: "swift-log"),
                "smokehub",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["OldStates"],
            swiftSettings: strict),
    ]
)
