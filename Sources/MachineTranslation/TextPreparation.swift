/// What is done to a text before it is cut into sentences: it gets back the case that it has lost, and what must stay is found.
struct TextPreparation {
  /// Nil when texts are translated as they stand.
  let repair: SourceRepair?
  private let options: TranslationOptions
  /// What is looked for in a text with case to which no terms were carried.
  private let terms: TermIndex

  init(options: TranslationOptions, vocabulary: Vocabulary) {
    self.options = options
    repair =
      options.repairsText ? SourceRepair(vocabulary: vocabulary, language: options.sourceLanguage) : nil
    terms = TermIndex(names: options.protectedNames, glossary: options.glossary, carried: [], textHasCase: true)
  }

  /// A text that is ready to be cut.
  struct Prepared {
    /// As many bytes as the text that came in.
    var text: String
    var required: [RequiredSpan] = []
    /// Whether its sentences lack the marks that end them.
    var lacksEnds = false
    /// The targets of the glossary's terms and of carried ones that were found.
    var terms: [String] = []
  }

  func prepare(_ text: String, carried: [String]) -> Prepared {
    var prepared = Prepared(text: text)
    let looks = options.protectsNumbersAndAddresses || !terms.isEmpty || !carried.isEmpty
    guard looks || repair != nil else { return prepared }
    let scalars = Scalars(Array(text.utf8))
    let lacksCase = SourceRepair.lacksCase(scalars)
    if looks {
      let isPlain = carried.isEmpty && !(lacksCase && !options.protectedNames.isEmpty)
      let source = NumberConvention(language: options.sourceLanguage)
      let finder = RequiredSpanFinder(
        terms: isPlain
          ? terms
          : TermIndex(
            names: options.protectedNames, glossary: options.glossary, carried: carried, textHasCase: !lacksCase),
        protectsNumbersAndAddresses: options.protectsNumbersAndAddresses, source: source,
        target: options.targetLanguage.map { NumberConvention(language: $0) } ?? source)
      prepared.required = finder.spans(in: scalars)
      prepared.terms = prepared.required.compactMap { if case .term = $0.kind { $0.text } else { nil } }
    }
    guard let repair, lacksCase else { return prepared }
    let fixed = prepared.required.compactMap { span -> (range: Range<Int>, spelling: String)? in
      switch span.kind {
      case .verbatim, .placeholder: (span.source, span.text)
      case .number, .term: nil
      }
    }
    prepared.text = String(decoding: repair.withCase(scalars, fixed: fixed), as: UTF8.self)
    prepared.lacksEnds = SourceRepair.lacksSentenceEnds(scalars)
    return prepared
  }
}
