internal import Foundation

extension HypothesisReading {
  private struct Spoken {
    var middle: Double
    var channel: Int?
    var text: String
  }

  /// `RECORDING CHANNEL START DURATION WORD [CONFIDENCE]`: words go to the utterance whose part of the recording their middle
  /// lies in, and whose channel they are of where output or references tell several. Words of an utterance's own name are all
  /// its own. Of alternatives the first is taken. A recording that has no word is one of which nothing was recognised.
  ///
  /// - Reference: NIST SCTK, `doc/infmts.htm`, "ctm".
  mutating func readCTM(_ lines: [TextLines.Line]) throws(HypothesisError) {
    let words = try readWords(lines)
    let recordings = Dictionary(grouping: set.utterances.compactMap(\.audio), by: Files.stem)
      .mapValues { Set($0).count }
    let channels = Dictionary(grouping: set.utterances.filter { $0.channel != nil }, by: Self.recording)
      .mapValues { Set($0.map(\.channel)) }
    var taken: [String: Set<Int>] = [:], silent: [String] = []
    for utterance in set.utterances {
      let recording = Self.recording(of: utterance)
      // Recordings of one name in several folders cannot be told apart.
      guard recordings[recording, default: 1] == 1 else { continue }
      guard let name = [recording, utterance.id].first(where: { words[$0] != nil }) else {
        if silent.last != recording { silent.append(recording) }
        result.texts[utterance.id] = ""
        continue
      }
      let spoken = words[name]!
      let isOfSeveral = max(channels[recording, default: []].count, Set(spoken.map(\.channel)).count) > 1
      let part = utterance.excerpt.map { $0.start..<$0.start + ($0.duration ?? .infinity) }
      let own = spoken.indices.filter { index in
        let word = spoken[index]
        guard name == recording else { return true }
        // Output that names no channel is of all.
        return (part?.contains(word.middle) ?? true)
          && (!isOfSeveral || utterance.channel == nil || word.channel == nil || word.channel == utterance.channel)
      }
      taken[name, default: []].formUnion(own)
      let inOrder = own.map { spoken[$0] }.sorted { $0.middle < $1.middle }
      result.texts[utterance.id] = joined(inOrder.map(\.text), of: utterance.id)
    }
    if taken.isEmpty, let example = words.keys.min() {
      throw .foreign(path: path, example: example, expected: set.utterances[0].id)
    }
    for recording in silent { fault(nil, "no word of \(recording), which counts as deleted") }
    for (name, words) in words.sorted(by: { $0.key < $1.key }) {
      guard let taken = taken[name] else {
        fault(nil, "no recording of \(set.name) is called \(name)")
        continue
      }
      let rest = words.count - taken.count
      if rest > 0 {
        fault(nil, "\(rest) \(rest == 1 ? "word of \(name) is" : "words of \(name) are") in no part that is scored")
      }
    }
  }

  /// What an output calls the recording of an utterance.
  private static func recording(of utterance: Utterance) -> String {
    utterance.audio.map(Files.stem) ?? utterance.id
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
