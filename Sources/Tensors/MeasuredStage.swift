/// One stage of the engine by itself, and the least that it has to do: what measurements of speed compare with the machine's peaks.
package struct MeasuredStage {
  /// What it is called in tables.
  package let name: String
  /// Multiply-adds in int8 and in float32.
  package let integer: Double, float: Double
  /// Bytes of weights and caches that it reads once.
  package let bytes: Double
  /// Does the work once.
  package let run: () -> Void

  package init(_ name: String, integer: Double = 0, float: Double = 0, bytes: Double = 0, run: @escaping () -> Void) {
    (self.name, self.integer, self.float, self.bytes, self.run) = (name, integer, float, bytes, run)
  }
}
