public import Foundation

/// The samples of one recording, pulled in order: 16 kHz, mono, Float, at constant memory whatever its length.
///
/// Anything libsndfile reads, at any rate and with any number of channels; channels are averaged, other rates go through
/// libsoxr's high-quality resampler. To be used by one thread at a time.
public final class AudioFile {
  /// Samples per second of what `read` delivers.
  public static let sampleRate = 16_000
  /// The name of what comes on standard input.
  static let standardInput = "standard input"
  /// Sample rates that an input may have, in Hz.
  public static let sampleRates = 1_000...1_536_000

  /// The file's last path component, or `standard input`.
  public let name: String
  /// Length of the audio as far as it is known before reading: nil for streams that do not say.
  public let duration: Duration?
  /// Rate of the input in Hz, before resampling.
  public var inputSampleRate: Int { decoder.sampleRate }
  /// Channels of the input, before averaging.
  public var inputChannelCount: Int { decoder.channelCount }
  /// Whether `read` may wait for whoever writes, as on a pipe.
  public var mayWait: Bool { decoder.mayWait }
  /// Input samples so far that were not numbers or far beyond full scale, and were replaced by 0.
  public var invalidSampleCount: Int { mixer.invalidSampleCount }
  /// What stood for 1 in the input, by which its samples were divided: more than 1 for integers that were written as floats.
  public var inputFullScale: Float { mixer.range.fullScale }
  /// The largest sample so far of what is delivered, before resampling; 1 is full scale.
  public var peak: Float { mixer.peak }
  /// How long channels cancelled each other out so far, so that one of them was heard instead of their mean.
  public var cancelled: Duration { decoder.time(ofFrame: Int64(mixer.cancelledFrameCount)) }
  /// True when fewer samples came than the header announced; final once `read` has returned 0.
  public private(set) var isTruncated = false

  /// Parts of the recording so far that could not be decoded, and came as silence.
  public private(set) var damagedParts: [Range<Duration>] = []

  /// Where a recording stands behind another in the same file that does not have its rate and channels, and is not read.
  public private(set) var unreadFrom: Duration?

  private var decoder: SoundDecoder
  private let resampler: Resampler?
  private let interleaved: UnsafeMutableBufferPointer<Float>
  private let mono: UnsafeMutableBufferPointer<Float>
  /// The part of `mono` that is not consumed yet.
  private var pending = 0..<0
  private var framesRead: Int64 = 0
  /// Frames of the recordings before this one in the same file.
  private var framesBefore: Int64 = 0
  private var mixer: ChannelMixer
  /// Frames of silence to come, in place of damaged ones.
  private var silentFrames: Int64 = 0
  private var sourceEnded = false, ended = false
  /// Samples that may still be delivered; nil for all there are.
  private var allowance: Int?
  private var failure: AudioError?

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - url: a local file, or a named pipe.
  ///   - raw: the file has no header and holds 16 kHz mono samples, signed 16 bit, little-endian.
  ///   - channel: the channel to deliver, from 0; nil for the mean of all.
  ///   - isStopped: asked while a pipe is waited for, in opening and in reading, from whichever thread does that: true ends the pipe.
  /// - Throws: `AudioError` when it cannot be opened, is not audio or lacks the channel. A file with a whole header and no
  ///   samples opens.
  public convenience init(
    _ url: URL, raw: Bool = false, channel: Int? = nil, isStopped: (() -> Bool)? = nil
  ) throws(AudioError) {
    let decoder = try AudioSource.decoder(path: url.relativePath, raw: raw, isStopped: isStopped)
    try self.init(decoder: decoder, name: url.lastPathComponent, path: url.relativePath, channel: channel)
  }

  /// Reads a descriptor from where it stands, a pipe or a file; it is duplicated and stays the caller's to close.
  ///
  /// WAV and raw samples are delivered as they come, with any length field; other containers (FLAC, OGG, MP3, AIFF, AU) on
  /// a pipe are first read to their end into a nameless file in `TMPDIR`, because their readers have to seek.
  ///
  /// - Parameters:
  ///   - standardInput: the descriptor, usually 0.
  ///   - raw: no header; 16 kHz mono samples, signed 16 bit, little-endian.
  ///   - isStopped: as for a file.
  /// - Throws: `AudioError` as for a file.
  public convenience init(
    standardInput: Int32, raw: Bool, isStopped: (() -> Bool)? = nil
  ) throws(AudioError) {
    let name = Self.standardInput
    let copy = dup(standardInput)
    guard copy >= 0 else {
      throw .openFailed(name: name, code: Int(errno), message: String(cString: strerror(errno)))
    }
    let decoder = try AudioSource.decoder(taking: copy, raw: raw, isStopped: isStopped, name: name)
    try self.init(decoder: decoder, name: name, path: name)
  }

  /// Takes a descriptor over; samples on a pipe are delivered as they come, so that `read` may return fewer than asked for
  /// before the end, but not 0.
  convenience init(pipe descriptor: Int32, raw: Bool) throws(AudioError) {
    let name = Self.standardInput
    let decoder = try AudioSource.decoder(taking: descriptor, raw: raw, isPrompt: true, name: name)
    try self.init(decoder: decoder, name: name, path: name)
  }

  private init(decoder: SoundDecoder, name: String, path: String, channel: Int? = nil) throws(AudioError) {
    if let channel, !(0..<decoder.channelCount).contains(channel) {
      throw .noSuchChannel(name: path, channel: channel, channelCount: decoder.channelCount)
    }
    guard Self.sampleRates.contains(decoder.sampleRate) else {
      throw .unsupportedSampleRate(name: path, rate: decoder.sampleRate)
    }
    (self.decoder, self.name) = (decoder, name)
    mixer = ChannelMixer(channelCount: decoder.channelCount, channel: channel, sampleRate: decoder.sampleRate)
    resampler =
      decoder.sampleRate == Self.sampleRate
      ? nil : try Resampler(from: decoder.sampleRate, to: Self.sampleRate, name: path)
    duration = decoder.expectedFrames.map { decoder.time(ofFrame: $0) }
    // A tenth of a second at a time keeps a live stream prompt; many channels get fewer frames, to bound memory.
    // What comes promptly is read by libsndfile in one piece of 8 KiB at most: a second piece might have to wait.
    let frameCount =
      decoder.isPrompt
      ? max(1, 1_024 / decoder.channelCount)
      : max(64, min(decoder.sampleRate / 10, 262_144 / decoder.channelCount))
    interleaved = .allocate(capacity: frameCount * decoder.channelCount)
    mono = .allocate(capacity: frameCount)
  }

  deinit {
    interleaved.deallocate()
    mono.deallocate()
  }

  /// Restricts the recording to a part of it; to be called before anything is read.
  ///
  /// - Parameters:
  ///   - start: where the part begins.
  ///   - length: how long it is; nil for the rest of the recording. A part that is longer than what there is ends with it.
  /// - Throws: `AudioError.partOutside` when nothing is there.
  public func restrict(toPartFrom start: Duration, length: Duration?) throws(AudioError) {
    precondition(framesRead == 0 && start >= .zero, "a part is chosen before reading")
    let first = Int64(start / .seconds(1) * Double(inputSampleRate))
    if first == 0 || decoder.seek(toFrame: first) {
      framesRead = first
    } else {
      // Another recording of the same file may hold it.
      while framesBefore + framesRead < first, !sourceEnded {
        let wanted = min(first - framesBefore - framesRead, Int64(mono.count))
        let count = decoder.read(into: interleaved.baseAddress!, frameCount: Int(wanted))
        framesRead += Int64(count)
        if count == 0 { goOn() }
      }
    }
    let isAtEnd = framesBefore == 0 && duration.map { start >= $0 } == true
    guard !sourceEnded, !isAtEnd else {
      let end = isAtEnd ? duration! : decoder.time(ofFrame: framesBefore + framesRead)
      throw .partOutside(name: name, start: start / .seconds(1), duration: end / .seconds(1))
    }
    allowance = length.map { Int(($0 / .seconds(1) * Double(Self.sampleRate)).rounded()) }
  }

  /// The next samples, 16 kHz mono in -1...1 (float inputs may go somewhat beyond, and are left as they are).
  ///
  /// - Parameter buffer: filled as far as there is audio, `[sample]`.
  /// - Returns: how many samples were written: fewer than `buffer.count` only at the end of the audio, 0 after it.
  /// - Throws: `AudioError.readFailed` where the decoder or the system fails and nothing behind can be read either, after all samples
  ///   before it were delivered.
  public func read(into buffer: UnsafeMutableBufferPointer<Float>) throws(AudioError) -> Int {
    let buffer = allowance.map { UnsafeMutableBufferPointer(rebasing: buffer.prefix($0)) } ?? buffer
    if allowance == 0 { return 0 }
    var written = 0
    defer { allowance = allowance.map { $0 - written } }
    while written < buffer.count, !ended {
      if pending.isEmpty, !sourceEnded {
        if decoder.isPrompt, written > 0 { break }
        while pending.isEmpty, !sourceEnded { refill() }
      }
      let input = UnsafeBufferPointer(rebasing: mono[pending])
      let output = UnsafeMutableBufferPointer(rebasing: buffer[written...])
      let (consumed, produced) = try convert(input, into: output)
      pending = pending.lowerBound + consumed..<pending.upperBound
      written += produced
      if sourceEnded, input.isEmpty, produced == 0 { ended = true }
    }
    if written == 0, !buffer.isEmpty, let failure {
      self.failure = nil
      throw failure
    }
    return written
  }

  /// The next samples as an array of its own; empty at the end of the audio.
  ///
  /// - Parameter count: how many samples at most.
  /// - Throws: as `read(into:)`.
  public func read(_ count: Int) throws(AudioError) -> [Float] {
    var failure: AudioError?
    let samples = [Float](unsafeUninitializedCapacity: count) { buffer, written in
      buffer.initialize(repeating: 0)
      do throws(AudioError) { written = try read(into: buffer) } catch { (written, failure) = (0, error) }
    }
    if let failure { throw failure }
    return samples
  }

  private func convert(
    _ input: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>
  ) throws(AudioError) -> (consumed: Int, produced: Int) {
    if let resampler { return try resampler.process(input, into: output) }
    let count = min(input.count, output.count)
    if count > 0 { output.baseAddress!.update(from: input.baseAddress!, count: count) }
    return (count, count)
  }

  /// Reads one chunk, replaces what is no sample by silence, and averages the channels into `mono`.
  private func refill() {
    if silentFrames > 0 { return fillWithSilence() }
    let frameCount = decoder.read(into: interleaved.baseAddress!, frameCount: mono.count)
    mixer.mix(interleaved.baseAddress!, count: frameCount, into: mono.baseAddress!)
    framesRead += Int64(frameCount)
    pending = 0..<frameCount
    if frameCount == 0 || (frameCount < mono.count && !decoder.isPrompt) { endOrResume() }
  }

  private func fillWithSilence() {
    let count = Int(min(silentFrames, Int64(mono.count)))
    UnsafeMutableBufferPointer(rebasing: mono[..<count]).update(repeating: 0)
    silentFrames -= Int64(count)
    pending = 0..<count
  }

  /// Where the decoder stops: the end, or damage with more behind it.
  private func endOrResume() {
    failure = decoder.failure(afterFrames: framesRead)
    guard failure != nil else { return goOn() }
    guard let next = decoder.resume(behind: framesRead) else { return sourceEnded = true }
    failure = nil
    silentFrames = next - framesRead
    damagedParts.append(
      decoder.time(ofFrame: framesBefore + framesRead)..<decoder.time(ofFrame: framesBefore + next))
    framesRead = next
  }

  /// Where a recording ends: the end of the file, or another one behind it.
  private func goOn() {
    guard let next = decoder.successor() else {
      // What stands before others is whole: libsndfile may have taken the length of the last for its own.
      isTruncated = decoder.lacksEnd || framesRead < decoder.announcedFrames ?? 0
      return sourceEnded = true
    }
    framesBefore += framesRead
    guard next.sampleRate == decoder.sampleRate, next.channelCount == decoder.channelCount else {
      unreadFrom = decoder.time(ofFrame: framesBefore)
      return sourceEnded = true
    }
    (decoder, framesRead) = (next, 0)
  }
}

extension Float {
  /// Whether it can be a sample: a number, and no larger than one of an integer of 32 bits that was not scaled.
  var isSample: Bool { abs(self) <= 2_147_483_648 }
}
