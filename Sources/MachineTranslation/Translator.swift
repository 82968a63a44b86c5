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
  /// One for each thread, made when it is first needed.
  private var searches: [BeamSearch] = []

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
  }

  /// Translates texts of any length.
  ///
  /// A blank text, and the blanks and line breaks between sentences, come back as they are.
  ///
  /// - Returns: one translation for each text.
  /// - Throws: `TranslationError.invalidOption` or `.tokenization`.
  public func translate(_ texts: [String]) throws(TranslationError) -> [String] {
    let sources = try sources(of: texts)
    let hypotheses = translate(sources.flatMap { pieces(of: $0) })
    var next = 0
    return sources.map { source in
      let sentences = hypotheses[next..<next + source.parts.count]
      next += source.parts.count
      return source.structure.replacing(
        with: sentences.map { model.targetVocabulary.decode($0.first?.pieces ?? []) })
    }
  }

  /// Translates texts of any length and tells how: several translations of each, with scores, probabilities and alignment.
  ///
  /// The best one's text is what `translate` answers. The `n`-th translation of a text is made of the `n`-th of each sentence, or the
  /// last of a sentence that has fewer.
  ///
  /// - Returns: for each text at least one and at most `TranslationOptions.hypotheses` translations, best first.
  /// - Throws: `TranslationError.invalidOption` or `.tokenization`.
  public func translateDetailed(_ texts: [String]) throws(TranslationError) -> [[Translation]] {
    let sources = try sources(of: texts)
    let hypotheses = translate(sources.flatMap { pieces(of: $0) }, detailed: true)
    var next = 0
    return sources.map { source in
      let sentences = hypotheses[next..<next + source.parts.count].map { $0.prefix(options.hypotheses) }
      next += source.parts.count
      return (0..<max(1, sentences.map(\.count).max() ?? 0)).map { rank in
        source.translation(sentences.map { $0[min(rank, $0.count - 1)] }, vocabulary: model.targetVocabulary)
      }
    }
  }

  private func sources(of texts: [String]) throws(TranslationError) -> [SourceText] {
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
    for text in texts {
      let structure = options.splitsSentences ? splitter.split(text) : SentenceSplitter.whole(text)
      var parts: [LongSentences.Part] = []
      for sentence in structure.sentences { try long.append(sentence, of: structure.bytes, to: &parts) }
      // What has no pieces (invisible characters) has no translation and stays.
      parts.removeAll { $0.pieces.isEmpty }
      sources.append(SourceText(bytes: structure.bytes, parts: parts, prefix: prefix ?? []))
    }
    return sources
  }

  private func pieces(of source: SourceText) -> [[Int32]] {
    source.parts.map { source.prefix + $0.pieces + [model.sourceVocabulary.end] }
  }

  /// Translates sentences, best hypothesis first.
  ///
  /// - Parameters:
  ///   - sentences: piece ids, each with the end of sentence.
  ///   - detailed: whether hypotheses get their details.
  func translate(_ sentences: [[Int32]], detailed: Bool = false) -> [[Hypothesis]] {
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
    while searches.count < threads { searches.append(BeamSearch(model: model, options: options)) }

    let results = Results(count: sentences.count)
    let nextBatch = Atomic(0)
    let searches = self.searches
    let work = { (thread: Int) in
      while true {
        let batch = nextBatch.add(1, ordering: .relaxed).oldValue
        guard batch < batches.count else { return }
        let members = batches[batch].map { order[$0] }
        let found = searches[thread].translate(members.map { sentences[$0] }, detailed: detailed)
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
