internal import Foundation
internal import Synchronization
public import Tensors

/// A translation session: it owns the memory that translating needs, and is used from one thread at a time.
///
/// Texts are split into sentences, the sentences of all texts are sorted by length and translated in batches, and every translation
/// is put where its sentence stood. A sentence's translation does not depend on what else is translated with it, nor on the number of
/// threads.
public final class Translator {
  private let model: TranslationModel
  private let options: TranslationOptions
  private let pool: ThreadPool?
  private let splitter: SentenceSplitter
  private let preparation: TextPreparation
  /// One for each thread, made when it is first needed; those of the wider beam under `true`.
  private var searches: [Bool: [BeamSearch]] = [:]

  /// Makes a session.
  ///
  /// - Parameters:
  ///   - model: the model, which other sessions may share.
  ///   - options: how to translate.
  ///   - pool: threads for batches; without, the calling thread does all.
  public init(model: TranslationModel, options: TranslationOptions = .init(), pool: ThreadPool? = nil) {
    self.model = model
    self.options = options
    self.pool = pool
    splitter = SentenceSplitter(language: options.sourceLanguage)
    preparation = TextPreparation(options: options, vocabulary: model.sourceVocabulary)
  }

  /// Translates texts of any length.
  ///
  /// A blank text, and the blanks and line breaks between sentences, come back as they are.
  ///
  /// - Returns: one translation for each text.
  /// - Throws: `TranslationError.invalidOption` or `.tokenization`.
  public func translate(_ texts: [String]) throws(TranslationError) -> [String] {
    try translate(texts, carried: nil).map(\.text)
  }

  /// Translates texts of any length and tells how: several translations of each, with scores, probabilities and alignment.
  ///
  /// The best one's text is what `translate` answers. The `n`-th translation of a text is made of the `n`-th of each sentence, or the
  /// last of a sentence that has fewer.
  ///
  /// - Returns: for each text at least one and at most `TranslationOptions.hypotheses` translations, best first.
  /// - Throws: `TranslationError.invalidOption` or `.tokenization`.
  public func translateDetailed(_ texts: [String]) throws(TranslationError) -> [[Translation]] {
    try translateDetailed(texts, carried: nil).map(\.translations)
  }

  /// The same as `translate(_:)`, for a translator that follows another.
  ///
  /// - Parameters:
  ///   - carried: for each text the terms that must be kept since a translator before has put them in.
  ///   - shown: what a single text should go on from.
  /// - Returns: each translation, and the terms of the glossary and of `carried` that are in it.
  func translate(
    _ texts: [String], carried: [[String]]?, keeping shown: ShownTranslation? = nil
  ) throws(TranslationError) -> [(text: String, terms: [String])] {
    let sources = try carryingSigns(sources(of: texts, carried: carried))
    let work = work(of: sources)
    let plain = work.indices.filter { work[$0].part.standIns == nil }
    // Of several sentences nothing tells which of the words belong to which.
    let prefix = work.count == 1 && plain.count == 1 ? try shown.flatMap(prefix(of:)) : nil
    let hypotheses = translate(plain.map { pieces(of: work[$0]) }, prefix: prefix)
    var sentences = [String](repeating: "", count: work.count)
    for (index, found) in zip(plain, hypotheses) {
      sentences[index] = model.targetVocabulary.decode(found.first?.pieces ?? [])
    }
    let failing = work.indices.filter {
      let part = work[$0].part
      return part.standIns != nil
        || !part.required.isEmpty && !RequirementCheck(part.required, in: Array(sentences[$0].utf8)).isMet
    }
    if !failing.isEmpty {
      let work = failing.map { work[$0] }
      let best = zip(work, detailed(work)).map {
        $0.source.rendered($1[0], of: $0.part, vocabulary: model.targetVocabulary)
      }
      for (index, sentence) in zip(failing, enforced(work, best: best)) {
        sentences[index] = String(decoding: sentence.text, as: UTF8.self)
      }
    }
    var next = 0
    return sources.map { source in
      defer { next += source.parts.count }
      return (source.structure.replacing(with: sentences[next..<next + source.parts.count]), source.terms)
    }
  }

  /// The same as `translateDetailed(_:)`, for a translator that follows another.
  func translateDetailed(
    _ texts: [String], carried: [[String]]?
  ) throws(TranslationError) -> [(translations: [Translation], terms: [String])] {
    let sources = try carryingSigns(sources(of: texts, carried: carried))
    let work = work(of: sources)
    var rendered = zip(work, detailed(work)).map { item, hypotheses in
      let best = hypotheses.prefix(options.hypotheses).map {
        item.source.rendered($0, of: item.part, vocabulary: model.targetVocabulary)
      }
      return best.prefix(1) + best.dropFirst().filter { !$0.lacksSigns }
    }
    let constrained = work.indices.filter { !work[$0].part.required.isEmpty }
    let best = enforced(constrained.map { work[$0] }, best: constrained.map { rendered[$0][0] })
    for (index, best) in zip(constrained, best) {
      let others = rendered[index].dropFirst().map { RequirementRepair.apply(work[index].part.required, to: $0) }
      rendered[index] = [best] + others.filter { $0.text != best.text }
    }
    var next = 0
    return sources.map { source in
      let sentences = rendered[next..<next + source.parts.count]
      next += source.parts.count
      let translations = (0..<max(1, sentences.map(\.count).max() ?? 0)).map { rank in
        source.translation(sentences.map { $0[min(rank, $0.count - 1)] })
      }
      return (translations, source.terms)
    }
  }

  /// Sentences with all that they require: themselves where they have it; else the first of a wider search's hypotheses that has it
  /// and is not much less probable; else the best with what it lacks put where the attention says.
  private func enforced(_ work: [Work], best: [RenderedSentence]) -> [RenderedSentence] {
    var sentences = best
    let failing = work.indices.filter {
      !RequirementCheck(work[$0].part.required, in: best[$0].text, sentence: best[$0]).isMet
    }
    if failing.isEmpty { return sentences }
    let found = translate(failing.map { pieces(of: work[$0]) }, detailed: true, wide: true)
    for (index, hypotheses) in zip(failing, found) {
      let required = work[index].part.required
      let alternative = hypotheses.lazy.filter { [best = best[index]] in $0.score > best.score - Self.mostLoss }
        .map { [model] in work[index].source.rendered($0, of: work[index].part, vocabulary: model.targetVocabulary) }
        .first { !$0.lacksSigns && RequirementCheck(required, in: $0.text, sentence: $0).isMet }
      sentences[index] = alternative ?? RequirementRepair.apply(required, to: best[index])
    }
    return sentences
  }

  /// Sources whose parts have stand-ins for the signs that the model does not know: the first whose translation has as many. Parts
  /// of which no stand-ins come through stay as they are.
  private func carryingSigns(_ sources: [SourceText]) throws(TranslationError) -> [SourceText] {
    var sources = sources
    var open: [(source: Int, part: Int, standIns: ArraySlice<StandIns>)] = []
    for (index, source) in sources.enumerated() {
      for (place, part) in source.parts.enumerated() where !part.signs.isEmpty {
        open.append((index, place, StandIns.all(for: source.structure.bytes[part.range])[...]))
      }
    }
    while true {
      open.removeAll { $0.standIns.isEmpty }
      if open.isEmpty { return sources }
      var work: [Work] = []
      for item in open {
        let source = sources[item.source]
        let part = try item.standIns[item.standIns.startIndex].replacing(
          signsOf: source.parts[item.part], of: source.structure.bytes, vocabulary: model.sourceVocabulary)
        work.append((source, part))
      }
      for (index, found) in detailed(work).enumerated() {
        var (source, part) = work[index]
        if source.rendered(found[0], of: part, vocabulary: model.targetVocabulary).lacksSigns {
          open[index].standIns.removeFirst()
        } else {
          part.found = found
          sources[open[index].source].parts[open[index].part] = part
          open[index].standIns = []
        }
      }
    }
  }

  /// How much less the mean log-probability of a token may be for a sentence that has what is required.
  private static let mostLoss: Float = 0.35

  private func sources(of texts: [String], carried: [[String]]?) throws(TranslationError) -> [SourceText] {
    try options.validate()
    let long = LongSentences(vocabulary: model.sourceVocabulary, maximumPieces: options.maximumSentencePieces)
    let prefix = try options.targetToken.map { token throws(TranslationError) in
      guard let word = model.sourceVocabulary.word(token) else {
        throw .invalidOption(
          name: "targetToken", value: token, allowed: "a word of the source vocabulary of \(model.name)")
      }
      return [word]
    }
    var sources: [SourceText] = []
    for (index, text) in texts.enumerated() {
      let prepared = preparation.prepare(text, carried: carried?[index] ?? [])
      let structure = options.splitsSentences ? splitter.split(prepared.text) : SentenceSplitter.whole(prepared.text)
      var parts: [LongSentences.Part] = []
      for sentence in structure.sentences {
        try long.append(sentence, of: structure.bytes, to: &parts)
        if prepared.lacksEnds { try end(sentence, of: structure.bytes, parts: &parts) }
      }
      // What has no words that the model knows (invisible characters, stars, another script) has no translation and stays.
      parts.removeAll { !$0.hasWords(in: structure.bytes, vocabulary: model.sourceVocabulary) }
      // Both ascend. What is cut in two by the end of a part is required of neither.
      var required = prepared.required[...]
      for index in parts.indices where !required.isEmpty {
        let range = parts[index].range
        let inside = required.prefix { $0.source.lowerBound < range.upperBound }
        parts[index].required = inside.filter {
          range.lowerBound <= $0.source.lowerBound && $0.source.upperBound <= range.upperBound
        }
        required = required.dropFirst(inside.count)
      }
      if options.carriesUnknownSigns {
        for index in parts.indices { parts[index].findSigns(in: structure.bytes, vocabulary: model.sourceVocabulary) }
      }
      sources.append(
        SourceText(bytes: structure.bytes, parts: parts, prefix: prefix ?? [], terms: prepared.terms))
    }
    return sources
  }

  /// Gives the last part of a sentence the mark that ends it. The mark has no place in the text: its token is an empty range there.
  private func end(
    _ sentence: Range<Int>, of bytes: [UInt8], parts: inout [LongSentences.Part]
  ) throws(TranslationError) {
    guard let last = parts.last, last.range.upperBound == sentence.upperBound,
      let mark = preparation.repair?.mark(for: bytes[sentence])
    else { return }
    var (ids, ends): ([Int32], [UInt32]) = ([], [])
    let marked = Array(bytes[last.range]) + [mark]
    try model.sourceVocabulary.encode(marked.span, ids: &ids, ends: &ends)
    if ids.contains(model.sourceVocabulary.unknown) {
      parts[parts.count - 1].mark = mark
      return
    }
    parts[parts.count - 1].pieces = ids
    parts[parts.count - 1].ends = ends.map { min($0, UInt32(last.range.count)) }
  }

  /// What is shown, in the target's words; cut off where it has one that the vocabulary does not.
  private func prefix(of shown: ShownTranslation) throws(TranslationError) -> TargetPrefix {
    var (ids, ends): ([Int32], [UInt32]) = ([], [])
    try model.targetVocabulary.encode(Array(shown.text.utf8).span, ids: &ids, ends: &ends)
    return TargetPrefix(
      words: Array(ids.prefix { $0 != model.targetVocabulary.unknown }), tolerance: shown.tolerance)
  }

  /// A part to be translated, and the text that it is of.
  private typealias Work = (source: SourceText, part: LongSentences.Part)

  private func work(of sources: [SourceText]) -> [Work] {
    sources.flatMap { source in source.parts.map { (source, $0) } }
  }

  private func pieces(of work: Work) -> [Int32] {
    work.source.prefix + work.part.pieces + [model.sourceVocabulary.end]
  }

  /// Detailed hypotheses of parts, which are looked for unless a part has them already.
  private func detailed(_ work: [Work]) -> [[Hypothesis]] {
    var hypotheses = work.map(\.part.found)
    let open = work.indices.filter { hypotheses[$0].isEmpty }
    for (index, found) in zip(open, translate(open.map { pieces(of: work[$0]) }, detailed: true)) {
      hypotheses[index] = found
    }
    return hypotheses
  }

  /// Translates sentences, best hypothesis first.
  ///
  /// - Parameters:
  ///   - sentences: piece ids, each with the end of sentence.
  ///   - detailed: whether hypotheses get their details.
  ///   - wide: whether to search with the beam that finds alternatives.
  ///   - prefix: what a single sentence should begin with.
  func translate(
    _ sentences: [[Int32]], detailed: Bool = false, wide: Bool = false, prefix: TargetPrefix? = nil
  ) -> [[Hypothesis]] {
    precondition(prefix == nil || sentences.count == 1, "a prefix is that of one sentence")
    let options = wide ? self.options.widened() : self.options
    let order = sentences.indices.sorted { (sentences[$0].count, $0) > (sentences[$1].count, $1) }
    let mostTokens = model.batchTokens(options)
    var batches: [Range<Int>] = []
    var first = 0
    while first < order.count {
      var last = first
      var tokens = 0
      while last < order.count, last == first || tokens + sentences[order[last]].count <= mostTokens {
        tokens += sentences[order[last]].count
        last += 1
      }
      batches.append(first..<last)
      first = last
    }
    let threads = min(pool?.threads ?? 1, batches.count)
    while searches[wide, default: []].count < threads {
      searches[wide, default: []].append(BeamSearch(model: model, options: options))
    }

    let results = Results(count: sentences.count)
    let nextBatch = Atomic(0)
    let searches = self.searches[wide] ?? []
    let work = { (thread: Int) in
      while true {
        let batch = nextBatch.add(1, ordering: .relaxed).oldValue
        guard batch < batches.count else { return }
        let members = batches[batch].map { order[$0] }
        let found = searches[thread].translate(
          members.map { sentences[$0] }, prefix: prefix, detailed: detailed)
        results.lock.withLock { hypotheses in
          for (member, hypothesis) in zip(members, found) { hypotheses[member] = hypothesis }
        }
      }
    }
    if let pool, threads > 1 { pool.run(parts: threads, work) } else if threads == 1 { work(0) }
    return results.lock.withLock { $0 }
  }

  private final class Results: Sendable {
    let lock: Mutex<[[Hypothesis]]>
    init(count: Int) { lock = Mutex(Array(repeating: [], count: count)) }
  }
}
