package import CKernels

/// The kernels of one instruction set; chosen once, by the program, before any model is used.
public struct Kernels: @unchecked Sendable {
  // Points into a table that is filled before main and never changes.
  package let table: UnsafePointer<dragoman_kernels>

  /// The fastest instruction set of this machine.
  public static let best = Kernels(table: dragoman_kernels_best())

  /// The kernels of every instruction set of this machine, `generic` first and the fastest last.
  public static let all = Array(
    sequence(state: Int32(0)) { index in
      defer { index += 1 }
      return dragoman_kernels_at(index).map(Kernels.init(table:))
    })

  /// The kernels of a named instruction set: `generic`, `avx2`, `avx512vnni`, `neon` or `neondot`; nil when this machine lacks it.
  public init?(named name: String) {
    guard let table = dragoman_kernels_named(name) else { return nil }
    self.table = table
  }

  private init(table: UnsafePointer<dragoman_kernels>) { self.table = table }

  /// The name of the instruction set.
  public var name: String { String(cString: table.pointee.name) }
}
