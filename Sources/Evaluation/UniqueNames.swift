/// Names that no two things share.
public struct UniqueNames {
  /// How often each name was asked for; a number that was given out is a name, too.
  private var taken: [String: Int] = [:]

  /// Nothing is named yet.
  public init() {}

  /// The name itself, or where something is called so already, with the next number behind `#` that makes it free.
  public mutating func take(_ name: String) -> String {
    var free = name
    while taken[free] != nil {
      taken[name]! += 1
      free = "\(name)#\(taken[name]!)"
    }
    taken[free] = 1
    return free
  }
}
