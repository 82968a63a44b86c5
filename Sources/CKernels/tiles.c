/* Brings the right side of a product into tiles of 32 columns. */
#include "floats.h"
#include <string.h>

void dragoman_pack_tiles(const float *matrix, size_t columns, size_t depth, size_t stride, int transposed, float *tiles) {
  for (size_t first = 0; first < columns; first += dragoman_tile, tiles += depth * dragoman_tile) {
    size_t count = columns - first < dragoman_tile ? columns - first : dragoman_tile;
    if (count < dragoman_tile) memset(tiles, 0, depth * dragoman_tile * 4);
    if (!transposed) {
      for (size_t d = 0; d < depth; d++) memcpy(tiles + d * dragoman_tile, matrix + d * stride + first, count * 4);
      continue;
    }
    /* A few rows of a tile at a time, so that they stay in the cache until they are full. */
    for (size_t start = 0; start < depth; start += 64)
      for (size_t c = 0; c < count; c++) {
        const float *source = matrix + (first + c) * stride;
        for (size_t d = start; d < depth && d < start + 64; d++) tiles[d * dragoman_tile + c] = source[d];
      }
  }
}
