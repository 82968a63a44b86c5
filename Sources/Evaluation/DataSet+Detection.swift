internal import Foundation

extension DataSet {
  /// The format of what stands under a path, judged by names and first lines.
  ///
  /// - Parameter wishes: the languages tell which texts make a pair.
  /// - Throws: `DataSetError.missing`, `.unreadable` or `.unknownFormat`.
  public static func detect(_ path: String, wishes: Wishes = Wishes()) throws(DataSetError) -> DataSetFormat {
    if path == "-" { return .manifest }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      if LinePair.find(path, from: wishes.language, to: wishes.target) != nil { return .pair }
      let languages = LinePair.languages(of: path)
      if !languages.isEmpty {
        throw .unusable(
          path: path, format: .pair,
          reason: "there are texts in \(languages.joined(separator: ", ")); name two of them with --from and --to.")
      }
      throw .missing(path: path)
    }
    let format = isFolder.boolValue ? detectFolder(path) : try detectFile(path, wishes)
    guard let format else { throw .unknownFormat(path: path) }
    return format
  }

  private static func detectFolder(_ path: String) -> DataSetFormat? {
    let names = Set(Files.names(in: path))
    if names.contains("wav.scp") { return .kaldi }
    if names.contains("text"), names.contains("segments") || names.contains("utt2spk") { return .kaldi }
    if !DataSetReading.manifests(in: path).isEmpty { return .manifest }
    let tables = names.filter { $0.hasSuffix(".tsv") }
    if !tables.isEmpty {
      let isNamed = tables.contains { isCommonVoice(Files.firstLine(of: Files.path($0, in: path))) }
      return names.contains("clips") || isNamed ? .commonVoice : .fleurs
    }
    if names.contains(where: { $0.hasSuffix(".stm") }) || names.contains("stm") { return .stm }
    let files = Files.below(path)
    if files.contains(where: { $0.hasSuffix(".trans.txt") }) { return .libriSpeech }
    if !DataSetReading.metadata(among: files, below: path).isEmpty { return .manifest }
    if files.contains(where: Files.isAudio) { return .folder }
    return nil
  }

  private static func isCommonVoice(_ header: String) -> Bool {
    let columns = header.split(separator: "\t", omittingEmptySubsequences: false)
    return columns.contains("path") && columns.contains("sentence")
  }

  private static func detectFile(_ path: String, _ wishes: Wishes) throws(DataSetError) -> DataSetFormat? {
    let name = URL(fileURLWithPath: path).lastPathComponent
    if name.hasSuffix(".trans.txt") { return .libriSpeech }
    if name == "wav.scp" { return .kaldi }
    if name == "text",
      ["wav.scp", "segments", "utt2spk"].contains(where: { Files.exists(Files.path($0, in: Files.folder(of: path))) })
    {
      return .kaldi
    }
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "jsonl", "json", "ndjson": return .manifest
    case "csv" where CSVTable.isMetadata(path): return .manifest
    case "stm": return .stm
    case "tsv":
      let first = Files.firstLine(of: path)
      if isCommonVoice(first) { return .commonVoice }
      let columns = first.split(separator: "\t", omittingEmptySubsequences: false)
      return columns.count >= 6 && Int(columns[0]) != nil ? .fleurs : nil
    default:
      if Files.firstLine(of: path).hasPrefix("{") { return .manifest }
      return LinePair.find(path, from: wishes.language, to: wishes.target) != nil
        ? .pair : Files.isAudio(path) ? nil : .lines
    }
  }
}

/// What readers ask about files.
enum Files {
  /// Endings of recordings.
  static let audioEndings: Set<String> = [
    "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd", "caf", "w64", "rf64", "sph",
    "m4a",
  ]

  static func isAudio(_ path: String) -> Bool {
    audioEndings.contains(URL(fileURLWithPath: path).pathExtension.lowercased())
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Names in a folder, sorted; none if it cannot be read.
  static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Paths of all files below a folder, relative to it, sorted; hidden ones are left out, and a folder that links reach twice is
  /// searched once.
  static func below(_ folder: String) -> [String] {
    var found: [String] = [], visited: Set<String> = []
    func collect(_ inner: String) {
      let whole = inner.isEmpty ? folder : path(inner, in: folder)
      guard visited.insert(URL(fileURLWithPath: whole).resolvingSymlinksInPath().path).inserted else { return }
      for name in names(in: whole) {
        let file = inner.isEmpty ? name : inner + "/" + name
        if isFolder(path(file, in: folder)) { collect(file) } else { found.append(file) }
      }
    }
    collect("")
    return found.sorted()
  }

  /// The beginning of a file up to its first line's end.
  static func firstLine(of path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else { return "" }
    defer { try? file.close() }
    let start = (try? file.read(upToCount: 1 << 16)) ?? Data()
    return TextLines.split(start).first?.text ?? ""
  }

  /// `name` below `folder`, unless it is a whole path already.
  static func path(_ name: String, in folder: String) -> String {
    name.hasPrefix("/") || folder.isEmpty ? name : URL(fileURLWithPath: folder).appending(path: name).path
  }

  /// The folder of a file, as the file was named.
  static func folder(of path: String) -> String { URL(fileURLWithPath: path).deletingLastPathComponent().path }

  /// A name without its last ending.
  static func stem(_ path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// The recording `base` with the first ending that exists among `folders`; else with `usual`, to be missed when heard.
  static func recording(_ base: String, in folders: [String], usual: String) -> String {
    for folder in folders {
      for ending in [usual, "flac", "wav", "ogg", "opus", "mp3", "sph"] {
        let candidate = path("\(base).\(ending)", in: folder)
        if exists(candidate) { return candidate }
      }
    }
    return path("\(base).\(usual)", in: folders[0])
  }
}
