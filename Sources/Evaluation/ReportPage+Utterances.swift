internal import Foundation

extension ReportPage {
  /// The worst utterances of all systems, with the words that went wrong and the recording.
  func utterancesSection(
    _ worst: WorstUtterances, audio: BenchReport.Audio
  ) -> HTML? {
    guard !worst.entries.isEmpty else { return nil }
    var owners: [String: String] = [:]
    var (embedded, missing) = (0, 0)
    let cards: [HTML] = worst.entries.enumerated().map { index, entry in
      let utterance = entry.utterance
      let anchor = "u\(index + 1)"
      var player: HTML = ""
      if let path = utterance.audio {
        let recording = "\(utterance.channel ?? -1) \(path)@\(utterance.excerpt?.start ?? -1)"
        if let owner = owners[recording] {
          player = "<p class=\"note\">The recording stands <a href=\"#\(owner)\">above</a>.</p>\n"
        } else if let clip = audio(utterance) {
          owners[recording] = anchor
          embedded += 1
          let data = HTML(trusted: clip.data.base64EncodedString())
          player = """
            <audio controls preload="metadata" aria-label="Recording of \(utterance.id)" \
            src="data:\(clip.mimeType);base64,\(data)"></audio>

            """
        } else {
          missing += 1
          player = "<p class=\"note\">The recording is not in this page: <code dir=\"auto\">\(path)</code></p>\n"
        }
      }
      return card(entry, anchor: anchor, player: player)
    }
    var left = ""
    if missing > 0 {
      left = " \(missing) of \(missing + embedded) recordings were left out: "
      left += "they are too large, of a kind that browsers do not play, or could not be read."
    }
    guard worst.entries.contains(where: { $0.attempts.contains { $0.alignment != nil } }) else {
      return """
        <p class="caption">Those with a translation that has least in common with the reference, by chrF; of each the attempts of \
        all systems.\(left)</p>
        \(cards)
        """
    }
    return """
      <p class="caption">Those in which some system made the most errors, after normalisation, then those with the highest rate; \
      of each the attempts of all systems. Two characters weigh as a word in languages that are written without spaces.\(left)</p>
      <ul class="legend diff"><li>as in the reference</li><li><del>missing</del></li><li><ins>added</ins></li>\
      <li><span class="pair"><del>expected</del><ins>found</ins></span></li></ul>
      \(cards)
      """
  }

  private func card(_ entry: WorstUtterances.Entry, anchor: String, player: HTML) -> HTML {
    let utterance = entry.utterance
    let length = utterance.audioSeconds.map { ", \(Formatted.fixed($0, places: 1)) s" } ?? ""
    let language = utterance.language.map { ", \($0)" } ?? ""
    let said: HTML =
      utterance.reference.isEmpty
      ? "" : "<dt>reference</dt><dd>\(HTML.text(utterance.reference, language: utterance.language))</dd>"
    let target = result.runs.indices.contains(entry.attempts[0].system) ? targetLanguage(entry.attempts[0].system) : nil
    let wanted: HTML? = utterance.translationReference.map {
      "<dt>translation wanted</dt><dd>\(HTML.text($0, language: target))</dd>"
    }
    let attempts = entry.attempts.map(attempt)
    return """
      <article id="\(anchor)">
      <h3><bdi>\(utterance.id)</bdi> <small><bdi>\(utterance.set)</bdi>\(language)\(length)</small></h3>
      \(player)<dl class="texts">\(said)\(wanted)</dl>
      \(attempts)</article>

      """
  }

  private func attempt(_ attempt: WorstUtterances.Attempt) -> HTML {
    let key = PlotKey(system: attempt.system)
    let target = targetLanguage(attempt.system)
    var facts: [String] = []
    var diff: HTML = ""
    let unit = ErrorUnit.forLanguage(attempt.result.language)
    if let alignment = attempt.alignment {
      let counts = alignment.counts
      let noun = unit == .word ? "word" : "character"
      func count(_ number: Int) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
      facts.append(
        counts.referenceCount == 0
          ? "\(count(counts.errors)) where nothing is said"
          : "\(counts.errors) of \(count(counts.referenceCount)) wrong, \(Formatted.percent(counts.rate, places: 0)) %")
      diff = """
        <p class="diff" lang="\(HTML.languageTag(attempt.result.language))" dir="auto">\
        \(Self.diff(alignment, unit: unit))</p>

        """
    }
    if let chrf = attempt.chrf { facts.append("chrF \(Formatted.fixed(chrf, places: 1))") }
    // A share of many utterances' time is nobody's own.
    if let seconds = attempt.result.seconds, attempt.result.timedTogether == nil {
      facts.append("\(Formatted.seconds(seconds)) s")
    }
    if let rank = attempt.rank { facts.append("\(key.letter)'s worst no. \(rank)") }
    func text(_ name: String, _ text: String?, language: String?) -> HTML? {
      text.map { "<dt>\(name)</dt><dd>\(HTML.text($0.isEmpty ? "(nothing)" : $0, language: language))</dd>" }
    }
    return """
      <div class="attempt">
      <h4>\(key.inline)<b>\(key.letter)</b> \(systems[attempt.system]) <small>\(facts.joined(separator: "; "))</small></h4>
      \(diff)<dl class="texts">\
      \(text("recognised", attempt.result.hypothesis, language: attempt.result.language))\
      \(text("translated", attempt.result.translation, language: target))\
      \(text("reference, translated", attempt.result.translationOfReference, language: target))\
      </dl>
      </div>

      """
  }

  /// The language of translations, where the settings of the run tell it.
  private func targetLanguage(_ system: Int) -> String? {
    let settings = result.runs[system].settings
    return settings["to"] ?? settings["target"]
  }

  /// Words in order; what differs is told by struck or underlined letters and by signs as well as by colour. Neighbours of
  /// one kind stand together where characters are compared.
  static func diff(_ alignment: TokenAlignment, unit: ErrorUnit) -> HTML {
    var groups: [(kind: AlignedToken.Kind, reference: String, hypothesis: String)] = []
    for token in alignment.tokens {
      let (reference, hypothesis) = (token.reference ?? "", token.hypothesis ?? "")
      if let last = groups.last, last.kind == token.kind, unit == .character || token.kind == .hit {
        let space = unit == .word ? " " : ""
        groups[groups.count - 1].reference += space + reference
        groups[groups.count - 1].hypothesis += space + hypothesis
      } else {
        groups.append((token.kind, reference, hypothesis))
      }
    }
    let parts: [HTML] = groups.enumerated().map { index, group in
      let space: HTML = index > 0 && unit == .word ? " " : ""
      return switch group.kind {
      case .hit: "\(space)\(group.hypothesis)"
      case .deletion: "\(space)<del>\(group.reference)</del>"
      case .insertion: "\(space)<ins>\(group.hypothesis)</ins>"
      case .substitution:
        "\(space)<span class=\"pair\"><del>\(group.reference)</del><ins>\(group.hypothesis)</ins></span>"
      }
    }
    return "\(parts)"
  }
}
