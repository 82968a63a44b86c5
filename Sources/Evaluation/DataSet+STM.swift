internal import Foundation

extension DataSetReading {
  /// NIST segment time marks: `RECORDING CHANNEL SPEAKER START END [<LABELS>] TEXT`, comments after `;;`.
  ///
  /// Segments marked `ignore_time_segment_in_scoring` are left out, as scoring demands. Of alternatives `{ a / b }` the
  /// first is the reference; `@` stands for nothing.
  ///
  /// - Reference: NIST SCTK, `doc/infmts.htm`, "stm".
  mutating func readSTM() throws(DataSetError) {
    let files = try filesSTM()
    for file in files {
      let folder = Files.folder(of: file)
      let places = ["", "../wav", "../sph", "../flac", "../audio", "wav", "sph", "flac", "audio"].map {
        Files.path($0, in: folder)
      }
      for line in try lines(of: file) where !line.text!.hasPrefix(";;") { readSTMLine(line, file, places: places) }
    }
  }

  private func filesSTM() throws(DataSetError) -> [String] {
    guard Files.isFolder(path) else { return [path] }
    let own = Files.names(in: path).filter { $0.hasSuffix(".stm") }.map { Files.path($0, in: path) }
    let inner = Files.path("stm", in: path)
    let below = Files.names(in: inner).filter { $0.hasSuffix(".stm") }.map { Files.path($0, in: inner) }
    guard !(own + below).isEmpty else { throw unusable("there is no *.stm in it.") }
    return own + below
  }

  private mutating func readSTMLine(_ line: TextLines.Line, _ file: String, places: [String]) {
    var fields = line.text!.split(whereSeparator: \.isWhitespace).map(String.init)
    guard fields.count >= 5, let start = Double(fields[3]), let end = Double(fields[4]), start >= 0, end > start,
      Utterance.Excerpt.times.contains(end)
    else {
      return fault(
        file, line.number, "a recording, channel, speaker, start and later end are expected: \(line.text!.prefix(80))")
    }
    let (recording, channel, speaker) = (fields[0], fields[1], fields[2])
    fields.removeFirst(5)
    if let first = fields.first, first.hasPrefix("<"), first.hasSuffix(">"),
      first.contains(",") || fields.count > 1 || first == "<NA>",
      first != "<unk>"
    {
      fields.removeFirst()
    }
    let text = Self.firstAlternatives(fields).joined(separator: " ")
    if text.lowercased().contains("ignore_time_segment_in_scoring") { return }
    let isFile = Files.isAudio(recording)
    let base = isFile ? String(recording.dropLast((recording as NSString).pathExtension.count + 1)) : recording
    let audio = Files.recording(
      base, in: places, usual: isFile ? (recording as NSString).pathExtension : "wav")
    add(
      Utterance(
        id: "\(Files.stem(base))-\(channel)-\(Self.hundredths(start))-\(Self.hundredths(end))", audio: audio,
        excerpt: Utterance.Excerpt(start: start, duration: end - start), channel: Self.channel(channel), text: text,
        language: wishes.language, speaker: speaker))
  }

  /// `A`, `1` and `left` are the first channel; what names none means all.
  static func channel(_ name: String) -> Int? {
    switch name.lowercased() {
    case "a", "left": 0
    case "b", "right": 1
    default: Int(name).flatMap { $0 > 0 ? $0 - 1 : nil }
    }
  }

  private static func hundredths(_ seconds: Double) -> String {
    let digits = String(Int((min(seconds, 1e9) * 100).rounded()))
    return String(repeating: "0", count: max(0, 7 - digits.count)) + digits
  }

  /// `so { um / @ } yes` -> `so um yes`.
  private static func firstAlternatives(_ words: [String]) -> [String] {
    var result: [String] = []
    var depth = 0, isFirst = true
    for word in words {
      switch word {
      case "{": (depth, isFirst) = (depth + 1, true)
      case "}": (depth, isFirst) = (max(0, depth - 1), true)
      case "/" where depth > 0: isFirst = false
      case "@": break
      default: if depth == 0 || isFirst { result.append(word) }
      }
    }
    return result
  }
}
