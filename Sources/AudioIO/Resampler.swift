internal import CSoxr

/// libsoxr's high-quality mono resampler as a stream: delay compensated, so output sample 0 is input sample 0 in time, and
/// `round(inputs * outputRate / inputRate)` samples in all.
final class Resampler {
  private let handle: soxr_t
  private let name: String

  /// - Parameter name: the input's, for errors.
  init(from inputRate: Int, to outputRate: Int, name: String) throws(AudioError) {
    var failure: soxr_error_t?
    var quality = soxr_quality_spec(UInt(SOXR_HQ), 0)
    var sampleTypes = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
    var runtime = soxr_runtime_spec(1)
    guard let handle = soxr_create(Double(inputRate), Double(outputRate), 1, &failure, &sampleTypes, &quality, &runtime)
    else { throw .resamplingFailed(name: name, message: failure.map { String(cString: $0) } ?? "no memory") }
    (self.handle, self.name) = (handle, name)
  }

  deinit { soxr_delete(handle) }

  /// Consumes `input` and fills `output` as far as it goes; an empty `input` says that no more will come.
  func process(
    _ input: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>
  ) throws(AudioError) -> (consumed: Int, produced: Int) {
    var (consumed, produced) = (0, 0)
    let failure = soxr_process(
      handle, input.isEmpty ? nil : UnsafeRawPointer(input.baseAddress), input.count, &consumed,
      output.baseAddress, output.count, &produced)
    if let failure { throw .resamplingFailed(name: name, message: String(cString: failure)) }
    return (consumed, produced)
  }
}
