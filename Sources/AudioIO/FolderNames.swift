internal import Foundation

/// Names that are not UTF-8, as old systems wrote them: a string shows U+FFFD for what it cannot hold, and no file has that name.
enum FolderNames {
  private static let substitute: Character = "\u{FFFD}"

  /// The names in a folder, as bytes, without `.` and `..`; nil where it cannot be read.
  static func all(in folder: [CChar]) -> [[UInt8]]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  /// The path as the system knows it, ending in 0.
  ///
  /// - Returns: nil where several files are shown by the same name.
  static func systemPath(_ path: String) -> [CChar]? {
    guard path.contains(substitute) else { return Array(path.utf8CString) }
    var found: [CChar] = path.hasPrefix("/") ? [] : [CChar(bitPattern: UInt8(ascii: "."))]
    for component in path.split(separator: "/") {
      let exact = Array(component.utf8)
      var name = exact
      if component.contains(substitute) {
        let names = all(in: (found.isEmpty ? [47] : found) + [0]) ?? []
        let shown = names.filter { String(decoding: $0, as: UTF8.self) == component }
        if shown.count > 1, !shown.contains(exact) { return nil }
        if shown.count == 1 { name = shown[0] }
      }
      found += [47] + name.map { CChar(bitPattern: $0) }
    }
    return found + [0]
  }
}
