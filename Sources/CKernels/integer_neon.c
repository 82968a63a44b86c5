/* Int8 kernels for 64-bit Arm: plain NEON with widening multiplies, and products by the dot products of Armv8.2. */
#if defined(__aarch64__)
#include "integers.h"
#include <arm_neon.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

static void quantize(const float *values, float factor, int8_t *quantized, size_t count) {
  const float32x4_t low = vdupq_n_f32(-127.0f), high = vdupq_n_f32(127.0f);
  for (size_t i = 0; i < count; i += 8) {
    float tail[8] = {0};
    const float *source = values + i;
    size_t left = count - i < 8 ? count - i : 8;
    if (left < 8) source = memcpy(tail, source, left * sizeof(float));
    int32x4_t parts[2];
    for (int part = 0; part < 2; part++) {
      float32x4_t scaled = vrndnq_f32(vmulq_n_f32(vld1q_f32(source + 4 * part), factor));
      /* maxnm answers the number for NaN, here the lower bound */
      parts[part] = vcvtnq_s32_f32(vminnmq_f32(vmaxnmq_f32(scaled, low), high));
    }
    int8x8_t bytes = vmovn_s16(vcombine_s16(vmovn_s32(parts[0]), vmovn_s32(parts[1])));
    if (left == 8) {
      vst1_s8(quantized + i, bytes);
    } else {
      int8_t last[8];
      vst1_s8(last, bytes);
      memcpy(quantized + i, last, left);
    }
  }
}

static void quantize_wide(const float *values, float factor, int8_t *high, int8_t *low, size_t count) {
  const float32x4_t lowest = vdupq_n_f32(-16256.0f), highest = vdupq_n_f32(16256.0f);
  for (size_t i = 0; i < count; i += 8) {
    float tail[8] = {0};
    const float *source = values + i;
    size_t left = count - i < 8 ? count - i : 8;
    if (left < 8) source = memcpy(tail, source, left * sizeof(float));
    int16x4_t parts[2];
    for (int part = 0; part < 2; part++) {
      float32x4_t scaled = vrndnq_f32(vmulq_n_f32(vld1q_f32(source + 4 * part), factor));
      parts[part] = vmovn_s32(vcvtnq_s32_f32(vminnmq_f32(vmaxnmq_f32(scaled, lowest), highest)));
    }
    int16x8_t whole = vcombine_s16(parts[0], parts[1]), upper = vshrq_n_s16(vaddq_s16(whole, vdupq_n_s16(64)), 7);
    int8_t bytes[2][8];
    vst1_s8(bytes[0], vmovn_s16(upper));
    vst1_s8(bytes[1], vmovn_s16(vsubq_s16(whole, vshlq_n_s16(upper, 7))));
    memcpy(high + i, bytes[0], left);
    memcpy(low + i, bytes[1], left);
  }
}

static float magnitude(const float *values, size_t count) {
  float32x4_t largest = vdupq_n_f32(0);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    /* not maxnm, which answers NaN for one that signals */
    float32x4_t size = vabsq_f32(vld1q_f32(values + i));
    largest = vbslq_f32(vcgtq_f32(size, largest), size, largest);
  }
  float result = vmaxnmvq_f32(largest);
  for (; i < count; i++) result = __builtin_fabsf(values[i]) > result ? __builtin_fabsf(values[i]) : result;
  return result;
}

#define INLINE static inline __attribute__((always_inline))
#define DOT __attribute__((target("dotprod")))
/* Rows of a product at once: their sums, four vectors each, and what goes into them fill the registers. */
enum { ROWS = 6 };

/* Stores the first `width` of the 16 columns of `rows` rows. */
INLINE void store_block(int32x4_t total[ROWS][4], size_t width, int32_t *sums, size_t columns, const int rows) {
  for (int row = 0; row < rows; row++, sums += columns) {
    int32_t lanes[16], *target = width == 16 ? sums : lanes;
    for (int part = 0; part < 4; part++) vst1q_s32(target + part * 4, total[row][part]);
    if (width < 16) memcpy(sums, lanes, width * sizeof(int32_t));
  }
}

INLINE int32x4_t four_bytes(const int8_t *p) {
  int32_t four;
  memcpy(&four, p, 4);
  return vdupq_n_s32(four);
}

/* One block of 16 columns for `rows` rows; called with a constant, so that the sums stay in registers. Two products fit 16
   bits: at most 2 * 127 * 128 < 2^15. */
INLINE void block(const int8_t *a, size_t stride, const int8_t *b, size_t groups, size_t width, int32_t *sums,
                  size_t columns, const int rows) {
  int32x4_t total[ROWS][4] = {};
  for (size_t group = 0; group < groups; group++, b += 64)
    for (int part = 0; part < 4; part++) {
      int8x16_t right = vld1q_s8(b + part * 16);
      for (int row = 0; row < rows; row++) {
        int8x16_t left = vreinterpretq_s8_s32(four_bytes(a + (size_t)row * stride + group * 4));
        int16x8_t low = vmull_s8(vget_low_s8(right), vget_low_s8(left)), high = vmull_high_s8(right, left);
        total[row][part] = vpadalq_s16(total[row][part], vpaddq_s16(low, high));
      }
    }
  store_block(total, width, sums, columns, rows);
}

/* The same with dot products of four bytes. */
DOT INLINE void dot_block(const int8_t *a, size_t stride, const int8_t *b, size_t groups, size_t width, int32_t *sums,
                          size_t columns, const int rows) {
  int32x4_t total[ROWS][4] = {};
  size_t group = 0;
  for (; group + 4 <= groups; group += 4, b += 256) {
    int8x16_t left[ROWS];
    for (int row = 0; row < rows; row++) left[row] = vld1q_s8(a + (size_t)row * stride + group * 4);
#define LANE(lane)                                                                                        \
  for (int part = 0; part < 4; part++) {                                                                  \
    int8x16_t right = vld1q_s8(b + lane * 64 + part * 16);                                                \
    for (int row = 0; row < rows; row++)                                                                  \
      total[row][part] = vdotq_laneq_s32(total[row][part], right, left[row], lane);                       \
  }
    LANE(0) LANE(1) LANE(2) LANE(3)
#undef LANE
  }
  for (; group < groups; group++, b += 64)
    for (int part = 0; part < 4; part++) {
      int8x16_t right = vld1q_s8(b + part * 16);
      for (int row = 0; row < rows; row++) {
        int8x16_t left = vreinterpretq_s8_s32(four_bytes(a + (size_t)row * stride + group * 4));
        total[row][part] = vdotq_s32(total[row][part], right, left);
      }
    }
  store_block(total, width, sums, columns, rows);
}

/* Four rows at a time, and the last up to six at once, so that a beam reads the weights once. */
#define MULTIPLY(BLOCK)                                                                                           \
  size_t stride = dragoman_padded_depth(depth), groups = stride / 4;                                              \
  for (size_t column = 0; column < columns; column += 16) {                                                       \
    const int8_t *b = (const int8_t *)packed + column / 16 * groups * 64;                                         \
    size_t width = columns - column < 16 ? columns - column : 16, row = 0;                                        \
    for (; rows - row > ROWS; row += 4) AT_ONCE(BLOCK, 4);                                                        \
    switch (rows - row) {                                                                                         \
    case 1: AT_ONCE(BLOCK, 1); break;                                                                             \
    case 2: AT_ONCE(BLOCK, 2); break;                                                                             \
    case 3: AT_ONCE(BLOCK, 3); break;                                                                             \
    case 4: AT_ONCE(BLOCK, 4); break;                                                                             \
    case 5: AT_ONCE(BLOCK, 5); break;                                                                             \
    case 6: AT_ONCE(BLOCK, 6); break;                                                                             \
    default: break;                                                                                               \
    }                                                                                                             \
  }
#define AT_ONCE(BLOCK, count) \
  BLOCK(a + row * stride, stride, b, groups, width, sums + row * columns + column, columns, count)

static void multiply(const int8_t *a, size_t rows, const void *packed, size_t columns, size_t depth, int32_t *sums) {
  MULTIPLY(block)
}

DOT static void dot_multiply(const int8_t *a, size_t rows, const void *packed, size_t columns, size_t depth,
                             int32_t *sums) {
  MULTIPLY(dot_block)
}

INLINE int32x4_t add_products(int32x4_t lanes, int8x16_t x, int8x16_t y) {
  lanes = vpadalq_s16(lanes, vmull_s8(vget_low_s8(x), vget_low_s8(y)));
  return vpadalq_s16(lanes, vmull_high_s8(x, y));
}

/* Four output channels at a time, so that enough sums are on their way. */
#define MULTIPLY_SELECTED(ADD_PRODUCTS)                                                                           \
  size_t stride = dragoman_padded_depth(depth), whole = depth / 16 * 16;                                          \
  for (size_t row = 0; row < rows; row++, a += stride, sums += count)                                             \
    for (size_t i = 0; i < count; i += 4) {                                                                       \
      size_t block = count - i < 4 ? count - i : 4;                                                               \
      const int8_t *right[4];                                                                                     \
      int32x4_t lanes[4] = {};                                                                                    \
      for (size_t k = 0; k < 4; k++) right[k] = b + (size_t)selected[i + (k < block ? k : 0)] * depth;            \
      for (size_t d = 0; d < whole; d += 16) {                                                                    \
        int8x16_t left = vld1q_s8(a + d);                                                                         \
        for (int k = 0; k < 4; k++) lanes[k] = ADD_PRODUCTS(lanes[k], left, vld1q_s8(right[k] + d));              \
      }                                                                                                           \
      for (size_t k = 0; k < block; k++) {                                                                        \
        int32_t sum = vaddvq_s32(lanes[k]);                                                                       \
        for (size_t d = whole; d < depth; d++) sum += (int32_t)a[d] * right[k][d];                                \
        sums[i + k] = sum;                                                                                        \
      }                                                                                                           \
    }

static void multiply_selected(const int8_t *a, size_t rows, const int8_t *b, const uint32_t *selected, size_t count,
                              size_t depth, int32_t *sums) {
  MULTIPLY_SELECTED(add_products)
}

DOT static void dot_multiply_selected(const int8_t *a, size_t rows, const int8_t *b, const uint32_t *selected,
                                      size_t count, size_t depth, int32_t *sums) {
  MULTIPLY_SELECTED(vdotq_s32)
}

static void dequantize(const int32_t *sums, float factor, const float *bias, float *output, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    float32x4_t values = vmulq_n_f32(vcvtq_f32_s32(vld1q_s32(sums + i)), factor);
    if (bias) values = vaddq_f32(values, vld1q_f32(bias + i));
    vst1q_f32(output + i, values);
  }
  for (; i < count; i++) {
    float value = (float)sums[i] * factor;
    output[i] = bias ? value + bias[i] : value;
  }
}

static void dequantize_wide(const int32_t *high, const int32_t *low, float factor, const float *bias, float *output,
                            size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    float32x4_t upper = vmulq_n_f32(vcvtq_f32_s32(vld1q_s32(high + i)), 128.0f);
    float32x4_t values = vmulq_n_f32(vaddq_f32(upper, vcvtq_f32_s32(vld1q_s32(low + i))), factor);
    if (bias) values = vaddq_f32(values, vld1q_f32(bias + i));
    vst1q_f32(output + i, values);
  }
  for (; i < count; i++) {
    float sum = (float)high[i] * 128.0f + (float)low[i];
    float value = sum * factor;
    output[i] = bias ? value + bias[i] : value;
  }
}

static void dequantize_columns(const int32_t *sums, float factor, const float *scales, const float *bias, int adding,
                               float *output, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    float32x4_t scale = vmulq_n_f32(vld1q_f32(scales + i), factor);
    float32x4_t values = vmulq_f32(vcvtq_f32_s32(vld1q_s32(sums + i)), scale);
    if (bias) values = vaddq_f32(values, vld1q_f32(bias + i));
    if (adding) values = vaddq_f32(vld1q_f32(output + i), values);
    vst1q_f32(output + i, values);
  }
  for (; i < count; i++) {
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

const dragoman_integer_kernels dragoman_integer_neon = {
    quantize,   quantize_wide,   magnitude,          multiply, multiply_selected,
    dequantize, dequantize_wide, dequantize_columns, dequantize_rows};
const dragoman_integer_kernels dragoman_integer_neondot = {
    quantize,   quantize_wide,   magnitude,          dot_multiply, dot_multiply_selected,
    dequantize, dequantize_wide, dequantize_columns, dequantize_rows};
#endif
