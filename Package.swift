// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house, bottom up. An arrow that is not written here does not build: doors never import each other and
// never see a store; only the executable names a concrete engine.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "dittofs",
    products: [
        .executable(name: "dittofs", targets: ["dittofs"]),
        .executable(name: "smbload", targets: ["smbload"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
    ],
    targets: [
        // The model: pure values.
        room("FileSystemModel"),
        room("WireCoding"),
        room("AccessControl", ["FileSystemModel", "WireCoding"]),

        // The stores: records and bytes.
        room("MetadataStore", ["FileSystemModel", "AccessControl"]),
        .target(name: "CMemory"),
        room("ContentStore", ["FileSystemModel", "CMemory"]),

        // The core: the rules, once.
        room("AccessArbitration", ["FileSystemModel"]),
        room("FileSystemCore", ["FileSystemModel", "AccessControl", "AccessArbitration", "MetadataStore", "ContentStore"]),

        // The edges.
        room("ProtocolErrors", ["FileSystemModel"]),

        // The SMB door.
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
        room("WindowsTypes", ["FileSystemModel", "WireCoding", "AccessControl"]),
        room("SMBMessages", ["WindowsTypes", "WireCoding"]),
        room("Authentication", ["FileSystemModel", "WireCoding", "AccessControl", "COpenSSL"]),
        .target(name: "CMessageCodes"),
        room("SMBCryptography", ["COpenSSL", "CMessageCodes"]),
        room("RemoteProcedures", ["WindowsTypes", "WireCoding"]),
        room(
            "SMBProtocol",
            [
                "SMBMessages", "WindowsTypes", "WireCoding", "Authentication", "SMBCryptography", "RemoteProcedures",
                "FileSystemCore", "FileSystemModel", "AccessArbitration", "AccessControl", "ProtocolErrors",
            ]),
        room("SMBServer", ["SMBProtocol", "WindowsTypes", "CLinux", nioCore, nioPosix, logging]),
        room(
            "SMBClient",
            ["SMBMessages", "WindowsTypes", "WireCoding", "Authentication", "SMBCryptography", "FileSystemModel"]),

        // The FUSE door.
        .target(name: "CFuse3", linkerSettings: [.linkedLibrary("fuse3")]),
        room("FUSEProtocol", ["FileSystemModel", "AccessControl", "AccessArbitration", "FileSystemCore", "ProtocolErrors"]),
        room("FUSEMount", ["FUSEProtocol", "FileSystemCore", "FileSystemModel", "AccessArbitration", "CFuse3", logging]),

        // The top.
        room("Configuration", ["FileSystemModel", .product(name: "Yams", package: "Yams")]),
        room(
            "Instance",
            ["SMBServer", "SMBProtocol", "SMBMessages", "SMBCryptography", "FUSEMount", "FUSEProtocol", "FileSystemCore",
                "FileSystemModel", "AccessControl", "AccessArbitration", "MetadataStore", "ContentStore", "Authentication", "WindowsTypes", "COpenSSL", nioCore, logging]),
        .target(name: "CLinux"),
        .executableTarget(
            name: "dittofs",
            dependencies: [
                "Instance", "Configuration", "CLinux", "FUSEMount", "SMBProtocol", "SMBMessages", "MetadataStore", "ContentStore",
                "Authentication", "FileSystemCore",
                "FileSystemModel", "AccessControl", "AccessArbitration", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "smbload",
            dependencies: [
                "SMBClient", "SMBMessages", "WindowsTypes", "WireCoding", "SMBCryptography", "COpenSSL",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests: one target a room, and what they share.
        .target(name: "HostileInput", path: "Tests/HostileInput", swiftSettings: strict),
        .target(
            name: "StoreDoubles", dependencies: ["ContentStore", "FileSystemModel"], path: "Tests/StoreDoubles",
            swiftSettings: strict),
        tests("WireCodingTests", ["WireCoding"]),
        tests("FileSystemModelTests", ["FileSystemModel", "HostileInput"]),
        tests("AccessControlTests", ["AccessControl", "FileSystemModel", "WireCoding", "HostileInput"]),
        tests("MetadataStoreTests", ["MetadataStore", "FileSystemModel", "AccessControl", "HostileInput"]),
        tests("ContentStoreTests", ["ContentStore", "FileSystemModel", "HostileInput"]),
        tests("AccessArbitrationTests", ["AccessArbitration", "FileSystemModel", "HostileInput"]),
        tests(
            "FileSystemCoreTests",
            [
                "FileSystemCore", "FileSystemModel", "AccessControl", "AccessArbitration", "MetadataStore", "ContentStore",
                "HostileInput", "StoreDoubles",
            ]),
        tests("ProtocolErrorsTests", ["ProtocolErrors", "FileSystemModel"]),
        tests("WindowsTypesTests", ["WindowsTypes", "WireCoding", "FileSystemModel", "AccessControl", "HostileInput"]),
        tests(
            "SMBMessagesTests", ["SMBMessages", "WindowsTypes", "WireCoding", "HostileInput"],
            resources: [.copy("Corpus")]),
        tests(
            "AuthenticationTests", ["Authentication", "WireCoding", "AccessControl", "FileSystemModel", "HostileInput"],
            resources: [.copy("Corpus")]),
        tests("SMBCryptographyTests", ["SMBCryptography", "HostileInput"]),
        tests(
            "RemoteProceduresTests", ["RemoteProcedures", "WindowsTypes", "WireCoding", "HostileInput"],
            resources: [.copy("Corpus")]),
        tests(
            "SMBProtocolTests",
            [
                "SMBProtocol", "SMBMessages", "WindowsTypes", "WireCoding", "Authentication", "SMBCryptography",
                "RemoteProcedures", "FileSystemCore", "FileSystemModel", "AccessArbitration", "AccessControl",
                "MetadataStore", "ContentStore", "ProtocolErrors", "HostileInput",
            ]),
        tests(
            "SMBServerTests",
            [
                "SMBServer", "SMBClient", "SMBProtocol", "SMBMessages", "WindowsTypes", "WireCoding", "Authentication",
                "SMBCryptography", "FileSystemCore", "FileSystemModel", "AccessArbitration", "AccessControl", "MetadataStore",
                "StoreDoubles", logging,
            ]),
        tests(
            "FUSEProtocolTests",
            ["FUSEProtocol", "FileSystemCore", "FileSystemModel", "AccessControl", "AccessArbitration", "MetadataStore", "ContentStore"]),
        tests(
            "InstanceTests",
            ["Instance", "SMBProtocol", "FileSystemCore", "FileSystemModel", "MetadataStore", "ContentStore", "AccessControl"]),
        tests("ConfigurationTests", ["Configuration", "FileSystemModel"]),
    ]
)

// The fuzz targets are built only where they are asked for (Scripts/fuzz): libFuzzer brings a main of its own.
if Context.environment["DITTOFS_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "AccessArbitration", "AccessControl", "Authentication", "ContentStore", "FileSystemCore", "FileSystemModel",
                "MetadataStore", "RemoteProcedures", "SMBMessages", "SMBProtocol", "WindowsTypes", "WireCoding",
            ],
            path: "Tests/Fuzz",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
