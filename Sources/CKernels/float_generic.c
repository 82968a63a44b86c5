/* Plain scalar twins of the float kernels: the definition that every fast path is compared with. */
#include "floats.h"
#include <math.h>
#include <string.h>

static float widen(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = (half >> 10) & 31, mantissa = half & 0x3ff, bits;
  if (exponent == 31) {
    bits = sign | 0x7f800000 | mantissa << 13;
  } else if (exponent != 0) {
    bits = sign | (exponent + 112) << 23 | mantissa << 13;
  } else {
    float magnitude = (float)mantissa * 0x1p-24f; /* subnormal or zero */
    memcpy(&bits, &magnitude, 4);
    bits |= sign;
  }
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static uint16_t narrow(float value) {
  uint32_t bits, sign;
  memcpy(&bits, &value, 4);
  sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (bits >> 13 & 0x3ff)); /* NaN, made quiet */
  if (bits >= 0x477ff000) return (uint16_t)(sign | 0x7c00);                       /* rounds beyond 65504 */
  if (bits < 0x38800000) {
    /* subnormal or zero: the float unit rounds to steps of 2^-24 */
    float magnitude;
    memcpy(&magnitude, &bits, 4);
    return (uint16_t)(sign | (uint16_t)(int)nearbyintf(magnitude * 0x1p24f));
  }
  bits += 0xfff + (bits >> 13 & 1);
  return (uint16_t)(sign | (bits - (112u << 23)) >> 13);
}

static uint16_t half_at(const void *half, size_t index) {
  uint16_t bits;
  memcpy(&bits, (const char *)half + 2 * index, 2);
  return bits;
}

static void half_to_float(const void *half, float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = widen(half_at(half, i));
}

static void float_to_half(const float *values, void *half, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint16_t bits = narrow(values[i]);
    memcpy((char *)half + 2 * i, &bits, 2);
  }
}

static float dot(const float *a, const float *b, size_t count) {
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static void matrix_vector(const float *matrix, size_t rows, size_t depth, size_t stride, const float *vector,
                          const float *bias, float *output) {
  for (size_t row = 0; row < rows; row++)
    output[row] = dot(matrix + row * stride, vector, depth) + (bias ? bias[row] : 0);
}

static void matrix_vector_half(const void *matrix, size_t rows, size_t depth, const float *vector, const float *bias,
                               float *output) {
  for (size_t row = 0; row < rows; row++) {
    float sum = 0;
    for (size_t d = 0; d < depth; d++) sum += widen(half_at(matrix, row * depth + d)) * vector[d];
    output[row] = sum + (bias ? bias[row] : 0);
  }
}

static void weighted_rows(const float *weights, const float *matrix, size_t rows, size_t depth, size_t stride,
                          float *output) {
  for (size_t d = 0; d < depth; d++) output[d] = 0;
  for (size_t row = 0; row < rows; row++)
    for (size_t d = 0; d < depth; d++) output[d] += weights[row] * matrix[row * stride + d];
}

static void scores_half(const float *queries, size_t rows, size_t query_stride, const void *keys, size_t depth, size_t tiles,
                        float *scores, size_t score_stride) {
  const size_t width = dragoman_key_tile;
  for (size_t row = 0; row < rows; row++)
    for (size_t p = 0; p < tiles * width; p++) {
      float sum = 0;
      for (size_t d = 0; d < depth; d++)
        sum += queries[row * query_stride + d] * widen(half_at(keys, (p / width * depth + d) * width + p % width));
      scores[row * score_stride + p] = sum;
    }
}

static void mix_half(const float *weights, size_t rows, size_t weight_stride, const void *values, size_t positions,
                     size_t depth, float *output, size_t output_stride) {
  for (size_t row = 0; row < rows; row++)
    for (size_t d = 0; d < depth; d++) {
      float sum = 0;
      for (size_t p = 0; p < positions; p++) sum += weights[row * weight_stride + p] * widen(half_at(values, p * depth + d));
      output[row * output_stride + d] = sum;
    }
}

static void multiply_tiles(const float *left, size_t rows, size_t left_stride, const float *tiles, size_t depth,
                           size_t columns, float *output, size_t output_stride) {
  for (size_t row = 0; row < rows; row++)
    for (size_t first = 0; first < columns; first += dragoman_tile) {
      float sums[dragoman_tile] = {0};
      for (size_t d = 0; d < depth; d++)
        for (int c = 0; c < dragoman_tile; c++)
          sums[c] += left[row * left_stride + d] * tiles[(first / dragoman_tile * depth + d) * dragoman_tile + c];
      size_t count = columns - first < dragoman_tile ? columns - first : dragoman_tile;
      memcpy(output + row * output_stride + first, sums, count * 4);
    }
}

static void add(const float *values, float *sums, size_t count) {
  for (size_t i = 0; i < count; i++) sums[i] += values[i];
}

static void relu(float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = values[i] > 0 ? values[i] : 0;
}

static void gelu(float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = 0.5f * values[i] * (1 + erff(values[i] * 0.70710678118654752f));
}

static void sigmoid(float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = 1 / (1 + expf(-values[i]));
}

static float maximum(const float *values, size_t count) {
  float best = -INFINITY;
  for (size_t i = 0; i < count; i++) best = values[i] > best ? values[i] : best;
  return best;
}

static float sum_exponentials(const float *values, float maximum, size_t count) {
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += expf(values[i] - maximum);
  return sum;
}

static void softmax(float *values, float scale, size_t count) {
  float top = scale * maximum(values, count), sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i] = expf(scale * values[i] - top);
  for (size_t i = 0; i < count; i++) values[i] /= sum;
}

static float exponentials(float *values, float scale, size_t count) {
  float top = scale * maximum(values, count), sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i] = expf(scale * values[i] - top);
  return sum;
}

static void scale_by(float *values, float factor, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] *= factor;
}

static void layer_norm(const float *values, const float *gamma, const float *beta, float epsilon, float *output,
                       size_t count) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  float mean = (float)(sum / (double)count);
  for (size_t i = 0; i < count; i++) squares += (double)(values[i] - mean) * (values[i] - mean);
  float scale = 1 / sqrtf((float)(squares / (double)count) + epsilon);
  for (size_t i = 0; i < count; i++) output[i] = (values[i] - mean) * scale * gamma[i] + beta[i];
}

static void turn(const float *matrix, size_t rows, size_t columns, size_t stride, float *turned, size_t turned_stride) {
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column++) turned[column * turned_stride + row] = matrix[row * stride + column];
}

const dragoman_float_kernels dragoman_float_generic = {
    half_to_float, float_to_half, dot,     matrix_vector, matrix_vector_half, weighted_rows, scores_half, mix_half, multiply_tiles, add, relu, gelu, sigmoid,
    softmax,       exponentials, scale_by, layer_norm, maximum, sum_exponentials, turn,
};
