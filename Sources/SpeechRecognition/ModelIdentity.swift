internal import Foundation
internal import ModelFormats
internal import Tensors

/// What tells whether a prepared file was made from the files that a model has now, without reading all of them.
///
/// Names, sizes, times of change in nanoseconds and the first and last 64 KiB of the weights, the vocabulary and the settings; not
/// where they stand. A file whose middle was changed, keeping its size, and whose time was then set back, goes unnoticed.
struct ModelIdentity: Equatable {
  /// What the prepared file was made from and how, as text.
  let key: String

  /// Changed whenever the same files would be prepared otherwise: other blobs, other packing, another silence, be it in its last bits.
  static let revision = 3
  private static let sample = 1 << 16

  /// - Parameters:
  ///   - files: the weights.
  ///   - url: the model's folder, or its one file.
  ///   - kernels: that prepare; the plain ones encode the silence otherwise in its last bits than those of the instruction sets do.
  /// - Returns: nil when a file cannot be read.
  init?(_ files: RecognitionFiles, at url: URL, kernels: Kernels) {
    var lines = ["prepared recognition model, revision \(Self.revision), int8, \(kernels.name)"]
    for file in files.weights {
      guard let line = Self.describe(file) else { return nil }
      lines.append(line)
    }
    if case .ggml = files {
      // The one file says everything.
    } else {
      lines += RecognitionFiles.namesBesideWeights.compactMap { Self.describe(url.appending(path: $0)) }
    }
    key = lines.joined(separator: "\n")
  }

  private static func describe(_ url: URL) -> String? {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let size = Int(status.st_size)
    var ends = [UInt8](repeating: 0, count: min(size, 2 * sample))
    let isRead = ends.withUnsafeMutableBytes { bytes in
      let first = min(size, sample)
      return pread(descriptor, bytes.baseAddress, first, 0) == first
        && (bytes.count == first
          || pread(descriptor, bytes.baseAddress! + first, bytes.count - first, off_t(size - (bytes.count - first)))
            == bytes.count - first)
    }
    guard isRead else { return nil }
    let time = status.st_mtim
    let hash = String(ends.withUnsafeBytes { ContentHash.of($0) }, radix: 16)
    return "\(url.lastPathComponent) \(size) bytes, \(time.tv_sec) s \(time.tv_nsec) ns, \(hash)"
  }
}
