internal import COpenBLAS
internal import Glibc

/// The processor that OpenBLAS takes this one for.
///
/// It knows processors by their model numbers, and takes one that is newer than itself for a Prescott of 2004, with four numbers a register:
/// OpenBLAS 0.3.21 (Debian 12) does so on Intel's Emerald Rapids, where float32 recognition then takes three times as long.
///
/// - Reference: OpenBLAS `driver/others/dynamic.c`, `gotoblas_dynamic_init`; the variable `OPENBLAS_CORETYPE` is documented in its README.
enum BLASCore {
  /// The name of the processor whose kernels are used.
  static var name: String { String(cString: openblas_get_corename()) }

  /// Lets OpenBLAS choose again if it did not know this processor. Before the first product only.
  static func settle() {
    guard getenv(variable) == nil, let other = substitute(for: name, having: Kernels.all.map(\.name)),
      let quit = dlsym(nil, "gotoblas_dynamic_quit"), let begin = dlsym(nil, "gotoblas_dynamic_init")
    else { return }
    setenv(variable, other, 1)
    for call in [quit, begin] { unsafeBitCast(call, to: (@convention(c) () -> Void).self)() }
    unsetenv(variable)
  }

  /// The oldest processor with the instruction sets of this one; nil where OpenBLAS knew it.
  ///
  /// - Parameter sets: those that this processor has, as `Kernels` names them.
  static func substitute(for core: String, having sets: [String]) -> String? {
    guard core == "Prescott" else { return nil }
    return sets.contains("avx512vnni") ? "SkylakeX" : sets.contains("avx2") ? "Haswell" : nil
  }

  private static let variable = "OPENBLAS_CORETYPE"
}
