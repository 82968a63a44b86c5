internal import ArgumentParser
internal import Foundation
internal import MachineTranslation

/// How text is translated: what every command that translates asks, but for the beam, whose name depends on what else has one.
struct TranslationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A name that must stand in the translation as it is written here; may be given several times.", valueName: "term")
  )
  var keep: [String] = []

  @Option(
    help: ArgumentHelp(
      "Terms and their translations, SOURCE<TAB>TARGET a line, found as whole words in any case.", valueName: "file"))
  var glossary: String?

  @Flag(help: "Translate text without capitals and full stops as it stands, instead of repairing it first.")
  var noRepair = false

  func validate() throws {
    guard !keep.contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
      throw ValidationError("--keep takes a name, such as --keep \"New York\".")
    }
  }

  /// An option that was given; nil when none was.
  var given: String? {
    if !keep.isEmpty { return "--keep" }
    return glossary != nil ? "--glossary" : noRepair ? "--no-repair" : nil
  }

  /// The wishes as options; languages and beam are the command's.
  ///
  /// - Throws: `TranslationError` when the glossary cannot be used.
  func options() throws(TranslationError) -> TranslationOptions {
    var options = TranslationOptions()
    options.protectedNames = keep.map { $0.trimmingCharacters(in: .whitespaces) }
    if let glossary { options.glossary = try Glossary(contentsOf: URL(filePath: glossary)) }
    options.repairsText = !noRepair
    return options
  }

  /// What is not as usual, by the option's name, for the record of a benchmark.
  var settings: [String: String] {
    var settings: [String: String] = [:]
    if !keep.isEmpty { settings["keep"] = keep.joined(separator: ", ") }
    if let glossary { settings["glossary"] = glossary }
    if noRepair { settings["no repair"] = "" }
    return settings
  }
}
