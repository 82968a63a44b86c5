public import Transcripts

/// How speech is recognised while it goes on.
public struct LiveOptions: Sendable, Equatable {
  /// Which words count as certain.
  public var policy = CommitPolicy.alignAtt(.milliseconds(800))
  /// Words that may still change are shown when their attention stays away from the newest audio by this much, and while
  /// nothing of what is heard is certain by that: the first text is to come soon, the rest to stay.
  public var shownMargin = Duration.milliseconds(600), firstMargin = Duration.milliseconds(200)
  /// Silence that ends a turn.
  public var pause = Duration.milliseconds(400)
  /// Probability of voice at which a turn begins.
  public var voiceThreshold: Float = 0.5
  /// Audio since its voice was heard that a turn needs before it is recognised for the first time.
  public var shortestAudio = Duration.milliseconds(300)
  /// Audio before a turn's voice and behind it that is heard with it.
  public var leadIn = Duration.milliseconds(500), leadOut = Duration.milliseconds(400)
  /// So much of the turn before is heard again, with its words known, by a turn that follows within the longest gap.
  public var context = Duration.seconds(5), longestGap = Duration.seconds(1)
  /// Past this much audio, what is certain is cut off at the last sentence that is over, or at the last word.
  public var longestWindow = Duration.seconds(12)
  /// Hypotheses that the search at a turn's end keeps; what stands before it is found greedily.
  public var finalBeam = 5
  /// Whether a text at a turn's end that cannot be trusted is decoded again, with its silence encoded and at other temperatures.
  public var fallsBack = true
  /// A word of this age is certain, whatever the policy says; nil leaves all to the policy.
  public var longestHold: Duration?
  /// Text that is gone on from, in tokens.
  public var promptTokens = 64

  /// The defaults.
  public init() {}
}

/// What is known of the speech that goes on after it was recognised once more.
public struct LiveUpdate: Sendable, Equatable {
  /// Words that have become certain: they never change again.
  public var certain: [Word] = []
  /// Words that may still change.
  public var pending: [Word] = []
  /// Language code of the text.
  public var language: String?
  /// Whether the turn is over.
  public var endsTurn = false

  /// Nothing is known.
  public init() {}
}
