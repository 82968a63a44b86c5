/* Int8 kernels for 64-bit Arm, baseline NEON: widening multiplies, pairwise sums into int32. */
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
  for (; i + 4 <= count; i += 4) largest = vmaxnmq_f32(largest, vabsq_f32(vld1q_f32(values + i)));
  float result = vmaxnmvq_f32(largest);
  for (; i < count; i++) result = __builtin_fabsf(values[i]) > result ? __builtin_fabsf(values[i]) : result;
  return result;
}

/* One block of 16 columns for `rows` rows; called with a constant, so that the sums stay in registers. */
static inline __attribute__((always_inline)) void block(const int8_t *a, size_t stride, const int8_t *b, size_t groups,
                                                        size_t width, int32_t *sums, size_t columns, const int rows) {
  int32x4_t total[2][4];
  for (int row = 0; row < rows; row++)
    for (int part = 0; part < 4; part++) total[row][part] = vdupq_n_s32(0);
  for (size_t group = 0; group < groups; group++)
    for (int row = 0; row < rows; row++) {
      int32_t four;
      memcpy(&four, a + (size_t)row * stride + group * 4, 4);
      int8x8_t values = vreinterpret_s8_s32(vdup_n_s32(four));
      for (int part = 0; part < 4; part++) {
        int8x16_t right = vld1q_s8(b + group * 64 + part * 16);
        int16x8_t low = vmull_s8(vget_low_s8(right), values), high = vmull_s8(vget_high_s8(right), values);
        int32x4_t pairs = vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high));
        total[row][part] = vaddq_s32(total[row][part], pairs);
      }
    }
  for (int row = 0; row < rows; row++) {
    int32_t lanes[16];
    for (int part = 0; part < 4; part++) vst1q_s32(lanes + part * 4, total[row][part]);
    memcpy(sums + (size_t)row * columns, lanes, width * sizeof(int32_t));
  }
}

static void multiply(const int8_t *a, size_t rows, const void *packed, size_t columns, size_t depth, int32_t *sums) {
  size_t stride = dragoman_padded_depth(depth), groups = stride / 4;
  for (size_t column = 0; column < columns; column += 16) {
    const int8_t *b = (const int8_t *)packed + column / 16 * groups * 64;
    size_t width = columns - column < 16 ? columns - column : 16, row = 0;
    for (; row + 2 <= rows; row += 2)
      block(a + row * stride, stride, b, groups, width, sums + row * columns + column, columns, 2);
    for (; row < rows; row++)
      block(a + row * stride, stride, b, groups, width, sums + row * columns + column, columns, 1);
  }
}

static void multiply_selected(const int8_t *a, size_t rows, const int8_t *b, const uint32_t *selected, size_t count,
                              size_t depth, int32_t *sums) {
  size_t stride = dragoman_padded_depth(depth), whole = depth / 16 * 16;
  for (size_t row = 0; row < rows; row++)
    for (size_t i = 0; i < count; i++) {
      const int8_t *left = a + row * stride, *right = b + (size_t)selected[i] * depth;
      int32x4_t lanes = vdupq_n_s32(0);
      for (size_t d = 0; d < whole; d += 16) {
        int8x16_t x = vld1q_s8(left + d), y = vld1q_s8(right + d);
        lanes = vpadalq_s16(lanes, vmull_s8(vget_low_s8(x), vget_low_s8(y)));
        lanes = vpadalq_s16(lanes, vmull_s8(vget_high_s8(x), vget_high_s8(y)));
      }
      int32_t sum = vaddvq_s32(lanes);
      for (size_t d = whole; d < depth; d++) sum += (int32_t)left[d] * right[d];
      sums[row * count + i] = sum;
    }
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

const dragoman_integer_kernels dragoman_integer_neon = {
    quantize,   quantize_wide,   magnitude,          multiply, multiply_selected,
    dequantize, dequantize_wide, dequantize_columns};
#endif
