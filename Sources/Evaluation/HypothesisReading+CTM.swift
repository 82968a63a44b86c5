internal import Foundation

extension HypothesisReading {
  private struct Spoken {
    var middle: Double
    var channel: Int?
    var text: String
  }

  /// `RECORDING CHANNEL START DURATION WORD [CONFIDENCE]`: words go to the utterance whose part of the recording their middle
  /// lies in, and whose channel they are of where there are several. Of alternatives the first is taken. A recording that has no word is
  /// one of which nothing was recognised.
  ///
  /// - Reference: NIST SCTK, `doc/infmts.htm`, "ctm".
  mutating func readCTM(_ lines: [TextLines.Line]) throws(HypothesisError) {
    let words = try readWords(lines)
    let recordings = Dictionary(grouping: set.utterances.compactMap(\.audio), by: Files.stem)
      .mapValues { Set($0).count }
    var found: Set<String> = [], silent: [String] = []
    for utterance in set.utterances {
      let recording = utterance.audio.map(Files.stem) ?? utterance.id
      // Recordings of one name in several folders cannot be told apart.
      guard recordings[recording, default: 1] == 1 else { continue }
      guard let name = [recording, utterance.id].first(where: { words[$0] != nil }) else {
        if silent.last != recording { silent.append(recording) }
        result.texts[utterance.id] = ""
        continue
      }
      found.insert(name)
      let spoken = words[name]!, isOfSeveral = Set(spoken.map(\.channel)).count > 1
      let part = utterance.excerpt.map { $0.start..<$0.start + ($0.duration ?? .infinity) }
      let own = spoken.filter { word in
        (part?.contains(word.middle) ?? true)
          && (!isOfSeveral || utterance.channel == nil || word.channel == utterance.channel)
      }
      result.texts[utterance.id] = joined(own.sorted { $0.middle < $1.middle }.map(\.text), of: utterance.id)
    }
    if found.isEmpty, let example = words.keys.min() {
      throw .foreign(path: path, example: example, expected: set.utterances[0].id)
    }
    for recording in silent { fault(nil, "no word of \(recording), which counts as deleted") }
    for name in words.keys.sorted() where !found.contains(name) {
      fault(nil, "no recording of \(set.name) is called \(name)")
    }
  }

  private func readWords(_ lines: [TextLines.Line]) throws(HypothesisError) -> [String: [Spoken]] {
    var words: [String: [Spoken]] = [:]
    var isLaterAlternative = false
    for line in lines {
      guard let text = line.text, !text.hasPrefix(";;") else { continue }
      let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
      if fields.isEmpty { continue }
      if fields.count >= 5, ["<ALT_BEGIN>", "<ALT>", "<ALT_END>"].contains(fields[4].uppercased()) {
        isLaterAlternative = fields[4].uppercased() == "<ALT>"
        continue
      }
      guard fields.count >= 5, let start = Double(fields[2]), let length = Double(fields[3]), (start + length).isFinite
      else {
        throw .unknownForm(path: path, reason: "line \(line.number) is not RECORDING CHANNEL START DURATION WORD")
      }
      // `@` stands for nothing.
      if isLaterAlternative || fields[4] == "@" { continue }
      let file = (fields[0] as NSString).lastPathComponent
      words[Files.isAudio(file) ? Files.stem(file) : file, default: []].append(
        Spoken(middle: start + length / 2, channel: DataSetReading.channel(fields[1]), text: fields[4]))
    }
    return words
  }
}
