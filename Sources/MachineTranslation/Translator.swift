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
    try options.validate()
    let long = LongSentences(vocabulary: model.sourceVocabulary, maximumPieces: options.maximumSentencePieces)
    var structures: [TextStructure] = []
    var pieces: [[Int32]] = []
    for text in texts {
      let structure = options.splitsSentences ? splitter.split(text) : SentenceSplitter.whole(text)
      var parts: [LongSentences.Part] = []
      for sentence in structure.sentences { try long.append(sentence, of: structure.bytes, to: &parts) }
      // What has no pieces (invisible characters) has no translation and stays.
      parts.removeAll { $0.pieces.isEmpty }
      structures.append(TextStructure(bytes: structure.bytes, sentences: parts.map(\.range)))
      pieces += parts.map { $0.pieces + [model.sourceVocabulary.end] }
    }
    let hypotheses = translate(pieces)
    var next = 0
    return structures.map { structure in
      let sentences = hypotheses[next..<next + structure.sentences.count]
      next += structure.sentences.count
      return structure.replacing(with: sentences.map { model.targetVocabulary.decode($0.first?.pieces ?? []) })
    }
  }

  /// Translates sentences, best hypothesis first.
  ///
  /// - Parameter sentences: piece ids, each with the end of sentence.
  func translate(_ sentences: [[Int32]]) -> [[Hypothesis]] {
    let order = sentences.indices.sorted { (sentences[$0].count, $0) > (sentences[$1].count, $1) }
    var batches: [Range<Int>] = []
    var first = 0
    while first < order.count {
      var last = first
      var tokens = 0
      while last < order.count, last == first || tokens + sentences[order[last]].count <= options.miniBatchTokens {
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
        let found = searches[thread].translate(members.map { sentences[$0] })
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
