import CAllocations
import Foundation
import Tensors
import Testing

@testable import MachineTranslation

/// A committed threshold: what a translated word may allocate once the buffers have grown.
@Suite(.serialized) struct AllocationTests {
  @Test(arguments: [1, 4]) func aTranslatedWordAllocatesNothing(beam: Int) throws {
    try TinyModel().withFolder { folder in
      let model = try TranslationModel(contentsOf: folder)
      let network = model.makeNetwork(precision: .wide)
      let source: [Int32] = [3, 5, 7, 9, 0]
      var list = CandidateList(model: model), candidates: [UInt32] = []
      list.append(for: source, to: &candidates)
      network.encode([source], starts: [0, source.count])
      let words = [Int32](repeating: 4, count: beam), origins = (0..<Int32(beam)).reversed().map { $0 }
      let starts = [Int](repeating: 0, count: beam), lengths = [Int](repeating: source.count, count: beam)
      let room = SearchRoom(rows: beam, beam: beam, words: 100, candidates: candidates.count, attended: 0)
      candidates.withUnsafeBufferPointer { all in
        network.begin(room, candidates: all)
        func word(_ position: Int) {
          words.withUnsafeBufferPointer {
            network.advance(words: $0, count: beam, position: position, starts: starts, lengths: lengths)
          }
          _ = network.logits(firstRow: 0, count: beam, candidates: 0..<all.count, of: all)
          origins.withUnsafeBufferPointer { network.reorder($0) }
        }
        for position in 0..<5 { word(position) }
        allocations_begin()
        for position in 5..<25 { word(position) }
        let count = allocations_end()
        #expect(count == 0, "20 words of a beam of \(beam)")
      }
    }
  }
}
