internal import Evaluation

/// A session that is over, as the journal keeps it: what it was replayed from and what it said. Figures are computed from
/// that, with the references as they then are.
struct BenchLiveSession: JournaledResult {
  var key: String
  /// Language code that the session was told; nil where it found the language.
  var language: String?
  var audio: String, channel: Int?, excerpt: Utterance.Excerpt?
  /// JSON lines, and the seconds of its work.
  var events = "", workSeconds = 0.0
  /// What is wrong with the recording, which was heard all the same.
  var warning: String?

  /// A session that has said nothing yet.
  init(of recording: BenchRecording, language: String?) {
    (key, self.language) = (recording.key, language)
    (audio, channel, excerpt) = (recording.audio, recording.channel, recording.excerpt)
  }

  var recording: String? { audio }

  func isOfSameInput(as other: BenchLiveSession) -> Bool {
    key == other.key && language == other.language && audio == other.audio && channel == other.channel
      && excerpt == other.excerpt
  }
}
