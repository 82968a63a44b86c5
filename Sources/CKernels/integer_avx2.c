/* Int8 kernels for AVX2. |b| * sign(a, b) keeps maddubs exact: a pair of products is at most 2 * 128 * 127 < 2^15. */
#if defined(__x86_64__)
#include "integers.h"
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#define AVX2 __attribute__((target("avx2")))

AVX2 static void quantize(const float *values, float factor, int8_t *quantized, size_t count) {
  const __m256 scale = _mm256_set1_ps(factor), low = _mm256_set1_ps(-127.0f), high = _mm256_set1_ps(127.0f);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  size_t i = 0;
  for (; i < count; i += 32) {
    __m256i parts[4];
    float tail[32];
    const float *source = values + i;
    if (count - i < 32) {
      memset(tail, 0, sizeof tail);
      memcpy(tail, source, (count - i) * sizeof(float));
      source = tail;
    }
    for (int part = 0; part < 4; part++) {
      __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(source + 8 * part), scale);
      scaled = _mm256_round_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      /* max answers its second operand for NaN */
      parts[part] = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(scaled, low), high));
    }
    __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(parts[0], parts[1]), _mm256_packs_epi32(parts[2], parts[3]));
    packed = _mm256_permutevar8x32_epi32(packed, order);
    if (count - i < 32) {
      int8_t bytes[32];
      _mm256_storeu_si256((__m256i *)bytes, packed);
      memcpy(quantized + i, bytes, count - i);
    } else {
      _mm256_storeu_si256((__m256i *)(quantized + i), packed);
    }
  }
}

AVX2 static void quantize_wide(const float *values, float factor, int8_t *high, int8_t *low, size_t count) {
  const __m256 scale = _mm256_set1_ps(factor), lowest = _mm256_set1_ps(-16256.0f), highest = _mm256_set1_ps(16256.0f);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7), half = _mm256_set1_epi32(64);
  for (size_t i = 0; i < count; i += 32) {
    __m256i highs[4], lows[4];
    float tail[32];
    const float *source = values + i;
    if (count - i < 32) {
      memset(tail, 0, sizeof tail);
      memcpy(tail, source, (count - i) * sizeof(float));
      source = tail;
    }
    for (int part = 0; part < 4; part++) {
      __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(source + 8 * part), scale);
      scaled = _mm256_round_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      __m256i whole = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(scaled, lowest), highest));
      highs[part] = _mm256_srai_epi32(_mm256_add_epi32(whole, half), 7);
      lows[part] = _mm256_sub_epi32(whole, _mm256_slli_epi32(highs[part], 7));
    }
    __m256i upper = _mm256_packs_epi16(_mm256_packs_epi32(highs[0], highs[1]), _mm256_packs_epi32(highs[2], highs[3]));
    __m256i lower = _mm256_packs_epi16(_mm256_packs_epi32(lows[0], lows[1]), _mm256_packs_epi32(lows[2], lows[3]));
    int8_t bytes[2][32];
    size_t left = count - i < 32 ? count - i : 32;
    _mm256_storeu_si256((__m256i *)bytes[0], _mm256_permutevar8x32_epi32(upper, order));
    _mm256_storeu_si256((__m256i *)bytes[1], _mm256_permutevar8x32_epi32(lower, order));
    memcpy(high + i, bytes[0], left);
    memcpy(low + i, bytes[1], left);
  }
}

AVX2 static float magnitude(const float *values, size_t count) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  __m256 largest = _mm256_setzero_ps();
  size_t i = 0;
  /* max answers its second operand for NaN */
  for (; i + 8 <= count; i += 8)
    largest = _mm256_max_ps(_mm256_andnot_ps(sign, _mm256_loadu_ps(values + i)), largest);
  float lanes[8], result = 0;
  _mm256_storeu_ps(lanes, largest);
  for (int lane = 0; lane < 8; lane++) result = lanes[lane] > result ? lanes[lane] : result;
  for (; i < count; i++) result = __builtin_fabsf(values[i]) > result ? __builtin_fabsf(values[i]) : result;
  return result;
}

AVX2 static inline __m256i add_products(__m256i sum, __m256i magnitude, __m256i a, __m256i b) {
  __m256i pairs = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(a, b));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/* One block of 16 columns for `rows` rows; called with constants, so that the sums stay in registers. With `ahead` the block
   behind this one is called for on the way. */
AVX2 static inline __attribute__((always_inline)) void block(const int8_t *a, size_t stride, const int8_t *b,
                                                             size_t groups, size_t width, int32_t *sums,
                                                             size_t columns, const int rows, const int ahead) {
  __m256i total[4][2];
  for (int row = 0; row < rows; row++) total[row][0] = total[row][1] = _mm256_setzero_si256();
  for (size_t group = 0; group < groups; group++) {
    __m256i left = _mm256_load_si256((const __m256i *)(b + group * 64));
    __m256i right = _mm256_load_si256((const __m256i *)(b + group * 64 + 32));
    if (ahead) __builtin_prefetch(b + (groups + group) * 64, 0, 3);
    __m256i left_magnitude = _mm256_abs_epi8(left), right_magnitude = _mm256_abs_epi8(right);
    for (int row = 0; row < rows; row++) {
      int32_t four;
      memcpy(&four, a + (size_t)row * stride + group * 4, 4);
      __m256i values = _mm256_set1_epi32(four);
      total[row][0] = add_products(total[row][0], left_magnitude, values, left);
      total[row][1] = add_products(total[row][1], right_magnitude, values, right);
    }
  }
  for (int row = 0; row < rows; row++) {
    if (width == 16) {
      _mm256_storeu_si256((__m256i *)(sums + (size_t)row * columns), total[row][0]);
      _mm256_storeu_si256((__m256i *)(sums + (size_t)row * columns + 8), total[row][1]);
    } else {
      memcpy(sums + (size_t)row * columns, total[row], width * sizeof(int32_t));
    }
  }
}

AVX2 static void multiply(const int8_t *a, size_t rows, const void *packed, size_t columns, size_t depth,
                          int32_t *sums) {
  size_t stride = dragoman_padded_depth(depth), groups = stride / 4;
  /* Fewer rows than these wait for the memory: the first of them call for the next block. */
  enum { many = 32 };
  for (size_t column = 0; column < columns; column += 16) {
    const int8_t *b = (const int8_t *)packed + column / 16 * groups * 64;
    size_t width = columns - column < 16 ? columns - column : 16, row = 0;
#define BLOCK(count, ahead) \
  block(a + row * stride, stride, b, groups, width, sums + row * columns + column, columns, count, ahead)
    for (; row + 4 <= rows; row += 4)
      if (row == 0 && rows < many) BLOCK(4, 1);
      else BLOCK(4, 0);
    for (; row < rows; row++)
      if (row == 0) BLOCK(1, 1);
      else BLOCK(1, 0);
#undef BLOCK
  }
}

AVX2 static inline int32_t total(__m256i sums) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
}

AVX2 static void multiply_selected(const int8_t *a, size_t rows, const int8_t *b, const uint32_t *selected,
                                   size_t count, size_t depth, int32_t *sums) {
  size_t stride = dragoman_padded_depth(depth), whole = depth / 32 * 32;
  for (size_t row = 0; row < rows; row++) {
    const int8_t *left = a + row * stride;
    for (size_t i = 0; i < count; i++) {
      const int8_t *right = b + (size_t)selected[i] * depth;
      __m256i lanes = _mm256_setzero_si256();
      for (size_t d = 0; d < whole; d += 32) {
        __m256i values = _mm256_loadu_si256((const __m256i *)(left + d));
        __m256i weights = _mm256_loadu_si256((const __m256i *)(right + d));
        lanes = add_products(lanes, _mm256_abs_epi8(weights), values, weights);
      }
      int32_t sum = total(lanes);
      for (size_t d = whole; d < depth; d++) sum += (int32_t)left[d] * right[d];
      sums[row * count + i] = sum;
    }
  }
}

AVX2 static void dequantize(const int32_t *sums, float factor, const float *bias, float *output, size_t count) {
  const __m256 scale = _mm256_set1_ps(factor);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 values = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(sums + i))), scale);
    if (bias) values = _mm256_add_ps(values, _mm256_loadu_ps(bias + i));
    _mm256_storeu_ps(output + i, values);
  }
  for (; i < count; i++) {
    float value = (float)sums[i] * factor;
    output[i] = bias ? value + bias[i] : value;
  }
}

AVX2 static void dequantize_wide(const int32_t *high, const int32_t *low, float factor, const float *bias,
                                 float *output, size_t count) {
  const __m256 scale = _mm256_set1_ps(factor), step = _mm256_set1_ps(128.0f);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 upper = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(high + i))), step);
    __m256 lower = _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(low + i)));
    __m256 values = _mm256_mul_ps(_mm256_add_ps(upper, lower), scale);
    if (bias) values = _mm256_add_ps(values, _mm256_loadu_ps(bias + i));
    _mm256_storeu_ps(output + i, values);
  }
  for (; i < count; i++) {
    float sum = (float)high[i] * 128.0f + (float)low[i];
    float value = sum * factor;
    output[i] = bias ? value + bias[i] : value;
  }
}

AVX2 static void dequantize_columns(const int32_t *sums, float factor, const float *scales, const float *bias,
                                    int adding, float *output, size_t count) {
  const __m256 row = _mm256_set1_ps(factor);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 scale = _mm256_mul_ps(row, _mm256_loadu_ps(scales + i));
    __m256 values = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(sums + i))), scale);
    if (bias) values = _mm256_add_ps(values, _mm256_loadu_ps(bias + i));
    if (adding) values = _mm256_add_ps(_mm256_loadu_ps(output + i), values);
    _mm256_storeu_ps(output + i, values);
  }
  for (; i < count; i++) {
    float scale = factor * scales[i];
    float value = (float)sums[i] * scale;
    if (bias) value = value + bias[i];
    output[i] = adding ? output[i] + value : value;
  }
}

AVX2 static void dequantize_rows(const int32_t *sums, size_t rows, const float *factors, const float *scales, const float *bias,
                            int adding, float *output, size_t stride, size_t count) {
  for (size_t row = 0; row < rows; row++)
    dequantize_columns(sums + row * count, factors[row], scales, bias, adding, output + row * stride, count);
}

const dragoman_integer_kernels dragoman_integer_avx2 = {
    quantize,   quantize_wide,   magnitude,          multiply, multiply_selected,
    dequantize, dequantize_wide, dequantize_columns, dequantize_rows};
#endif
