/// Which output file belongs to which input of a run.
///
/// An input gets its name without the last ending (`talk.flac` -> `talk.json`). Where several would have the same, each of them gets
/// its whole name (`talk.wav` -> `talk.wav.json`), and where that is not enough, as for the same name in several folders, the folders
/// that tell them apart (`2019/side1.wav` -> `2019/side1.json`). So a name never goes over from one input to another when more come:
/// what is there already is of the input that has the name now. Standard input is `stdin`; an input that is named twice gets a number
/// (`talk-2.json`).
public struct OutputNaming: Sendable {
  /// Names without the format's ending, one for each input, perhaps with folders in front; no two are equal.
  public let bases: [String]

  /// Names for all `inputs` of a run, paths or `-`, in the order of the arguments.
  public init(inputs: [String]) {
    var unique: [String] = []
    var places: [String: Int] = [:]
    for input in inputs where places[input] == nil {
      places[input] = unique.count
      unique.append(input)
    }
    let names = Self.names(of: unique)
    var taken = Set(names)
    /// Names that an input has already.
    var given: Set<String> = []
    bases = inputs.map { input in
      let name = names[places[input]!]
      if given.insert(name).inserted { return name }
      var number = 2
      while taken.contains("\(name)-\(number)") { number += 1 }
      taken.insert("\(name)-\(number)")
      return "\(name)-\(number)"
    }
  }

  /// A name for each of `inputs`, of which no two are equal; equal ones only where their folders do not tell them apart.
  private static func names(of inputs: [String]) -> [String] {
    let paths = inputs.map(Self.components)
    var levels = [Int](repeating: 0, count: inputs.count)
    while true {
      let names = zip(paths, levels).map(Self.name)
      let shared = Dictionary(grouping: names.indices) { names[$0] }.values.filter { $0.count > 1 }.joined()
      let longer = shared.filter { levels[$0] < 2 * paths[$0].count - 1 }
      if longer.isEmpty { return names }
      for index in longer { levels[index] += 1 }
    }
  }

  /// `level` / 2 folders and the name, without its ending at even levels.
  private static func name(of path: [String], at level: Int) -> String {
    let shown = path.suffix(1 + level / 2)
    return (shown.dropLast() + [level % 2 == 0 ? stem(of: shown.last!) : shown.last!]).joined(separator: "/")
  }

  private static func components(of input: String) -> [String] {
    if input == "-" { return ["stdin"] }
    let parts = input.split(separator: "/").map(String.init).filter { $0 != "." && $0 != ".." }
    return parts.isEmpty ? ["audio"] : parts
  }

  /// Without the last ending; a name that begins with its only dot is kept.
  private static func stem(of name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
