/* Float kernels: within the tolerances of Tests/TensorsTests/FloatKernelTests.swift. */
#include "compare.h"
#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static float *copy(const float *values, size_t count) { return memcpy(memory(count * 4), values, count * 4); }

static void in_place(size_t count) {
  const dragoman_float_kernels *f = &fast->floats, *p = &plain->floats;
  struct {
    const char *name;
    void (*fast)(float *, size_t), (*plain)(float *, size_t);
    float scale, tolerance;
  } cases[] = {{"relu", f->relu, p->relu, 4, 0},
               {"gelu", f->gelu, p->gelu, 6, 2e-6f},
               {"sigmoid", f->sigmoid, p->sigmoid, 30, 2e-7f}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    float *observed = random_floats(count, cases[i].scale), *expected = copy(observed, count);
    cases[i].fast(observed, count);
    cases[i].plain(expected, count);
    expect_near(observed, expected, count, cases[i].tolerance, "%s of %zu", cases[i].name, count);
  }
  float *observed = random_floats(count, 50), *expected = copy(observed, count);
  f->softmax(observed, 0.125f, count);
  p->softmax(expected, 0.125f, count);
  expect_near(observed, expected, count, 2e-6f, "softmax of %zu", count);
  observed = random_floats(count, 900);
  observed[random_below((uint32_t)count)] = -INFINITY;
  observed[random_below((uint32_t)count)] = 900;
  expected = copy(observed, count);
  float sum = f->exponentials(observed, 0.125f, count), plain_sum = p->exponentials(expected, 0.125f, count);
  expect_near(observed, expected, count, 4e-6f, "exponentials of %zu", count);
  expect_near(&sum, &plain_sum, 1, 4e-6f * plain_sum, "sum of the exponentials of %zu", count);
  memcpy(expected, observed, count * 4);
  f->scale_by(observed, 1.7f, count);
  p->scale_by(expected, 1.7f, count);
  expect_near(observed, expected, count, 0, "scale_by of %zu", count);
  forget_memory();
}

static void reductions(size_t count) {
  const dragoman_float_kernels *f = &fast->floats, *p = &plain->floats;
  const float *a = random_floats(count, 1), *b = random_floats(count, 1), *scaled = random_floats(count, 40);
  float observed = f->dot(a, b, count), expected = p->dot(a, b, count);
  expect_near(&observed, &expected, 1, 1e-4f, "dot of %zu", count);
  float top = p->maximum(scaled, count);
  observed = f->maximum(scaled, count);
  expect_near(&observed, &top, 1, 0, "maximum of %zu", count);
  observed = f->sum_exponentials(scaled, top, count), expected = p->sum_exponentials(scaled, top, count);
  expect_near(&observed, &expected, 1, expected * 1e-5f, "sum_exponentials of %zu", count);
  float *norm = memory(count * 4), *plain_norm = memory(count * 4);
  f->layer_norm(a, b, a, 1e-5f, norm, count);
  p->layer_norm(a, b, a, 1e-5f, plain_norm, count);
  expect_near(norm, plain_norm, count, 2e-5f, "layer_norm of %zu", count);
  float *sums = copy(b, count), *plain_sums = copy(b, count);
  f->add(a, sums, count);
  p->add(a, plain_sums, count);
  expect_near(sums, plain_sums, count, 0, "add of %zu", count);
  forget_memory();
}

/* Halves below 1 in magnitude, one byte off, as weights lie in files. */
static const void *random_halves(size_t count) {
  unsigned char *halves = memory(2 * count + 1);
  for (size_t i = 0; i < count; i++) {
    uint16_t bits = (uint16_t)(random_below(1 << 16) & 0xbbff);
    memcpy(halves + 2 * i, &bits, 2);
  }
  return halves;
}

static void matrices(size_t rows, size_t depth) {
  const dragoman_float_kernels *f = &fast->floats, *p = &plain->floats;
  size_t stride = depth + 3;
  const float *matrix = random_floats((rows - 1) * stride + depth, 1), *vector = random_floats(depth, 1);
  const float *weights = random_floats(rows, 1), *bias = random_below(2) ? random_floats(rows, 1) : NULL;
  float *observed = memory(rows * 4), *expected = memory(rows * 4);
  f->matrix_vector(matrix, rows, depth, stride, vector, bias, observed);
  p->matrix_vector(matrix, rows, depth, stride, vector, bias, expected);
  expect_near(observed, expected, rows, 1e-4f, "matrix_vector, %zu x %zu", rows, depth);
  const void *halves = random_halves(rows * depth);
  f->matrix_vector_half(halves, rows, depth, vector, bias, observed);
  p->matrix_vector_half(halves, rows, depth, vector, bias, expected);
  expect_near(observed, expected, rows, 1e-4f, "matrix_vector_half, %zu x %zu", rows, depth);
  float *sums = memory(depth * 4), *plain_sums = memory(depth * 4);
  f->weighted_rows(weights, matrix, rows, depth, stride, sums);
  p->weighted_rows(weights, matrix, rows, depth, stride, plain_sums);
  expect_near(sums, plain_sums, depth, 1e-5f, "weighted_rows, %zu x %zu", rows, depth);
  forget_memory();
}

/* Rows that are summed up together have the sums that they have alone. */
static void neighbours(size_t depth) {
  enum { rows = 48 };
  const float *matrix = random_floats(rows * depth, 1), *vector = random_floats(depth, 1), *bias = random_floats(rows, 1);
  float *together = memory(rows * 4), *alone = memory(rows * 4);
  fast->floats.matrix_vector(matrix, rows, depth, depth, vector, bias, together);
  for (size_t row = 0; row < rows; row += 4)
    fast->floats.matrix_vector(matrix + row * depth, 4, depth, depth, vector, bias + row, alone + row);
  expect_near(together, alone, rows, 0, "matrix_vector, 48 rows together and by 4, depth %zu", depth);
  forget_memory();
}

/* Every half is widened, and floats of every exponent narrowed. */
static void halves(void) {
  enum { count = 1 << 16 };
  uint16_t *all = memory(count * 2), *observed = memory(count * 2), *expected = memory(count * 2);
  for (int i = 0; i < count; i++) all[i] = (uint16_t)i;
  float *wide = memory(count * 4), *plain_wide = memory(count * 4), *values = memory(count * 4);
  fast->floats.half_to_float(all, wide, count);
  plain->floats.half_to_float(all, plain_wide, count);
  for (int i = 0; i < count; i++)
    if (isnan(wide[i]) && isnan(plain_wide[i])) wide[i] = plain_wide[i] = 0; /* a signal may become quiet */
  expect_same(wide, plain_wide, count * 4, "half_to_float");
  for (size_t some = 1; some < 40; some++) {
    fast->floats.half_to_float(all + 0x3000 + some, wide, some);
    plain->floats.half_to_float(all + 0x3000 + some, plain_wide, some);
    expect_same(wide, plain_wide, some * 4, "half_to_float, %zu", some);
  }
  for (int i = 0; i < count; i++) {
    uint32_t bits = random_below(1 << 16) << 16 | random_below(1 << 16);
    /* three of four where halves are, one of these three a tie */
    if (i % 4) bits = (bits & 0x80ffffff) | (0x31 + random_below(0x17)) << 24;
    if (i % 4 == 1) bits = (bits & ~0x1fffu) | 0x1000;
    memcpy(values + i, &bits, 4);
  }
  for (int shift = 0; shift < 9; shift++) {
    fast->floats.float_to_half(values + shift, observed, (size_t)(count - shift));
    plain->floats.float_to_half(values + shift, expected, (size_t)(count - shift));
    expect_same(observed, expected, count * 2, "float_to_half from value %d on", shift);
  }
  forget_memory();
}

static void attention(size_t rows, size_t positions, size_t depth) {
  const dragoman_float_kernels *f = &fast->floats, *p = &plain->floats;
  size_t tiles = (positions + dragoman_key_tile - 1) / dragoman_key_tile, stride = tiles * dragoman_key_tile;
  const float *queries = random_floats((rows - 1) * (depth + 1) + depth, 1), *weights = random_floats(rows * stride, 1);
  const void *keys = random_halves(stride * depth), *values = random_halves(positions * depth);
  float *observed = memory(rows * stride * 4), *expected = memory(rows * stride * 4);
  f->scores_half(queries, rows, depth + 1, keys, depth, tiles, observed, stride);
  p->scores_half(queries, rows, depth + 1, keys, depth, tiles, expected, stride);
  expect_near(observed, expected, rows * stride, 1e-4f, "scores_half, %zu rows, %zu x %zu", rows, positions, depth);
  size_t count = (rows - 1) * (depth + 2) + depth;
  observed = memory(count * 4), expected = memory(count * 4);
  f->mix_half(weights, rows, stride, values, positions, depth, observed, depth + 2);
  p->mix_half(weights, rows, stride, values, positions, depth, expected, depth + 2);
  expect_near(observed, expected, count, 1e-4f, "mix_half, %zu rows, %zu x %zu", rows, positions, depth);
  forget_memory();
}

static void tile_products(size_t rows, size_t columns, size_t depth) {
  size_t room = (columns + dragoman_tile - 1) / dragoman_tile * dragoman_tile * depth;
  const float *right = random_floats(depth * columns, 1), *left = random_floats((rows - 1) * (depth + 1) + depth, 1);
  float *turned = memory(depth * columns * 4), *tiles = memory(room * 4), *others = memory(room * 4);
  for (size_t c = 0; c < columns; c++)
    for (size_t d = 0; d < depth; d++) turned[c * depth + d] = right[d * columns + c];
  dragoman_pack_tiles(right, columns, depth, columns, NULL, tiles);
  dragoman_pack_tiles(turned, columns, depth, depth, fast->floats.turn, others);
  expect_same(tiles, others, room * 4, "tiles of %zu x %zu", depth, columns);
  size_t count = (rows - 1) * (columns + 2) + columns;
  float *observed = memory(count * 4), *expected = memory(count * 4);
  fast->floats.multiply_tiles(left, rows, depth + 1, tiles, depth, columns, observed, columns + 2);
  plain->floats.multiply_tiles(left, rows, depth + 1, tiles, depth, columns, expected, columns + 2);
  expect_near(observed, expected, count, 1e-4f, "multiply_tiles, %zu x %zu x %zu", rows, depth, columns);
  forget_memory();
}

static void turns(size_t rows, size_t columns) {
  size_t stride = columns + 3, turned_stride = rows + 5, count = (columns - 1) * turned_stride + rows;
  const float *matrix = random_floats((rows - 1) * stride + columns, 1);
  float *observed = memory(count * 4), *expected = memory(count * 4);
  fast->floats.turn(matrix, rows, columns, stride, observed, turned_stride);
  plain->floats.turn(matrix, rows, columns, stride, expected, turned_stride);
  expect_same(observed, expected, count * 4, "turn, %zu x %zu", rows, columns);
  forget_memory();
}

void compare_floats(void) {
  static const size_t sizes[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 40, 64, 100, 513};
  for (size_t count = 1; count <= 513; count += count < 70 ? 1 : 13) {
    in_place(count);
    reductions(count);
  }
  halves();
  for (size_t i = 0; i < COUNT(sizes); i++) {
    neighbours(sizes[i]);
    for (size_t rows = 1; rows <= 19; rows++) matrices(rows, sizes[i]);
    for (size_t rows = 1; rows <= 12; rows++) {
      attention(rows, sizes[i], 48);
      attention(rows, 48, sizes[i]);
      attention(rows, 100, sizes[i]);
    }
    for (size_t rows = 1; rows <= 40; rows++) turns(rows, sizes[i]);
    for (size_t rows = 1; rows <= 26; rows += rows < 14 ? 1 : 3) {
      tile_products(rows, sizes[i], 40);
      tile_products(rows, 40, sizes[i]);
    }
  }
}
