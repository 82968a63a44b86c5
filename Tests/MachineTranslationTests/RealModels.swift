import Foundation
import TestSupport

@testable import MachineTranslation

/// The pulled models.
enum RealModels {
  /// A pulled model. A missing one fails the test with the command that fetches it.
  static func model(_ name: String) throws -> TranslationModel {
    try TranslationModel(contentsOf: Places.model(name))
  }
}
