/* Plain scalar twins of the int8 kernels: the definition that every fast path is compared with. */
#include "integers.h"
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

size_t dragoman_packed_size(size_t columns, size_t depth) {
  size_t padded = (columns + 15) / 16 * 16;
  return padded * dragoman_padded_depth(depth) + padded * sizeof(int32_t);
}

void dragoman_pack(const int8_t *b, size_t columns, size_t depth, void *packed) {
  size_t groups = dragoman_padded_depth(depth) / 4, padded = (columns + 15) / 16 * 16;
  memset(packed, 0, dragoman_packed_size(columns, depth));
  int8_t *bytes = packed;
  int32_t *sums = (int32_t *)(bytes + padded * groups * 4);
  for (size_t column = 0; column < columns; column++)
    for (size_t d = 0; d < depth; d++) {
      int8_t value = b[column * depth + d];
      bytes[((column / 16 * groups + d / 4) * 16 + column % 16) * 4 + d % 4] = value;
      sums[column] += value;
    }
}

static void quantize(const float *values, float factor, int8_t *quantized, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float scaled = nearbyintf(values[i] * factor);
    scaled = scaled > -127.0f ? scaled : -127.0f;
    scaled = scaled < 127.0f ? scaled : 127.0f;
    quantized[i] = (int8_t)scaled;
  }
}

static void quantize_wide(const float *values, float factor, int8_t *high, int8_t *low, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float scaled = nearbyintf(values[i] * factor);
    scaled = scaled > -16256.0f ? scaled : -16256.0f;
    scaled = scaled < 16256.0f ? scaled : 16256.0f;
    int32_t whole = (int32_t)scaled;
    high[i] = (int8_t)((whole + 64) >> 7);
    low[i] = (int8_t)(whole - high[i] * 128);
  }
}

static float magnitude(const float *values, size_t count) {
  float largest = 0;
  for (size_t i = 0; i < count; i++) largest = fabsf(values[i]) > largest ? fabsf(values[i]) : largest;
  return largest;
}

static void multiply(const int8_t *a, size_t rows, const void *packed, size_t columns, size_t depth, int32_t *sums) {
  const int8_t *b = packed;
  size_t stride = dragoman_padded_depth(depth), groups = stride / 4;
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column++) {
      int32_t sum = 0;
      for (size_t d = 0; d < depth; d++)
        sum += (int32_t)a[row * stride + d] *
               b[((column / 16 * groups + d / 4) * 16 + column % 16) * 4 + d % 4];
      sums[row * columns + column] = sum;
    }
}

static void multiply_selected(const int8_t *a, size_t rows, const int8_t *b, const uint32_t *selected, size_t count,
                              size_t depth, int32_t *sums) {
  size_t stride = dragoman_padded_depth(depth);
  for (size_t row = 0; row < rows; row++)
    for (size_t i = 0; i < count; i++) {
      int32_t sum = 0;
      for (size_t d = 0; d < depth; d++) sum += (int32_t)a[row * stride + d] * b[(size_t)selected[i] * depth + d];
      sums[row * count + i] = sum;
    }
}

static void dequantize(const int32_t *sums, float factor, const float *bias, float *output, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float value = (float)sums[i] * factor;
    output[i] = bias ? value + bias[i] : value;
  }
}

static void dequantize_wide(const int32_t *high, const int32_t *low, float factor, const float *bias, float *output,
                            size_t count) {
  for (size_t i = 0; i < count; i++) {
    float sum = (float)high[i] * 128.0f + (float)low[i];
    float value = sum * factor;
    output[i] = bias ? value + bias[i] : value;
  }
}

static void dequantize_columns(const int32_t *sums, float factor, const float *scales, const float *bias, int adding,
                               float *output, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float scale = factor * scales[i];
    float value = (float)sums[i] * scale;
    if (bias) value = value + bias[i];
    output[i] = adding ? output[i] + value : value;
  }
}

static void dequantize_rows(const int32_t *sums, size_t rows, const float *factors, const float *scales, const float *bias,
                            int adding, float *output, size_t stride, size_t count) {
  for (size_t row = 0; row < rows; row++)
    dequantize_columns(sums + row * count, factors[row], scales, bias, adding, output + row * stride, count);
}

const dragoman_integer_kernels dragoman_integer_generic = {
    quantize,   quantize_wide,   magnitude,          multiply, multiply_selected,
    dequantize, dequantize_wide, dequantize_columns, dequantize_rows};
