/// How a system is drawn: a letter, a shape and a colour, so that none of them has to tell it alone.
struct PlotKey {
  /// Index of the run.
  var system: Int

  /// A to Z, then AA.
  var letter: String {
    let letter = String(UnicodeScalar(UInt8(65 + system % 26)))
    return system < 26 ? letter : PlotKey(system: system / 26 - 1).letter + letter
  }

  /// Class of its colour; six, which colour-blind readers can tell apart.
  var colour: HTML { HTML(trusted: "c\(system % 6)") }

  /// A path around the origin, about 11 pixels wide. Five shapes and six colours repeat only after 30 systems.
  private var outline: HTML {
    switch system % 5 {
    case 0: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"
    case 1: "M-4.5 -4.5h9v9h-9z"
    case 2: "M0 -5.5l5.5 10h-11z"
    case 3: "M0 -6l6 6l-6 6l-6 -6z"
    default: "M0 5.5l5.5 -10h-11z"
    }
  }

  /// The mark at a place.
  ///
  /// - Parameters:
  ///   - x: in per cent of the plot.
  ///   - y: in pixels.
  func mark(x: Double, y: Double, isHollow: Bool = false, title: String = "") -> HTML {
    let kind: HTML = isHollow ? "hollow" : "solid"
    return """
      <svg x="\(x)%" y="\(y)" class="mark \(colour) \(kind)"><title>\(title)</title><path d="\(outline)"/></svg>
      """
  }

  /// The mark within a line of text.
  var inline: HTML {
    "<svg class=\"key \(colour)\" width=\"14\" height=\"14\" viewBox=\"-7 -7 14 14\" aria-hidden=\"true\">"
      + "<path d=\"\(outline)\"/></svg>"
  }
}

extension HTML {
  static func + (left: HTML, right: HTML) -> HTML { HTML(trusted: left.source + right.source) }

  /// Which letter, shape and colour is which system.
  static func legend(_ systems: [(system: Int, name: String)]) -> HTML {
    let items: [HTML] = systems.map { system, name in
      let key = PlotKey(system: system)
      return "<li>\(key.inline) <b>\(key.letter)</b> \(name)</li>"
    }
    return "<ul class=\"legend\">\(items)</ul>"
  }
}
