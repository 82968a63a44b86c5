/// Which output file belongs to which input of a run.
///
/// In the order of the arguments: an input gets its name without the last ending (`talk.flac` -> `talk.json`); where an
/// earlier input has that already, its whole name (`talk.wav` -> `talk.wav.json`); where that is taken too, as for the same
/// name in another folder, a number (`talk.wav-2.json`, `talk.wav-3.json`…). Standard input is `stdin`.
public struct OutputNaming: Sendable {
  /// Names without the format's ending, one for each input; no two are equal.
  public let bases: [String]

  /// Names for all `inputs` of a run, paths or `-`, in the order of the arguments.
  public init(inputs: [String]) {
    var taken: Set<String> = []
    /// The number to try next, by name.
    var numbers: [String: Int] = [:]
    bases = inputs.map { input in
      let name = Self.name(of: input)
      var base = Self.stem(of: name)
      if taken.contains(base) { base = name }
      while taken.contains(base) {
        let number = numbers[name, default: 2]
        (base, numbers[name]) = ("\(name)-\(number)", number + 1)
      }
      taken.insert(base)
      return base
    }
  }

  /// The file name, without folder, for input number `index`, counted from 0.
  public func fileName(forInput index: Int, format: TranscriptFormat) -> String {
    "\(bases[index]).\(format.rawValue)"
  }

  private static func name(of input: String) -> String {
    if input == "-" { return "stdin" }
    return input.split(separator: "/").last.map(String.init) ?? "audio"
  }

  /// Without the last ending; a name that begins with its only dot is kept.
  private static func stem(of name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
