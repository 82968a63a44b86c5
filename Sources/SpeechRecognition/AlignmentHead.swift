/// A cross-attention head whose weights follow the audio.
struct AlignmentHead: Sendable, Equatable {
  var layer: Int
  var head: Int
}
