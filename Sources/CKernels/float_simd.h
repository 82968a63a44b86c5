/* The float kernels over vectors of WIDTH lanes; included once per instruction set, inside a target attribute, with
   WIDTH and KERNELS (the name of the table) defined. Vector extensions, so that one text serves every architecture.
   No include guard: that is the point. */
#include "floats.h"
#include <math.h>
#include <string.h>
#if WIDTH == 16
#include <immintrin.h>
#endif

typedef float vector __attribute__((vector_size(WIDTH * 4)));
typedef int32_t lanes __attribute__((vector_size(WIDTH * 4)));
typedef _Float16 halves __attribute__((vector_size(WIDTH * 2)));
#define INLINE static inline __attribute__((always_inline))
/* For loops over what must stay in registers. */
#define UNROLL _Pragma("clang loop unroll(full)")
/* Rows of attention at once, and vectors of its output: what the registers hold. */
enum { ROWS = 5, COLUMNS = WIDTH == 8 ? 2 : 4 };
/* Rows of a product with tiles at once, and vectors of each; vectors of keys at once. */
enum { TILE_ROWS = WIDTH == 16 ? 12 : 6, TILE_VECTORS = WIDTH == 4 ? 4 : 2, KEY_VECTORS = WIDTH == 4 ? 4 : 2 };

INLINE vector load(const float *p) {
  vector v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store(float *p, vector v) { memcpy(p, &v, sizeof v); }
INLINE vector widen(const void *p) {
  halves h;
  memcpy(&h, p, sizeof h);
  return __builtin_convertvector(h, vector);
}
INLINE void narrow(void *p, vector v) {
  halves h = __builtin_convertvector(v, halves);
  memcpy(p, &h, sizeof h);
}
INLINE vector all(float x) { return x - (vector){}; }
INLINE vector choose(lanes mask, vector yes, vector no) { return (vector)((mask & (lanes)yes) | (~mask & (lanes)no)); }
INLINE vector larger(vector a, vector b) { return choose(a > b, a, b); }
INLINE vector smaller(vector a, vector b) { return choose(a < b, a, b); }
INLINE float total(vector v) {
  float sum = 0;
  for (int i = 0; i < WIDTH; i++) sum += v[i];
  return sum;
}
/* Lanes of two rows that stand `STEP` apart change places: one step of turning a square of WIDTH rows. */
#if WIDTH == 16
#define LANES(A) A(0), A(1), A(2), A(3), A(4), A(5), A(6), A(7), A(8), A(9), A(10), A(11), A(12), A(13), A(14), A(15)
#elif WIDTH == 8
#define LANES(A) A(0), A(1), A(2), A(3), A(4), A(5), A(6), A(7)
#else
#define LANES(A) A(0), A(1), A(2), A(3)
#endif
#define UPPER_1(lane) ((lane)&1 ? WIDTH + (lane)-1 : (lane))
#define LOWER_1(lane) ((lane)&1 ? WIDTH + (lane) : (lane) + 1)
#define UPPER_2(lane) ((lane)&2 ? WIDTH + (lane)-2 : (lane))
#define LOWER_2(lane) ((lane)&2 ? WIDTH + (lane) : (lane) + 2)
#define UPPER_4(lane) ((lane)&4 ? WIDTH + (lane)-4 : (lane))
#define LOWER_4(lane) ((lane)&4 ? WIDTH + (lane) : (lane) + 4)
#define UPPER_8(lane) ((lane)&8 ? WIDTH + (lane)-8 : (lane))
#define LOWER_8(lane) ((lane)&8 ? WIDTH + (lane) : (lane) + 8)
#define EXCHANGE(STEP)                                                                   \
  for (int row = 0; row < WIDTH; row++)                                                  \
    if ((row & STEP) == 0) {                                                             \
      vector a = v[row], b = v[row + STEP];                                              \
      v[row] = __builtin_shufflevector(a, b, LANES(UPPER_##STEP));                     \
      v[row + STEP] = __builtin_shufflevector(a, b, LANES(LOWER_##STEP));              \
    }
#include "turn_simd.h"
#undef EXCHANGE

/* The first `count` < WIDTH values, then `fill`. */
INLINE vector load_some(const float *p, size_t count, float fill) {
  vector v = all(fill);
  memcpy(&v, p, count * 4);
  return v;
}

/* exp to about 2 ulp: 2^n * p(r), r = x - n ln 2 in two parts, |r| <= ln 2 / 2 (Cody and Waite; Taylor to degree 7).
   Below -87.3 the result is 0. */
INLINE vector exponential(vector x) {
  lanes tiny = x < all(-87.3f);
  x = smaller(larger(x, all(-87.3f)), all(88.3f));
  vector n = x * 1.44269504088896f + all(12582912.0f); /* adding 1.5 * 2^23 rounds to an integer */
  lanes power = (lanes)n << 23;                        /* its low bits hold n */
  n -= all(12582912.0f);
  vector r = x - n * 0.693359375f + n * 2.12194440e-4f;
  vector p = r * (1 / 5040.0f) + 1 / 720.0f;
  p = p * r + 1 / 120.0f;
  p = p * r + 1 / 24.0f;
  p = p * r + 1 / 6.0f;
  p = p * r + 0.5f;
  p = p * r * r + r + 1.0f;
  return choose(tiny, all(0), (vector)((lanes)p + power));
}

/* erf to about 3e-7: odd rational function on |x| < 4, +-1 beyond; coefficients as in Eigen's float erf. */
INLINE vector error_function(vector x) {
  x = smaller(larger(x, all(-4)), all(4));
  vector s = x * x;
  vector p = s * -2.72614225801306e-10f + 2.77068142495902e-08f;
  p = p * s - 2.10102402082508e-06f;
  p = p * s - 5.69250639462346e-05f;
  p = p * s - 7.34990630326855e-04f;
  p = p * s - 2.95459980854025e-03f;
  p = p * s - 1.60960333262415e-02f;
  vector q = s * -1.45660718464996e-05f - 2.13374055278905e-04f;
  q = q * s - 1.68282697438203e-03f;
  q = q * s - 7.37332916720468e-03f;
  q = q * s - 1.42647390514189e-02f;
  return x * p / q;
}

static void half_to_float(const void *half, float *values, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store(values + i, widen((const char *)half + 2 * i));
  for (; i < count; i++) {
    _Float16 h;
    memcpy(&h, (const char *)half + 2 * i, 2);
    values[i] = (float)h;
  }
}

static void float_to_half(const float *values, void *half, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) narrow((char *)half + 2 * i, load(values + i));
  for (; i < count; i++) {
    _Float16 h = (_Float16)values[i];
    memcpy((char *)half + 2 * i, &h, 2);
  }
}

static float dot(const float *a, const float *b, size_t count) {
  vector sums[4] = {};
  size_t i = 0;
  for (; i + 4 * WIDTH <= count; i += 4 * WIDTH)
    for (int k = 0; k < 4; k++) sums[k] += load(a + i + k * WIDTH) * load(b + i + k * WIDTH);
  for (; i + WIDTH <= count; i += WIDTH) sums[0] += load(a + i) * load(b + i);
  if (i < count) sums[1] += load_some(a + i, count - i, 0) * load_some(b + i, count - i, 0);
  return total((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

static void matrix_vector(const float *matrix, size_t rows, size_t depth, size_t stride, const float *values,
                          const float *bias, float *output) {
  size_t row = 0, whole = depth - depth % WIDTH;
  /* Many rows are summed up together. */
  for (; row + WIDTH <= rows; row += WIDTH) {
    vector sums[WIDTH] = {};
    const float *m = matrix + row * stride;
    for (size_t d = 0; d < whole; d += WIDTH) {
      vector v = load(values + d);
      for (int k = 0; k < WIDTH; k++) sums[k] += load(m + k * stride + d) * v;
    }
    vector sum = totals(sums);
    for (size_t d = whole; d < depth; d++) {
      vector column;
      for (int k = 0; k < WIDTH; k++) column[k] = m[k * stride + d];
      sum += column * values[d];
    }
    store(output + row, bias ? sum + load(bias + row) : sum);
  }
  for (; row + 4 <= rows; row += 4) {
    vector sums[4] = {};
    const float *m = matrix + row * stride;
    for (size_t d = 0; d < whole; d += WIDTH) {
      vector v = load(values + d);
      for (int k = 0; k < 4; k++) sums[k] += load(m + k * stride + d) * v;
    }
    for (int k = 0; k < 4; k++) {
      float sum = total(sums[k]);
      for (size_t d = whole; d < depth; d++) sum += m[k * stride + d] * values[d];
      output[row + k] = sum + (bias ? bias[row + k] : 0);
    }
  }
  for (; row < rows; row++) output[row] = dot(matrix + row * stride, values, depth) + (bias ? bias[row] : 0);
}

static void matrix_vector_half(const void *matrix, size_t rows, size_t depth, const float *values, const float *bias,
                               float *output) {
  const char *m = matrix;
  size_t whole = depth - depth % WIDTH;
  for (size_t row = 0; row < rows; row += 4) {
    vector sums[4] = {};
    size_t block = rows - row < 4 ? rows - row : 4;
    const char *r[4];
    for (size_t k = 0; k < 4; k++) r[k] = m + 2 * depth * (row + (k < block ? k : 0));
    for (size_t d = 0; d < whole; d += WIDTH) {
      vector v = load(values + d);
      for (int k = 0; k < 4; k++) sums[k] += widen(r[k] + 2 * d) * v;
    }
    for (size_t k = 0; k < block; k++) {
      float sum = total(sums[k]);
      for (size_t d = whole; d < depth; d++) {
        _Float16 h;
        memcpy(&h, r[k] + 2 * d, 2);
        sum += (float)h * values[d];
      }
      output[row + k] = sum + (bias ? bias[row + k] : 0);
    }
  }
}

static void weighted_rows(const float *weights, const float *matrix, size_t rows, size_t depth, size_t stride,
                          float *output) {
  size_t d = 0;
  for (; d + 4 * WIDTH <= depth; d += 4 * WIDTH) {
    vector sums[4] = {};
    for (size_t row = 0; row < rows; row++)
      for (int k = 0; k < 4; k++) sums[k] += weights[row] * load(matrix + row * stride + d + k * WIDTH);
    for (int k = 0; k < 4; k++) store(output + d + k * WIDTH, sums[k]);
  }
  for (; d + WIDTH <= depth; d += WIDTH) {
    vector sum = {};
    for (size_t row = 0; row < rows; row++) sum += weights[row] * load(matrix + row * stride + d);
    store(output + d, sum);
  }
  for (; d < depth; d++) {
    output[d] = 0;
    for (size_t row = 0; row < rows; row++) output[d] += weights[row] * matrix[row * stride + d];
  }
}

/* `rows` queries against `tiles` tiles of keys, constants at each call, so that the sums stay in registers. */
INLINE void scores_of_tiles(const float *queries, const int rows, size_t query_stride, const char *keys, size_t depth,
                            const int tiles, float *scores, size_t score_stride) {
  for (int first = 0; first < dragoman_key_tile / WIDTH; first += KEY_VECTORS) {
    vector sums[ROWS][8] = {};
    for (size_t d = 0; d < depth; d++)
      for (int tile = 0; tile < tiles; tile++)
        for (int k = 0; k < KEY_VECTORS; k++) {
          vector key = widen(keys + 2 * ((tile * depth + d) * dragoman_key_tile + (first + k) * WIDTH));
          for (int row = 0; row < rows; row++) sums[row][tile * KEY_VECTORS + k] += queries[row * query_stride + d] * key;
        }
    for (int row = 0; row < rows; row++)
      for (int tile = 0; tile < tiles; tile++)
        for (int k = 0; k < KEY_VECTORS; k++)
          store(scores + row * score_stride + tile * dragoman_key_tile + (first + k) * WIDTH, sums[row][tile * KEY_VECTORS + k]);
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
    vector sums[ROWS][COLUMNS] = {};
    for (size_t p = 0; p < positions; p++)
      for (int k = 0; k < COLUMNS; k++) {
        vector value = widen(values + 2 * (p * depth + d + k * WIDTH));
        for (int row = 0; row < rows; row++) sums[row][k] += weights[row * weight_stride + p] * value;
      }
    for (int row = 0; row < rows; row++)
      for (int k = 0; k < COLUMNS; k++) store(output + row * output_stride + d + k * WIDTH, sums[row][k]);
  }
  for (; d < depth; d++)
    for (int row = 0; row < rows; row++) {
      float sum = 0;
      for (size_t p = 0; p < positions; p++) {
        _Float16 h;
        memcpy(&h, values + 2 * (p * depth + d), 2);
        sum += weights[row * weight_stride + p] * (float)h;
      }
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

/* `rows` rows, a constant, against some vectors of one tile. */
INLINE void tile_of(const float *left, const int rows, size_t left_stride, const float *tile, size_t depth, float *output,
                    size_t output_stride, size_t columns) {
  const int width = TILE_VECTORS * WIDTH;
  for (int first = 0; first < dragoman_tile; first += width) {
    if (columns <= (size_t)first) return;
    vector sums[TILE_ROWS][TILE_VECTORS] = {};
    for (size_t d = 0; d < depth; d++) {
      vector right[TILE_VECTORS];
      UNROLL for (int k = 0; k < TILE_VECTORS; k++) right[k] = load(tile + d * dragoman_tile + first + k * WIDTH);
      UNROLL for (int row = 0; row < rows; row++) {
        vector value = all(left[row * left_stride + d]);
        UNROLL for (int k = 0; k < TILE_VECTORS; k++) sums[row][k] += value * right[k];
      }
    }
    size_t room = columns - (size_t)first;
    UNROLL for (int row = 0; row < rows; row++) {
      float *target = output + row * output_stride + first;
      if (room >= (size_t)width) {
        UNROLL for (int k = 0; k < TILE_VECTORS; k++) store(target + k * WIDTH, sums[row][k]);
      } else {
        vector some[TILE_VECTORS];
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

static void add(const float *values, float *sums, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store(sums + i, load(sums + i) + load(values + i));
  for (; i < count; i++) sums[i] += values[i];
}

/* Applies FUNCTION to every value; the tail goes through a padded vector. */
#define EACH(FUNCTION)                                                      \
  size_t i = 0;                                                             \
  for (; i + WIDTH <= count; i += WIDTH) store(values + i, FUNCTION(load(values + i))); \
  if (i < count) {                                                          \
    vector v = FUNCTION(load_some(values + i, count - i, 0));               \
    memcpy(values + i, &v, (count - i) * 4);                                \
  }

INLINE vector relu_of(vector x) { return larger(x, all(0)); }
INLINE vector gelu_of(vector x) { return x * 0.5f * (1.0f + error_function(x * 0.70710678118654752f)); }
INLINE vector sigmoid_of(vector x) { return 1.0f / (1.0f + exponential(-x)); }

static void relu(float *values, size_t count) { EACH(relu_of) }
static void gelu(float *values, size_t count) { EACH(gelu_of) }
static void sigmoid(float *values, size_t count) { EACH(sigmoid_of) }

static float maximum(const float *values, size_t count) {
  vector best = all(-INFINITY);
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) best = larger(load(values + i), best);
  if (i < count) best = larger(load_some(values + i, count - i, -INFINITY), best);
  float top = best[0];
  for (int k = 1; k < WIDTH; k++) top = best[k] > top ? best[k] : top;
  return top;
}

static float sum_exponentials(const float *values, float top, size_t count) {
  vector sum = {};
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) sum += exponential(load(values + i) - top);
  if (i < count) sum += exponential(load_some(values + i, count - i, -INFINITY) - top);
  return total(sum);
}

static void softmax(float *values, float scale, size_t count) {
  float top = scale * maximum(values, count);
  vector sum = {};
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    vector e = exponential(load(values + i) * scale - top);
    sum += e;
    store(values + i, e);
  }
  if (i < count) {
    vector e = exponential(load_some(values + i, count - i, -INFINITY) * scale - top);
    sum += e;
    memcpy(values + i, &e, (count - i) * 4);
  }
  float factor = 1 / total(sum);
  for (i = 0; i + WIDTH <= count; i += WIDTH) store(values + i, load(values + i) * factor);
  for (; i < count; i++) values[i] *= factor;
}

#include "exponentials_simd.h"

static void layer_norm(const float *values, const float *gamma, const float *beta, float epsilon, float *output,
                       size_t count) {
  vector sum = {}, squares = {};
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) sum += load(values + i);
  float mean = total(sum);
  for (; i < count; i++) mean += values[i];
  mean /= (float)count;
  for (i = 0; i + WIDTH <= count; i += WIDTH) {
    vector v = load(values + i) - mean;
    squares += v * v;
  }
  float variance = total(squares);
  for (; i < count; i++) variance += (values[i] - mean) * (values[i] - mean);
  float scale = 1 / sqrtf(variance / (float)count + epsilon);
  for (i = 0; i + WIDTH <= count; i += WIDTH)
    store(output + i, (load(values + i) - mean) * scale * load(gamma + i) + load(beta + i));
  for (; i < count; i++) output[i] = (values[i] - mean) * scale * gamma[i] + beta[i];
}

const dragoman_float_kernels KERNELS = {
    half_to_float, float_to_half, dot,  matrix_vector, matrix_vector_half, weighted_rows, scores_half,
    mix_half,      multiply_tiles,
    add,           relu,          gelu, sigmoid,       softmax,            exponentials,  scale_by,
    layer_norm,    maximum,       sum_exponentials, turn,
};
