internal import Foundation

/// Triangular filters on Slaney's mel scale with area normalisation, `[mel, frequency bin]`, kept sparse.
///
/// - Reference: librosa `filters.mel(sr=16000, n_fft=400, n_mels=…)`, from which openai/whisper's `mel_filters.npz` was
///   made; Slaney 1998, Auditory Toolbox.
struct MelFilterBank: Sendable {
  struct Filter: Sendable {
    var firstBin: Int
    var weights: [Float]
  }

  let filters: [Filter]

  init(mels: Int, sampleRate: Double, transformLength: Int) {
    let bins = transformLength / 2 + 1
    let top = Self.mel(hertz: sampleRate / 2)
    let edges = (0..<mels + 2).map { Self.hertz(mel: top * Double($0) / Double(mels + 1)) }
    filters = (0..<mels).map { mel in
      let (lower, centre, upper) = (edges[mel], edges[mel + 1], edges[mel + 2])
      var filter = Filter(firstBin: 0, weights: [])
      for bin in 0..<bins {
        let frequency = Double(bin) * sampleRate / Double(transformLength)
        let rising = (frequency - lower) / (centre - lower)
        let falling = (upper - frequency) / (upper - centre)
        let weight = max(0, min(rising, falling)) * 2 / (upper - lower)
        guard weight > 0 else { continue }
        if filter.weights.isEmpty { filter.firstBin = bin }
        filter.weights.append(Float(weight))
      }
      return filter
    }
  }

  // Linear below 1 kHz at 200/3 Hz a mel, logarithmic above with 27 mels to a factor of 6.4.
  private static let linearHertzPerMel = 200.0 / 3
  private static let breakHertz = 1000.0
  private static let breakMel = breakHertz / linearHertzPerMel
  private static let logStep = log(6.4) / 27

  static func mel(hertz: Double) -> Double {
    hertz < breakHertz ? hertz / linearHertzPerMel : breakMel + log(hertz / breakHertz) / logStep
  }

  static func hertz(mel: Double) -> Double {
    mel < breakMel ? mel * linearHertzPerMel : breakHertz * exp(logStep * (mel - breakMel))
  }
}
