/* Int8 kernels: bit for bit. */
#include "compare.h"
#include <math.h>
#include <string.h>

static void products_of(size_t rows, size_t columns, size_t depth, const int8_t *a, const int8_t *b, const char *what) {
  size_t count = rows * columns * 4;
  void *packed = memory(dragoman_packed_size(columns, depth));
  dragoman_pack(b, columns, depth, packed);
  int32_t *observed = memory(count), *expected = memory(count);
  fast->integers.multiply(a, rows, packed, columns, depth, observed);
  plain->integers.multiply(a, rows, packed, columns, depth, expected);
  expect_same(observed, expected, count, "multiply, %s, %zu x %zu x %zu", what, rows, depth, columns);

  size_t chosen = 1 + random_below((uint32_t)columns);
  uint32_t *selected = memory(chosen * 4);
  for (size_t i = 0; i < chosen; i++) selected[i] = random_below((uint32_t)columns);
  count = rows * chosen * 4;
  observed = memory(count), expected = memory(count);
  fast->integers.multiply_selected(a, rows, b, selected, chosen, depth, observed);
  plain->integers.multiply_selected(a, rows, b, selected, chosen, depth, expected);
  expect_same(observed, expected, count, "multiply_selected, %s, %zu x %zu x %zu", what, rows, depth, chosen);
}

static void products(size_t rows, size_t columns, size_t depth) {
  size_t stride = dragoman_padded_depth(depth);
  products_of(rows, columns, depth, random_bytes(rows * stride, -127, 127), random_bytes(columns * depth, -128, 127),
              "random");
  forget_memory();
}

/* Sums that saturate 16 bits would differ. */
static void extremes(int left, int right) {
  size_t rows = 5, columns = 17, depth = 1537, stride = dragoman_padded_depth(depth);
  products_of(rows, columns, depth, memset(memory(rows * stride), left, rows * stride),
              memset(memory(columns * depth), right, columns * depth), "extreme");
  forget_memory();
}

static void quantisation(size_t count, float factor) {
  static const float special[] = {INFINITY, -INFINITY, NAN,  -NAN, -0.0f, 0.5f, 1.5f,   -0.5f,
                                  -1.5f,    126.5f,    127.5f, -126.5f, 1e30f, 63.5f, 64.5f, -64.5f};
  float *values = random_floats(count, 6);
  /* NaN and the like before, between and behind numbers. */
  for (size_t i = 0; i < count; i++)
    if (count > 20 && random_below(3) == 0) values[i] = special[random_below(sizeof special / sizeof *special)];
  if (count > 20) {
    uint32_t signalling = 0x7f800001;
    memcpy(values + count - 7, &signalling, 4);
  }
  int8_t *observed[3], *expected[3];
  for (int i = 0; i < 3; i++) observed[i] = memory(count), expected[i] = memory(count);
  fast->integers.quantize(values, factor, observed[0], count);
  plain->integers.quantize(values, factor, expected[0], count);
  fast->integers.quantize_wide(values, factor, observed[1], observed[2], count);
  plain->integers.quantize_wide(values, factor, expected[1], expected[2], count);
  for (int i = 0; i < 3; i++)
    expect_same(observed[i], expected[i], count, "quantize%s, %zu values times %g",
                (const char *[]){"", "_wide, high", "_wide, low"}[i], count, (double)factor);
  for (size_t i = 0; i < count; i++)
    if (isinf(values[i])) values[i] = 3; /* so that a magnitude is a number */
  float sizes[] = {fast->integers.magnitude(values, count), plain->integers.magnitude(values, count)};
  expect_same(&sizes[0], &sizes[1], 4, "magnitude of %zu", count);
  forget_memory();
}

static void dequantised_rows(size_t rows, size_t count, int with_bias, int adding) {
  int32_t *sums = memory(rows * count * 4);
  for (size_t i = 0; i < rows * count; i++) sums[i] = (int32_t)random_below(60000000) - 30000000;
  const float *scales = random_floats(count, 5), *bias = with_bias ? random_floats(count, 5) : NULL;
  const float *factors = random_floats(rows, 0.01f);
  size_t stride = count + 3, room = (rows - 1) * stride + count;
  float *observed = memory(room * 4), *expected = memory(room * 4);
  fast->integers.dequantize_rows(sums, rows, factors, scales, bias, adding, observed, stride, count);
  plain->integers.dequantize_rows(sums, rows, factors, scales, bias, adding, expected, stride, count);
  expect_same(observed, expected, room * 4, "dequantize_rows, %zu x %zu, bias %d, adding %d", rows, count, with_bias, adding);
  forget_memory();
}

static void dequantisation(size_t count, int with_bias) {
  int32_t *high = memory(count * 4), *low = memory(count * 4);
  for (size_t i = 0; i < count; i++) {
    high[i] = (int32_t)random_below(60000000) - 30000000;
    low[i] = (int32_t)random_below(60000000) - 30000000;
  }
  const float *scales = random_floats(count, 5), *bias = with_bias ? random_floats(count, 5) : NULL;
  float *observed = memory(count * 4), *expected = memory(count * 4), factor = 0.00317f;
  fast->integers.dequantize(high, factor, bias, observed, count);
  plain->integers.dequantize(high, factor, bias, expected, count);
  expect_same(observed, expected, count * 4, "dequantize, %zu sums, bias %d", count, with_bias);
  fast->integers.dequantize_wide(high, low, factor, bias, observed, count);
  plain->integers.dequantize_wide(high, low, factor, bias, expected, count);
  expect_same(observed, expected, count * 4, "dequantize_wide, %zu sums, bias %d", count, with_bias);
  for (int adding = 0; adding < 2; adding++) {
    fast->integers.dequantize_columns(high, factor, scales, bias, adding, observed, count);
    plain->integers.dequantize_columns(high, factor, scales, bias, adding, expected, count);
    expect_same(observed, expected, count * 4, "dequantize_columns, %zu sums, bias %d, adding %d", count, with_bias, adding);
  }
  forget_memory();
}

void compare_integers(void) {
  static const size_t columns[] = {1, 15, 16, 17, 31, 33, 48}, depths[] = {1, 4, 5, 15, 16, 31, 64, 130};
  for (size_t rows = 1; rows <= 14; rows++)
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
      for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) products(rows, columns[c], depths[d]);
  for (int i = 0; i < 100; i++) products(1 + random_below(24), 1 + random_below(80), 1 + random_below(300));
  products(5, 512, 512);
  products(13, 7, 1536);
  for (int i = 0; i < 4; i++) extremes(i & 1 ? 127 : -127, i & 2 ? 127 : -128);
  for (size_t count = 0; count <= 257; count += count < 70 ? 1 : 11) {
    for (int i = 0; i < 3; i++) quantisation(count, (const float[]){1, 22.77f, 3000}[i]);
    for (int with_bias = 0; with_bias < 2; with_bias++) dequantisation(count, with_bias);
    for (int i = 0; i < 4 && count > 0; i++) dequantised_rows(1 + count % 9, count, i & 1, i >> 1);
  }
}
