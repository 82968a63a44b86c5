internal import Foundation
internal import SpeechRecognition

/// Where things are kept that can be made again.
enum CacheFolder {
  /// `XDG_CACHE_HOME/dragoman`, else `HOME/.cache/dragoman`; nil when there is neither. A relative or empty variable counts as
  /// unset.
  ///
  /// - Reference: XDG Base Directory Specification 0.8.
  static func url(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL? {
    func absolute(_ name: String) -> URL? {
      environment[name].flatMap { $0.hasPrefix("/") ? URL(filePath: $0, directoryHint: .isDirectory) : nil }
    }
    let cache = absolute("XDG_CACHE_HOME") ?? absolute("HOME")?.appending(path: ".cache", directoryHint: .isDirectory)
    return cache?.appending(path: "dragoman", directoryHint: .isDirectory)
  }
}

extension PreparedModels {
  /// Prepared models in this user's cache; nil without one.
  static func cached(threads: Int = 1) -> PreparedModels? {
    CacheFolder.url().map {
      PreparedModels(folder: $0.appending(path: "prepared", directoryHint: .isDirectory), threads: threads)
    }
  }
}
