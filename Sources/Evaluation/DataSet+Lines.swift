internal import Foundation
internal import Transcripts

/// Two line-aligned texts and their languages.
struct LinePair: Equatable {
  var source: String
  var target: String
  var from: String?
  var to: String?

  /// Finds the two texts that a path means: `SOURCE:TARGET`, one text of a pair, or their common beginning.
  ///
  /// The texts of a pair differ in a language alone: `news.en.txt` and `news.pt.txt`, or `news.en` and `news.pt`.
  ///
  /// - Parameters:
  ///   - from: language of the source; else that of the named file, or the first that the common beginning names (`en-pt`).
  ///   - to: language of the translation; else the only other one.
  static func find(_ path: String, from: String? = nil, to: String? = nil) -> LinePair? {
    let halves = path.split(separator: ":").map(String.init)
    if halves.count == 2, halves.allSatisfy(Files.exists) {
      return LinePair(
        source: halves[0], target: halves[1], from: from ?? split(halves[0])?.language,
        to: to ?? split(halves[1])?.language)
    }
    let named = Files.isFolder(path) ? nil : split(path)
    let beginning = named?.beginning ?? (path as NSString).lastPathComponent
    let folder = Files.folder(of: path)
    let family = Files.names(in: folder).compactMap { name in split(name).map { (name, $0) } }
      .filter { $0.1.beginning == beginning && (named == nil || $0.1.ending == named!.ending) }
    guard family.count >= 2, !beginning.isEmpty else { return nil }
    let languages = family.map(\.1.language)
    let announced = beginning.split { "-_.".contains($0) }.compactMap { DataSetReading.language(String($0)) }
      .filter(languages.contains)
    guard let source = from ?? named?.language ?? announced.first ?? (to != nil ? languages.first { $0 != to } : nil),
      languages.contains(source)
    else { return nil }
    let others = languages.filter { $0 != source }
    guard let target = to ?? announced.first(where: { $0 != source }) ?? (others.count == 1 ? others[0] : nil),
      others.contains(target)
    else { return nil }
    func file(_ language: String) -> String {
      Files.path(family.first { $0.1.language == language }!.0, in: folder)
    }
    return LinePair(source: file(source), target: file(target), from: source, to: target)
  }

  /// The languages of the texts whose common beginning a path is.
  static func languages(of path: String) -> [String] {
    let beginning = (path as NSString).lastPathComponent
    return Files.names(in: Files.folder(of: path)).compactMap(split).filter { $0.beginning == beginning }.map(
      \.language)
  }

  /// `news.en.txt` -> `news`, `en`, `.txt`.
  private static func split(_ path: String) -> (beginning: String, language: String, ending: String)? {
    var parts = (path as NSString).lastPathComponent.split(separator: ".", omittingEmptySubsequences: false)
      .map(String.init)
    var ending = ""
    if parts.count > 2, ["txt", "text"].contains(parts.last!.lowercased()) { ending = "." + parts.removeLast() }
    guard parts.count >= 2, let last = parts.last, (2...7).contains(last.count),
      let language = DataSetReading.language(last), language.count <= 3,
      // Without an ending of texts `wav` and `srt` would be languages.
      !ending.isEmpty || (try? LanguageCode(language)) != nil
    else { return nil }
    return (parts.dropLast().joined(separator: "."), language, ending)
  }
}

extension DataSetReading {
  /// Two texts, line for line: the first is translated, the second is the reference.
  mutating func readPair() throws(DataSetError) {
    guard let pair = LinePair.find(path, from: wishes.language, to: wishes.target) else {
      throw unusable("no second text was found; name both as SOURCE:TARGET, or the languages with --from and --to.")
    }
    guard let target = wishes.target ?? pair.to else {
      throw unusable("the language of \(pair.target) is not in its name; give it with --to.")
    }
    let sources = try TextLines.read(pair.source), targets = try TextLines.read(pair.target)
    guard sources.count == targets.count else {
      throw unusable(
        "\(pair.source) has \(sources.count) lines and \(pair.target) \(targets.count); they have to agree line for line."
      )
    }
    lineCount = sources.count
    for (source, translation) in zip(sources, targets) {
      guard let text = source.text, let reference = translation.text else {
        fault(source.text == nil ? pair.source : pair.target, source.number, "not UTF-8")
        continue
      }
      if text.isEmpty && reference.isEmpty { continue }
      guard !text.isEmpty, !reference.isEmpty else {
        fault(text.isEmpty ? pair.source : pair.target, source.number, "empty, and the other text is not")
        continue
      }
      add(
        Utterance(
          id: "\(source.number)", text: text, language: pair.from ?? wishes.language, translations: [target: reference])
      )
    }
  }

  /// References, one a line; their numbers are their ids, but in a `.trn` and in Kaldi's `text`, where ids are written.
  mutating func readLines() throws(DataSetError) {
    let file = URL(fileURLWithPath: path)
    if file.pathExtension.lowercased() == "trn" { return try readNamedLines(LineID.last) }
    if file.lastPathComponent == "text" { return try readNamedLines(LineID.first) }
    let lines = try TextLines.read(path)
    lineCount = lines.count
    for line in lines {
      guard let text = line.text else {
        fault(path, line.number, "not UTF-8")
        continue
      }
      add(Utterance(id: "\(line.number)", text: text))
    }
  }
}

extension DataSetReading {
  private mutating func readNamedLines(_ parse: (String) -> (id: String, text: String)?) throws(DataSetError) {
    for line in try lines(of: path) {
      guard let found = parse(line.text!) else {
        fault(path, line.number, "no id in it")
        continue
      }
      add(Utterance(id: found.id, text: found.text))
    }
  }
}

extension DataSet {
  /// A plain text as one whose lines begin with ids, where another text begins its lines with the same.
  ///
  /// - Parameter others: what may be the ids of the other text's lines, by the places where they may stand.
  public func named(like others: [Set<String>]) -> DataSet? {
    guard format == .lines, utterances.count > 1 else { return nil }
    let lines = utterances.compactMap { LineID.first($0.text) }
    let ids = Set(lines.map(\.id))
    // Ids are unlike words, and no two are equal.
    guard lines.count == utterances.count, ids.count == lines.count,
      ids.count(where: { $0.contains { $0.isNumber || "-_".contains($0) } }) * 2 > ids.count,
      others.contains(where: { ids.intersection($0).count * 2 > max(ids.count, $0.count) }),
      lines.contains(where: { !$0.text.isEmpty })
    else { return nil }
    var named = self
    named.lineCount = nil
    for (index, line) in lines.enumerated() {
      (named.utterances[index].id, named.utterances[index].text) = line
    }
    return named
  }
}
