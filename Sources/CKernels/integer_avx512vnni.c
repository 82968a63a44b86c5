/* Int8 kernels for AVX-512 VNNI. The left side is shifted by 128 to be unsigned; 128 times the column's sum is taken off
   again, exactly, in int32. */
#if defined(__x86_64__)
#include "integers.h"
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

VNNI static void quantize(const float *values, float factor, int8_t *quantized, size_t count) {
  const __m512 scale = _mm512_set1_ps(factor), low = _mm512_set1_ps(-127.0f), high = _mm512_set1_ps(127.0f);
  for (size_t i = 0; i < count; i += 16) {
    __mmask16 mask = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    __m512 scaled = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, values + i), scale);
    scaled = _mm512_roundscale_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    /* max answers its second operand for NaN */
    __m512i whole = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(scaled, low), high));
    _mm_mask_storeu_epi8(quantized + i, mask, _mm512_cvtsepi32_epi8(whole));
  }
}

VNNI static void quantize_wide(const float *values, float factor, int8_t *high, int8_t *low, size_t count) {
  const __m512 scale = _mm512_set1_ps(factor), lowest = _mm512_set1_ps(-16256.0f), highest = _mm512_set1_ps(16256.0f);
  for (size_t i = 0; i < count; i += 16) {
    __mmask16 mask = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    __m512 scaled = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, values + i), scale);
    scaled = _mm512_roundscale_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512i whole = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(scaled, lowest), highest));
    __m512i upper = _mm512_srai_epi32(_mm512_add_epi32(whole, _mm512_set1_epi32(64)), 7);
    _mm_mask_storeu_epi8(high + i, mask, _mm512_cvtepi32_epi8(upper));
    _mm_mask_storeu_epi8(low + i, mask, _mm512_cvtepi32_epi8(_mm512_sub_epi32(whole, _mm512_slli_epi32(upper, 7))));
  }
}

VNNI static float magnitude(const float *values, size_t count) {
  __m512 largest[4];
  size_t i = 0;
  for (int k = 0; k < 4; k++) largest[k] = _mm512_setzero_ps();
  /* max answers its second operand for NaN */
  for (; i + 64 <= count; i += 64)
    for (int k = 0; k < 4; k++)
      largest[k] = _mm512_max_ps(_mm512_abs_ps(_mm512_loadu_ps(values + i + k * 16)), largest[k]);
  for (; i < count; i += 16) {
    __mmask16 mask = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    largest[0] = _mm512_max_ps(_mm512_abs_ps(_mm512_maskz_loadu_ps(mask, values + i)), largest[0]);
  }
  return _mm512_reduce_max_ps(
      _mm512_max_ps(_mm512_max_ps(largest[0], largest[1]), _mm512_max_ps(largest[2], largest[3])));
}

/* `blocks` blocks of 16 columns for `rows` rows; called with constants, so that the sums stay in registers. With `ahead` the weights
   as far behind these as they are long are called for on the way. */
VNNI static inline __attribute__((always_inline)) void tile(const int8_t *a, size_t stride, const int8_t *b,
                                                            size_t groups, const int32_t *column_sums, size_t width,
                                                            int32_t *sums, size_t columns, const int rows,
                                                            const int blocks, const int ahead) {
  __m512i total[8][2];
  for (int row = 0; row < rows; row++)
    for (int part = 0; part < blocks; part++) total[row][part] = _mm512_setzero_si512();
  const __m512i shift = _mm512_set1_epi8((char)0x80);
  for (size_t group = 0; group < groups; group++) {
    __m512i right[2];
    for (int part = 0; part < blocks; part++) {
      right[part] = _mm512_load_si512(b + ((size_t)part * groups + group) * 64);
      if (ahead) __builtin_prefetch(b + ((size_t)(part + blocks) * groups + group) * 64, 0, 3);
    }
    for (int row = 0; row < rows; row++) {
      int32_t four;
      memcpy(&four, a + (size_t)row * stride + group * 4, 4);
      __m512i values = _mm512_xor_si512(_mm512_set1_epi32(four), shift);
      for (int part = 0; part < blocks; part++)
        total[row][part] = _mm512_dpbusd_epi32(total[row][part], values, right[part]);
    }
  }
  for (int part = 0; part < blocks; part++) {
    size_t left = width - (size_t)part * 16;
    __mmask16 mask = left < 16 ? (__mmask16)((1u << left) - 1) : 0xffff;
    __m512i correction = _mm512_slli_epi32(_mm512_load_si512(column_sums + part * 16), 7);
    for (int row = 0; row < rows; row++)
      _mm512_mask_storeu_epi32(sums + (size_t)row * columns + part * 16, mask,
                               _mm512_sub_epi32(total[row][part], correction));
  }
}

VNNI static void multiply(const int8_t *a, size_t rows, const void *packed, size_t columns, size_t depth,
                          int32_t *sums) {
  size_t stride = dragoman_padded_depth(depth), groups = stride / 4, padded = (columns + 15) / 16 * 16;
  const int32_t *column_sums = (const int32_t *)((const int8_t *)packed + padded * stride);
  /* While many rows pass by, what stands behind this matrix is called into the second-level cache: often it is needed next, and
     to ask for it costs nothing where it is not or there is nothing. Few rows wait for the memory: the first of them call for the
     next columns, in more streams than the processor would look after by itself. */
  enum { many = 32 };
  const char *next = (const char *)packed + dragoman_packed_size(columns, depth);
  size_t slice = dragoman_packed_size(columns, depth) / (rows / 8 * ((columns + 31) / 32) + 1) + 64;
  for (size_t column = 0; column < columns;) {
    const int8_t *b = (const int8_t *)packed + column / 16 * groups * 64;
    size_t left = columns - column, row = 0;
#define TILE(count, width, blocks, ahead)                                                                        \
  tile(a + row * stride, stride, b, groups, column_sums + column, width, sums + row * columns + column, columns, \
       count, blocks, ahead)
    if (left > 16) {
      size_t width = left < 32 ? left : 32;
      for (; row + 8 <= rows; row += 8) {
        if (rows >= many)
          for (const char *end = next + slice; next < end; next += 64) __builtin_prefetch(next, 0, 2);
        if (row == 0 && rows < many) TILE(8, width, 2, 1);
        else TILE(8, width, 2, 0);
      }
      /* The rest at once, too, so that enough sums are on their way and the weights are read once. */
#define REST(count)                            \
  case count:                                  \
    if (row == 0) TILE(count, width, 2, 1);    \
    else TILE(count, width, 2, 0);             \
    break;
      switch (rows - row) {
        REST(1) REST(2) REST(3) REST(4) REST(5) REST(6) REST(7)
      default: break;
      }
#undef REST
      column += 32;
    } else {
      for (; row + 4 <= rows; row += 4) TILE(4, left, 1, 0);
      for (; row < rows; row++) TILE(1, left, 1, 0);
      column += 16;
    }
#undef TILE
  }
}

/* Adds the 16 lanes of each of four vectors. */
VNNI static inline __m128i totals(__m512i a, __m512i b, __m512i c, __m512i d) {
  __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

VNNI static void multiply_selected(const int8_t *a, size_t rows, const int8_t *b, const uint32_t *selected,
                                   size_t count, size_t depth, int32_t *sums) {
  /* Here the signed side is a and the unsigned one b + 128, so that one correction serves all columns of a row. */
  const __m512i shift = _mm512_set1_epi8((char)0x80);
  size_t stride = dragoman_padded_depth(depth);
  for (size_t row = 0; row < rows; row++) {
    const int8_t *left = a + row * stride;
    int32_t sum = 0;
    for (size_t d = 0; d < depth; d++) sum += left[d];
    const __m128i correction = _mm_set1_epi32(sum * 128);
    for (size_t i = 0; i < count; i += 4) {
      __m512i lanes[4];
      const int8_t *right[4];
      for (size_t part = 0; part < 4; part++) {
        lanes[part] = _mm512_setzero_si512();
        right[part] = b + (size_t)selected[i + part < count ? i + part : i] * depth;
      }
      for (size_t d = 0; d < depth; d += 64) {
        __mmask64 mask = depth - d < 64 ? ((__mmask64)1 << (depth - d)) - 1 : ~(__mmask64)0;
        __m512i values = _mm512_maskz_loadu_epi8(mask, left + d);
        for (int part = 0; part < 4; part++)
          lanes[part] = _mm512_dpbusd_epi32(
              lanes[part], _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, right[part] + d), shift), values);
      }
      __m128i four = _mm_sub_epi32(totals(lanes[0], lanes[1], lanes[2], lanes[3]), correction);
      __mmask8 mask = count - i < 4 ? (__mmask8)((1u << (count - i)) - 1) : 0xf;
      _mm_mask_storeu_epi32(sums + row * count + i, mask, four);
    }
  }
}

VNNI static void dequantize(const int32_t *sums, float factor, const float *bias, float *output, size_t count) {
  const __m512 scale = _mm512_set1_ps(factor);
  for (size_t i = 0; i < count; i += 16) {
    __mmask16 mask = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    __m512 values = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, sums + i)), scale);
    if (bias) values = _mm512_add_ps(values, _mm512_maskz_loadu_ps(mask, bias + i));
    _mm512_mask_storeu_ps(output + i, mask, values);
  }
}

VNNI static void dequantize_wide(const int32_t *high, const int32_t *low, float factor, const float *bias,
                                 float *output, size_t count) {
  const __m512 scale = _mm512_set1_ps(factor), step = _mm512_set1_ps(128.0f);
  for (size_t i = 0; i < count; i += 16) {
    __mmask16 mask = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    __m512 upper = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, high + i)), step);
    __m512 lower = _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, low + i));
    __m512 values = _mm512_mul_ps(_mm512_add_ps(upper, lower), scale);
    if (bias) values = _mm512_add_ps(values, _mm512_maskz_loadu_ps(mask, bias + i));
    _mm512_mask_storeu_ps(output + i, mask, values);
  }
}

VNNI static void dequantize_columns(const int32_t *sums, float factor, const float *scales, const float *bias,
                                    int adding, float *output, size_t count) {
  const __m512 row = _mm512_set1_ps(factor);
  for (size_t i = 0; i < count; i += 16) {
    __mmask16 mask = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    __m512 scale = _mm512_mul_ps(row, _mm512_maskz_loadu_ps(mask, scales + i));
    __m512 values = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, sums + i)), scale);
    if (bias) values = _mm512_add_ps(values, _mm512_maskz_loadu_ps(mask, bias + i));
    if (adding) values = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, output + i), values);
    _mm512_mask_storeu_ps(output + i, mask, values);
  }
}

/* `vectors` vectors of columns, a constant, the last of them under a mask: what belongs to the columns is read once for all rows. */
VNNI static inline __attribute__((always_inline)) void dequantize_run(
    const int32_t *sums, size_t sum_stride, size_t rows, const float *factors, const float *scales, const float *bias,
    const int adding, float *output, size_t stride, const int vectors, __mmask16 last) {
  __m512 scale[4], shift[4];
  for (int k = 0; k < vectors; k++) {
    __mmask16 mask = k == vectors - 1 ? last : 0xffff;
    scale[k] = _mm512_maskz_loadu_ps(mask, scales + k * 16);
    shift[k] = bias ? _mm512_maskz_loadu_ps(mask, bias + k * 16) : _mm512_setzero_ps();
  }
  for (size_t row = 0; row < rows; row++, sums += sum_stride, output += stride) {
    const __m512 factor = _mm512_set1_ps(factors[row]);
    for (int k = 0; k < vectors; k++) {
      __mmask16 mask = k == vectors - 1 ? last : 0xffff;
      __m512 values = _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, sums + k * 16));
      values = _mm512_mul_ps(values, _mm512_mul_ps(factor, scale[k]));
      if (bias) values = _mm512_add_ps(values, shift[k]);
      if (adding) values = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, output + k * 16), values);
      _mm512_mask_storeu_ps(output + k * 16, mask, values);
    }
  }
}

VNNI static void dequantize_rows(const int32_t *sums, size_t rows, const float *factors, const float *scales,
                                 const float *bias, int adding, float *output, size_t stride, size_t count) {
  size_t i = 0;
#define RUN(vectors, last)                                                                                               \
  if (adding)                                                                                                            \
    dequantize_run(sums + i, count, rows, factors, scales + i, bias ? bias + i : NULL, 1, output + i, stride, vectors, last); \
  else                                                                                                                   \
    dequantize_run(sums + i, count, rows, factors, scales + i, bias ? bias + i : NULL, 0, output + i, stride, vectors, last);
  for (; i + 64 <= count; i += 64) { RUN(4, 0xffff) }
  for (; i + 16 <= count; i += 16) { RUN(1, 0xffff) }
  if (i < count) { RUN(1, (__mmask16)((1u << (count - i)) - 1)) }
#undef RUN
}

const dragoman_integer_kernels dragoman_integer_avx512vnni = {
    quantize,   quantize_wide,   magnitude,          multiply, multiply_selected,
    dequantize, dequantize_wide, dequantize_columns, dequantize_rows};
#endif
