/// One item of a data set: what was said, where it can be heard, and what it means elsewhere.
public struct Utterance: Sendable, Equatable {
  /// A part of a recording.
  public struct Excerpt: Sendable, Equatable, Codable {
    /// Where it begins, in seconds.
    public var start: Double
    /// How long it lasts, in seconds; nil for the rest of the recording.
    public var duration: Double?

    /// Seconds from the beginning of a recording that can be meant: what lies beyond is a mistake in the set.
    static let times = 0...1e9

    /// The part from `start` on.
    public init(start: Double, duration: Double?) { (self.start, self.duration) = (start, duration) }
  }

  /// Names it within its set; no two of a set that was read are equal.
  public var id: String
  /// Path of the recording; nil for text without sound.
  public var audio: String?
  /// The part of the recording that it is; nil for all of it.
  public var excerpt: Excerpt?
  /// The channel of the recording that it is on, from 0; nil for the mean of all.
  public var channel: Int?
  /// The reference: what was said, or for text what is to be translated, as the set writes it.
  public var text: String
  /// Language code of `text`; nil where the set does not tell.
  public var language: String?
  /// Reference translations by language code.
  public var translations: [String: String]
  /// What it consists of, where the set tells that with times within the recording; empty otherwise.
  public var segments: [LiveReference.Segment]
  /// Who speaks, as the set names them.
  public var speaker: String?
  /// Length in seconds as the set tells it, before anything was read.
  public var duration: Double?

  /// An utterance; what a set does not tell is left out.
  public init(
    id: String, audio: String? = nil, excerpt: Excerpt? = nil, channel: Int? = nil, text: String,
    language: String? = nil, translations: [String: String] = [:], segments: [LiveReference.Segment] = [],
    speaker: String? = nil, duration: Double? = nil
  ) {
    (self.id, self.audio, self.excerpt, self.channel, self.text) = (id, audio, excerpt, channel, text)
    (self.language, self.translations, self.segments) = (language, translations, segments)
    self.speaker = speaker
    self.duration = duration ?? excerpt?.duration
  }
}

/// A line or a file of a data set that cannot be used; the others can.
public struct DataSetFault: Sendable, Equatable, Codable, CustomStringConvertible {
  /// The file.
  public var file: String
  /// The line, from 1; nil when it is the file as a whole.
  public var line: Int?
  /// What is wrong with it.
  public var reason: String

  /// `file:line: reason`, as editors and compilers know it.
  public var description: String { "\(file):\(line.map { "\($0): " } ?? " ")\(reason)" }
}

/// Why a data set cannot be used at all.
public enum DataSetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing is there.
  case missing(path: String)
  /// It is there and cannot be read; the system's words.
  case unreadable(path: String, reason: String)
  /// It has the form of no known set.
  case unknownFormat(path: String)
  /// It has the form of one, but a part is missing or contradicts another.
  case unusable(path: String, format: DataSetFormat, reason: String)
  /// All its lines were faulty, or it has none.
  case empty(path: String, format: DataSetFormat, faults: [DataSetFault])

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .missing(let path):
      "\(path): no such file or folder, nor line-aligned texts \(path).LANGUAGE.txt. Check the spelling."
    case .unreadable(let path, let reason):
      "\(path): cannot be read (\(reason)). Check its permissions."
    case .unknownFormat(let path):
      "\(path): not the form of a known data set. Known are "
        + DataSetFormat.allCases.map(\.rawValue).joined(separator: ", ") + "; name one with --set-format."
    case .unusable(let path, let format, let reason):
      "\(path), read as \(format.rawValue): \(reason)"
    case .empty(let path, let format, let faults):
      "\(path), read as \(format.rawValue), holds no utterance that can be used"
        + (faults.isEmpty ? ". Name another with --set-format if it is one." : ":\n" + Self.list(faults))
    }
  }

  private static func list(_ faults: [DataSetFault]) -> String {
    let shown = faults.prefix(5).map { "  \($0)" }
    let rest = faults.count - shown.count
    return (shown + (rest > 0 ? ["  and \(rest) more"] : [])).joined(separator: "\n")
  }
}
