#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

struct dragoman_pieces {
  sentencepiece::SentencePieceProcessor processor;
};

/* Decodes ids or texts of pieces. Throws what the library throws. */
template <typename Piece>
static int64_t join(const dragoman_pieces *pieces, const std::vector<Piece> &sequence, char *text, size_t capacity,
                    uint32_t *ends) {
  sentencepiece::ImmutableSentencePieceText result;
  if (!pieces->processor.Decode(sequence, result.mutable_proto()).ok()) return -1;
  const std::string &joined = result.text();
  std::memcpy(text, joined.data(), std::min(joined.size(), capacity));
  size_t found = std::min(sequence.size(), result.pieces_size());
  for (size_t i = 0; ends && i < sequence.size(); i++)
    ends[i] = i < found ? result.pieces(static_cast<int>(i)).end() : static_cast<uint32_t>(joined.size());
  return static_cast<int64_t>(joined.size());
}

extern "C" {

dragoman_pieces *dragoman_pieces_load(const void *bytes, size_t count) {
  dragoman_pieces *pieces = nullptr;
  try {
    pieces = new dragoman_pieces;
    if (pieces->processor.LoadFromSerializedProto(absl::string_view(static_cast<const char *>(bytes), count)).ok())
      return pieces;
  } catch (...) {
  }
  delete pieces;
  return nullptr;
}

void dragoman_pieces_free(dragoman_pieces *pieces) { delete pieces; }

int dragoman_pieces_count(const dragoman_pieces *pieces) { return pieces->processor.GetPieceSize(); }
int dragoman_pieces_end(const dragoman_pieces *pieces) { return pieces->processor.eos_id(); }
int dragoman_pieces_unknown(const dragoman_pieces *pieces) { return pieces->processor.unk_id(); }

int64_t dragoman_pieces_encode(const dragoman_pieces *pieces, const char *text, size_t count, int32_t *ids, uint32_t *ends,
                               size_t capacity) {
  try {
    sentencepiece::ImmutableSentencePieceText result;
    if (!pieces->processor.Encode(absl::string_view(text, count), result.mutable_proto()).ok()) return -1;
    size_t found = result.pieces_size();
    for (size_t i = 0; i < std::min(found, capacity); i++) {
      auto piece = result.pieces(static_cast<int>(i));
      if (ids) ids[i] = static_cast<int32_t>(piece.id());
      if (ends) ends[i] = piece.end();
    }
    return static_cast<int64_t>(found);
  } catch (...) {
    return -1;
  }
}

int64_t dragoman_pieces_decode(const dragoman_pieces *pieces, const int32_t *ids, size_t count, char *text, size_t capacity,
                               uint32_t *ends) {
  try {
    for (size_t i = 0; i < count; i++)
      if (ids[i] < 0 || ids[i] >= pieces->processor.GetPieceSize()) return -1;
    return join(pieces, std::vector<int>(ids, ids + count), text, capacity, ends);
  } catch (...) {
    return -1;
  }
}

int64_t dragoman_pieces_join(const dragoman_pieces *pieces, const char *const *texts, size_t count, char *text,
                             size_t capacity, uint32_t *ends) {
  try {
    return join(pieces, std::vector<std::string>(texts, texts + count), text, capacity, ends);
  } catch (...) {
    return -1;
  }
}

const char *dragoman_pieces_text(const dragoman_pieces *pieces, int32_t id) {
  return pieces->processor.IdToPiece(id).c_str();
}

float dragoman_pieces_score(const dragoman_pieces *pieces, const char *text) {
  try {
    int id = pieces->processor.PieceToId(text);
    return id == pieces->processor.unk_id() ? NAN : pieces->processor.GetScore(id);
  } catch (...) {
    return NAN;
  }
}
}
