/* Brings the right side of a product into tiles of 32 columns. */
#include "floats.h"
#include <string.h>

void dragoman_pack_tiles(const float *matrix, size_t columns, size_t depth, size_t stride, dragoman_turn *turn, float *tiles) {
  for (size_t first = 0; first < columns; first += dragoman_tile, tiles += depth * dragoman_tile) {
    size_t count = columns - first < dragoman_tile ? columns - first : dragoman_tile;
    if (count < dragoman_tile) memset(tiles, 0, depth * dragoman_tile * 4);
    if (turn) {
      turn(matrix + first * stride, count, depth, stride, tiles, dragoman_tile);
      continue;
    }
    for (size_t d = 0; d < depth; d++) memcpy(tiles + d * dragoman_tile, matrix + d * stride + first, count * 4);
  }
}
