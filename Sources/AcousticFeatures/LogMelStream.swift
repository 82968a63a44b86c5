internal import CFFTW
internal import Foundation

/// Constants of the acoustic front end, each derived from the ones above it.
public enum AcousticFrame {
  /// Samples per second of all audio past `AudioIO`.
  public static let sampleRate = 16_000
  /// Samples in one analysis window: 25 ms.
  public static let windowLength = 400
  /// Samples between frames: 10 ms.
  public static let hopLength = 160
  /// Frames per second: 100.
  public static let framesPerSecond = sampleRate / hopLength
}

/// Log10 mel energies before window normalisation, so that frames can stream.
///
/// Frame `f` is centred on sample `160 f`. Before the first sample the signal is mirrored (as `torch.stft` pads); after
/// the last it is silence, since the reference pads 30 s of zeros.
///
/// - Reference: Radford et al. 2022, arXiv:2212.04356; openai/whisper `whisper/audio.py`, `log_mel_spectrogram`.
public final class LogMelStream {
  /// Number of mel bands: 80, or 128 for the large-v3 family.
  public let mels: Int
  private let bank: MelFilterBank
  private let window: [Float]
  private let plan: fftwf_plan
  private let input: UnsafeMutablePointer<Float>
  private let spectrum: UnsafeMutablePointer<fftwf_complex>
  private var power: [Float]
  /// Samples that later frames still need; in order, the mirrored start before the signal among them.
  private var pending: [Float] = []
  private var mirrored = false
  /// Samples of the signal received so far.
  public private(set) var sampleCount = 0

  private static let planLock = NSLock()  // FFTW's planner is not thread-safe

  /// - Parameter mels: number of mel bands, at least 1.
  public init(mels: Int) {
    precondition(mels > 0, "a filter bank needs bands")
    let length = AcousticFrame.windowLength
    self.mels = mels
    bank = MelFilterBank(mels: mels, sampleRate: Double(AcousticFrame.sampleRate), transformLength: length)
    window = (0..<length).map { Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(length))) }
    power = [Float](repeating: 0, count: length / 2 + 1)
    input = fftwf_alloc_real(length)
    spectrum = fftwf_alloc_complex(length / 2 + 1)
    Self.planLock.lock()
    plan = fftwf_plan_dft_r2c_1d(Int32(length), input, spectrum, UInt32(FFTW_ESTIMATE))
    Self.planLock.unlock()
  }

  deinit {
    Self.planLock.lock()
    fftwf_destroy_plan(plan)
    Self.planLock.unlock()
    fftwf_free(input)
    fftwf_free(spectrum)
  }

  /// Takes samples and appends every frame that they complete to `frames`, `[frame, mel]`, row-major.
  ///
  /// - Parameters:
  ///   - samples: mono PCM in -1...1 at 16 kHz, `[sample]`.
  ///   - frames: grows by `mels` values a frame.
  public func append(_ samples: UnsafeBufferPointer<Float>, to frames: inout [Float]) {
    sampleCount += samples.count
    pending.append(contentsOf: samples)
    if !mirrored {
      // The mirror needs half a window and the sample after it.
      guard pending.count > AcousticFrame.windowLength / 2 else { return }
      mirrorStart()
    }
    makeFrames(to: &frames)
  }

  /// Ends the signal: appends the frames that reach into the silence after it, `sampleCount / 160` frames in all.
  ///
  /// - Returns: the number of frames of the whole signal.
  @discardableResult
  public func finish(to frames: inout [Float]) -> Int {
    let total = sampleCount / AcousticFrame.hopLength
    pending.append(contentsOf: repeatElement(0, count: AcousticFrame.windowLength))
    if !mirrored { mirrorStart() }
    let before = frames.count
    makeFrames(to: &frames)
    // The padding may complete frames that are centred past the signal's last whole hop.
    let surplus = framesMade - total
    if surplus > 0 { frames.removeLast(min(surplus * mels, frames.count - before)) }
    return total
  }

  private var framesMade = 0

  private func mirrorStart() {
    let half = AcousticFrame.windowLength / 2
    let mirror = (1...half).reversed().map { $0 < pending.count ? pending[$0] : 0 }
    pending.insert(contentsOf: mirror, at: 0)
    mirrored = true
  }

  private func makeFrames(to frames: inout [Float]) {
    let (length, hop) = (AcousticFrame.windowLength, AcousticFrame.hopLength)
    guard pending.count >= length else { return }
    let count = (pending.count - length) / hop + 1
    frames.reserveCapacity(frames.count + count * mels)
    for frame in 0..<count {
      for sample in 0..<length { input[sample] = pending[frame * hop + sample] * window[sample] }
      fftwf_execute(plan)
      for bin in 0..<power.count {
        let (real, imaginary) = (spectrum[bin].0, spectrum[bin].1)
        power[bin] = real * real + imaginary * imaginary
      }
      for filter in bank.filters {
        var energy: Float = 0
        for (offset, weight) in filter.weights.enumerated() { energy += weight * power[filter.firstBin + offset] }
        frames.append(log10f(max(energy, 1e-10)))
      }
    }
    framesMade += count
    pending.removeFirst(count * hop)
  }
}

/// Normalisation of one window of log-mel frames, as the model was trained on.
public enum WindowNormalization {
  /// The value that silence has before normalisation: log10 of the floor of the energies.
  public static let silence: Float = -10

  /// Lifts everything to within 8 (80 dB) of a maximum, then maps to about -1...1.
  ///
  /// - Parameters:
  ///   - frames: log10 energies in any layout; normalised in place.
  ///   - maximum: the loudest energy known of the recording, these frames included; theirs alone unless told.
  public static func apply(to frames: UnsafeMutableBufferPointer<Float>, maximum: Float? = nil) {
    guard let top = maximum ?? frames.max() else { return }
    for index in frames.indices { frames[index] = (max(frames[index], top - 8) + 4) / 4 }
  }
}
