/* Products whose elements are each summed up in the order of the depth, in registers; a part of float_simd.h, which includes it once
   per instruction set. */

/* Rows of attention at once, and registers of its output: what there is room for. */
enum { ROWS = 5, COLUMNS = WIDTH == 8 ? 2 : 4 };
/* Rows of a product with tiles at once, and registers of each; registers of keys at once. */
enum { TILE_ROWS = WIDTH == 16 ? 12 : 6, TILE_VECTORS = WIDTH == 4 ? 4 : 2, KEY_VECTORS = WIDTH == 4 ? 4 : 2 };

static void weighted_rows(const float *weights, const float *matrix, size_t rows, size_t depth, size_t stride,
                          float *output) {
  size_t d = 0;
  for (; d + 4 * WIDTH <= depth; d += 4 * WIDTH) {
    part sums[4] = {};
    for (size_t row = 0; row < rows; row++)
      for (int k = 0; k < 4; k++) sums[k] = FUSED(all_parts(weights[row]), load_part(matrix + row * stride + d + k * WIDTH), sums[k]);
    for (int k = 0; k < 4; k++) store_part(output + d + k * WIDTH, sums[k]);
  }
  for (; d + WIDTH <= depth; d += WIDTH) {
    part sum = {};
    for (size_t row = 0; row < rows; row++) sum = FUSED(all_parts(weights[row]), load_part(matrix + row * stride + d), sum);
    store_part(output + d, sum);
  }
  for (; d < depth; d++) {
    output[d] = 0;
    for (size_t row = 0; row < rows; row++) output[d] = FUSED(weights[row], matrix[row * stride + d], output[d]);
  }
}

/* `rows` queries against `tiles` tiles of keys, constants at each call, so that the sums stay in registers. */
INLINE void scores_of_tiles(const float *queries, const int rows, size_t query_stride, const char *keys, size_t depth,
                            const int tiles, float *scores, size_t score_stride) {
  for (int first = 0; first < dragoman_key_tile / WIDTH; first += KEY_VECTORS) {
    part sums[ROWS][8] = {};
    for (size_t d = 0; d < depth; d++)
      for (int tile = 0; tile < tiles; tile++)
        for (int k = 0; k < KEY_VECTORS; k++) {
          part key = widen_part(keys + 2 * ((tile * depth + d) * dragoman_key_tile + (first + k) * WIDTH));
          for (int row = 0; row < rows; row++)
            sums[row][tile * KEY_VECTORS + k] =
                FUSED(all_parts(queries[row * query_stride + d]), key, sums[row][tile * KEY_VECTORS + k]);
        }
    for (int row = 0; row < rows; row++)
      for (int tile = 0; tile < tiles; tile++)
        for (int k = 0; k < KEY_VECTORS; k++)
          store_part(scores + row * score_stride + tile * dragoman_key_tile + (first + k) * WIDTH, sums[row][tile * KEY_VECTORS + k]);
  }
}

INLINE void scores_of(const float *queries, const int rows, size_t query_stride, const char *keys, size_t depth, size_t tiles,
                      float *scores, size_t score_stride) {
  /* Few rows take more tiles at once, so that enough sums are on their way. */
  const int at_once = rows == 1 ? 8 / KEY_VECTORS : rows == 2 ? 4 / KEY_VECTORS : 1;
  size_t tile = 0;
  for (; tile + at_once <= tiles; tile += at_once)
    scores_of_tiles(queries, rows, query_stride, keys + 2 * tile * depth * dragoman_key_tile, depth, at_once,
                    scores + tile * dragoman_key_tile, score_stride);
  for (; tile < tiles; tile++)
    scores_of_tiles(queries, rows, query_stride, keys + 2 * tile * depth * dragoman_key_tile, depth, 1,
                    scores + tile * dragoman_key_tile, score_stride);
}

INLINE void mix_of(const float *weights, const int rows, size_t weight_stride, const char *values, size_t positions,
                   size_t depth, float *output, size_t output_stride) {
  size_t d = 0;
  for (; d + COLUMNS * WIDTH <= depth; d += COLUMNS * WIDTH) {
    part sums[ROWS][COLUMNS] = {};
    for (size_t p = 0; p < positions; p++)
      for (int k = 0; k < COLUMNS; k++) {
        part value = widen_part(values + 2 * (p * depth + d + k * WIDTH));
        for (int row = 0; row < rows; row++) sums[row][k] = FUSED(all_parts(weights[row * weight_stride + p]), value, sums[row][k]);
      }
    for (int row = 0; row < rows; row++)
      for (int k = 0; k < COLUMNS; k++) store_part(output + row * output_stride + d + k * WIDTH, sums[row][k]);
  }
  for (; d < depth; d++)
    for (int row = 0; row < rows; row++) {
      float sum = 0;
      for (size_t p = 0; p < positions; p++)
        sum = FUSED(weights[row * weight_stride + p], half_at(values, p * depth + d), sum);
      output[row * output_stride + d] = sum;
    }
}

/* Calls FUNCTION with as many rows at once as there are registers for. */
#define BLOCKS(FUNCTION, STEP)       \
  while (rows >= ROWS) {             \
    FUNCTION(ROWS);                  \
    STEP(ROWS);                      \
    rows -= ROWS;                    \
  }                                  \
  switch (rows) {                    \
  case 4: FUNCTION(4); break;        \
  case 3: FUNCTION(3); break;        \
  case 2: FUNCTION(2); break;        \
  case 1: FUNCTION(1); break;        \
  default: break;                    \
  }

static void scores_half(const float *queries, size_t rows, size_t query_stride, const void *keys, size_t depth, size_t tiles,
                        float *scores, size_t score_stride) {
#define SCORES(count) scores_of(queries, count, query_stride, keys, depth, tiles, scores, score_stride)
#define NEXT(count) (queries += count * query_stride, scores += count * score_stride)
  BLOCKS(SCORES, NEXT)
#undef SCORES
#undef NEXT
}

static void mix_half(const float *weights, size_t rows, size_t weight_stride, const void *values, size_t positions,
                     size_t depth, float *output, size_t output_stride) {
#define MIX(count) mix_of(weights, count, weight_stride, values, positions, depth, output, output_stride)
#define NEXT(count) (weights += count * weight_stride, output += count * output_stride)
  BLOCKS(MIX, NEXT)
#undef MIX
#undef NEXT
}

/* `rows` rows, a constant, against some parts of one tile. */
INLINE void tile_of(const float *left, const int rows, size_t left_stride, const float *tile, size_t depth, float *output,
                    size_t output_stride, size_t columns) {
  const int width = TILE_VECTORS * WIDTH;
  for (int first = 0; first < dragoman_tile; first += width) {
    if (columns <= (size_t)first) return;
    part sums[TILE_ROWS][TILE_VECTORS] = {};
    for (size_t d = 0; d < depth; d++) {
      part right[TILE_VECTORS];
      UNROLL for (int k = 0; k < TILE_VECTORS; k++) right[k] = load_part(tile + d * dragoman_tile + first + k * WIDTH);
      UNROLL for (int row = 0; row < rows; row++) {
        part value = all_parts(left[row * left_stride + d]);
        UNROLL for (int k = 0; k < TILE_VECTORS; k++) sums[row][k] = FUSED(value, right[k], sums[row][k]);
      }
    }
    size_t room = columns - (size_t)first;
    UNROLL for (int row = 0; row < rows; row++) {
      float *target = output + row * output_stride + first;
      if (room >= (size_t)width) {
        UNROLL for (int k = 0; k < TILE_VECTORS; k++) store_part(target + k * WIDTH, sums[row][k]);
      } else {
        part some[TILE_VECTORS];
        UNROLL for (int k = 0; k < TILE_VECTORS; k++) some[k] = sums[row][k];
        memcpy(target, some, room * 4);
      }
    }
  }
}

static void multiply_tiles(const float *left, size_t rows, size_t left_stride, const float *tiles, size_t depth,
                           size_t columns, float *output, size_t output_stride) {
  for (size_t column = 0; column < columns; column += dragoman_tile, tiles += depth * dragoman_tile) {
    size_t row = 0;
#define TILE(count)                                                                                     \
  for (; row + count <= rows; row += count)                                                             \
    tile_of(left + row * left_stride, count, left_stride, tiles, depth, output + row * output_stride + column, \
            output_stride, columns - column);
    TILE(TILE_ROWS)
    TILE(TILE_ROWS / 3)
    TILE(1)
#undef TILE
  }
}

