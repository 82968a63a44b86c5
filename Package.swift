// swift-tools-version: 6.2
import PackageDescription

/// Imports are private to a file unless it says otherwise, and a member is only seen where its module is imported.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

func room(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

// The floors of docs/architecture.md, lowest first. An arrow only ever points downwards.
let package = Package(
  name: "dragoman",
  products: [
    .executable(name: "dragoman", targets: ["dragoman"]),
    .library(name: "Dragoman", targets: ["Dragoman"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // Floor 0: system libraries and C.
    .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
    .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CSentencePieceLibrary", pkgConfig: "sentencepiece", providers: [.apt(["libsentencepiece-dev"])]),
    .target(name: "CSentencePiece", dependencies: ["CSentencePieceLibrary"]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),

    // Floor 1: numbers, files, text.
    room("Tensors", ["CKernels", "COpenBLAS"]),
    room("ModelFormats", ["CZlib"]),
    room("Transcripts", []),

    // Floor 2: sound.
    room("AudioIO", ["CALSA", "CSndFile", "CSoxr"]),
    room("AcousticFeatures", ["CFFTW"]),

    // Floor 3: the two models. They never import each other.
    room(
      "SpeechRecognition",
      ["Tensors", "ModelFormats", "AcousticFeatures", "Transcripts", "CZlib"]),
    room("MachineTranslation", ["CKernels", "Tensors", "ModelFormats", "CSentencePiece"]),

    // Floor 4: the library's face and its model store.
    room(
      "Dragoman",
      ["AudioIO", "SpeechRecognition", "MachineTranslation", "Transcripts", "Tensors"]),
    room(
      "ModelStore",
      ["ModelFormats", .product(name: "Crypto", package: "swift-crypto")],
      resources: [.embedInCode("Resources/catalogue.json")]),

    room("Evaluation", ["Transcripts"], resources: [.embedInCode("Resources/english-spelling.json")]),

    // Floor 5: the only room that prints, reads the environment or exits.
    room(
      "CLI",
      [
        "Dragoman", "ModelStore", "SpeechRecognition", "MachineTranslation", "Transcripts", "AudioIO", "Tensors",
        "Evaluation", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "dragoman", dependencies: ["CLI"], swiftSettings: strict),

    // Times the stages of the engine for Benchmarks/run; no part of the product.
    .executableTarget(
      name: "Stages", dependencies: ["Tensors", "SpeechRecognition", "MachineTranslation"], path: "Benchmarks/Stages",
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    tests("Tensors", ["Tensors", "CKernels"]),
    tests("ModelFormats", ["ModelFormats"]),
    tests("Transcripts", ["Transcripts"]),
    tests("AudioIO", ["AudioIO", "CAllocations", "CSndFile"]),
    tests("AcousticFeatures", ["AcousticFeatures", "AudioIO", "ModelFormats"]),
    tests(
      "SpeechRecognition",
      ["SpeechRecognition", "AcousticFeatures", "CAllocations", "AudioIO", "ModelFormats", "Tensors", "Transcripts"]),
    tests("MachineTranslation", ["MachineTranslation", "CAllocations", "ModelFormats", "Tensors"]),
    tests("Dragoman", ["Dragoman", "SpeechRecognition", "MachineTranslation", "Transcripts", "AudioIO", "Tensors"]),
    tests("ModelStore", ["ModelStore", .product(name: "Crypto", package: "swift-crypto")]),
    tests("Evaluation", ["Evaluation"]),
    tests(
      "CLI",
      ["CLI", "AudioIO", "Dragoman", "Evaluation", "ModelStore", "SpeechRecognition", "Tensors", "Transcripts"]),
  ],
  swiftLanguageModes: [.v6]
)
