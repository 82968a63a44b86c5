internal import AudioIO
internal import Evaluation
internal import Foundation

/// A recording of a set with what is known of it: an utterance, or all those that are parts of it.
struct BenchRecording {
  var set: String, id: String
  var audio: String, channel: Int?
  /// The part that is heard; nil for all of it.
  var excerpt: Utterance.Excerpt?
  /// In the set's order, with times as in what is heard.
  var utterances: [Utterance]

  var language: String? { utterances.lazy.compactMap(\.language).first }
  /// Names it across sets.
  var key: String { "\(set)/\(id)" }

  /// The recordings of sets, in their order.
  ///
  /// Utterances that are parts of one recording are one session over all of it, as in STM; one that is the only part of its
  /// recording is heard by itself.
  ///
  /// - Parameter limit: recordings of each set that are taken at most.
  static func all(of sets: [DataSet], limit: Int?) -> [BenchRecording] {
    sets.flatMap { set in
      let recordings = all(of: set)
      return limit.map { Array(recordings.prefix($0)) } ?? recordings
    }
  }

  private static func all(of set: DataSet) -> [BenchRecording] {
    var groups: [[Utterance]] = [], places: [String: Int] = [:], names = UniqueNames()
    for utterance in set.utterances {
      guard let audio = utterance.audio else { continue }
      let key = "\(utterance.channel ?? -1) \(audio)"
      if utterance.excerpt != nil, let place = places[key] {
        groups[place].append(utterance)
      } else {
        if utterance.excerpt != nil { places[key] = groups.count }
        groups.append([utterance])
      }
    }
    return groups.map { group in
      var recording = BenchRecording(
        set: set.name, id: group[0].id, audio: group[0].audio!, channel: group[0].channel, utterances: group)
      if group.count > 1 {
        let stem = URL(fileURLWithPath: recording.audio).deletingPathExtension().lastPathComponent
        recording.id = stem + (recording.channel.map { "-\($0 + 1)" } ?? "")
      } else {
        recording.excerpt = group[0].excerpt
        recording.utterances[0].excerpt = nil
        let start = recording.excerpt?.start ?? 0
        recording.utterances[0].segments = group[0].segments.map { segment in
          var segment = segment
          (segment.start, segment.end) = (segment.start.map { $0 - start }, segment.end.map { $0 - start })
          return segment
        }
      }
      recording.id = names.take(recording.id)
      return recording
    }
  }
}

extension AudioFile {
  /// What is wrong with a recording that was heard all the same, in one line; nil where nothing is.
  ///
  /// - Parameters:
  ///   - length: of what was read.
  ///   - part: what the set says was to be read; nil for all.
  func warning(length: Duration, of part: Utterance.Excerpt?) -> String? {
    var faults = faults(length: length)
    let seconds = length / .seconds(1)
    // Sets round their times.
    if let wanted = part?.duration, wanted - seconds > 0.5 {
      faults.append(
        String(format: "the set tells a part of %.1f s, and the recording ends after %.1f s of it", wanted, seconds))
    }
    return faults.isEmpty ? nil : faults.joined(separator: "; ")
  }
}
