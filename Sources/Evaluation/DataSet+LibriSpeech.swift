internal import Foundation

extension DataSetReading {
  /// A tree of chapters: `SPEAKER-CHAPTER.trans.txt` with lines `ID TEXT`, `ID.flac` beside it.
  ///
  /// - Reference: Panayotov et al. 2015, https://www.openslr.org/12, README.TXT.
  mutating func readLibriSpeech() throws(DataSetError) {
    let chapters =
      path.hasSuffix(".trans.txt")
      ? [path] : Files.below(path).filter { $0.hasSuffix(".trans.txt") }.map { Files.path($0, in: path) }
    guard !chapters.isEmpty else { throw unusable("there is no *.trans.txt in it or below.") }
    for chapter in chapters {
      let folder = Files.folder(of: chapter)
      for line in try lines(of: chapter) {
        let parts = line.text!.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        guard parts.count == 2 else {
          fault(chapter, line.number, "an id and a text are expected, found only \"\(line.text!)\"")
          continue
        }
        let id = String(parts[0])
        add(
          Utterance(
            id: id, audio: Files.recording(id, in: [folder], usual: "flac"), text: String(parts[1]),
            language: wishes.language ?? "en", speaker: id.split(separator: "-").first.map(String.init)))
      }
    }
  }

  /// Recordings with a text beside each: `a.flac` with `a.txt`, and `a.pt.txt` for a translation.
  mutating func readFolder() throws(DataSetError) {
    let files = Files.below(path)
    let names = files.filter { $0.lowercased().hasSuffix(".txt") }
    /// By their names with the ending in lower case.
    let texts = Dictionary(names.map { ($0.dropLast(4) + ".txt", $0) }, uniquingKeysWith: { first, _ in first })
    /// `a.pt.txt` by `a`, with its `pt`, in the order of their names.
    var translations: [String: [(code: String, name: String)]] = [:]
    for name in names {
      let stem = name.dropLast(4)
      guard let dot = stem.lastIndex(of: "."), !stem[dot...].contains("/") else { continue }
      translations[String(stem[..<dot]), default: []].append((String(stem[stem.index(after: dot)...]), name))
    }
    for file in files where Files.isAudio(file) {
      let id = String(file.dropLast((file as NSString).pathExtension.count + 1))
      guard let name = ["\(id).txt", "\(file).txt"].lazy.compactMap({ texts[$0] }).first else {
        fault(Files.path(file, in: path), nil, "has no \(Files.stem(file)).txt beside it")
        continue
      }
      var utterance = Utterance(id: id, audio: Files.path(file, in: path), text: "")
      guard let text = try wholeText(Files.path(name, in: path)) else { continue }
      utterance.text = text
      for other in translations[id] ?? [] where other.name != name {
        // `a.wav.txt` is no translation into Wav.
        guard !Files.audioEndings.contains(other.code.lowercased()), let language = Self.language(other.code) else {
          continue
        }
        let whole = Files.path(other.name, in: path)
        if utterance.translations[language] == nil {
          utterance.translations[language] = try wholeText(whole)
        } else {
          fault(whole, nil, "a second text in \(language)")
        }
      }
      add(utterance)
    }
  }

  /// A file as one line of text; nil, and a fault, when it is not UTF-8.
  private mutating func wholeText(_ file: String) throws(DataSetError) -> String? {
    let lines = try TextLines.read(file)
    if let bad = lines.first(where: { $0.text == nil }) {
      fault(file, bad.number, "not UTF-8")
      return nil
    }
    return lines.map { $0.text!.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.joined(separator: " ")
  }
}
