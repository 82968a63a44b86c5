#ifndef DRAGOMAN_INTEGERS_H
#define DRAGOMAN_INTEGERS_H

#include <stddef.h>
#include <stdint.h>

/* Int8 kernels. They accumulate in int32 and agree bit for bit across instruction sets; the float steps around them round once
   per operation, so they agree too.

   A packed matrix is the right side of a product, laid out once for every instruction set. For an output channel `column` and an
   input channel `d` the byte stands at ((column / 16 * groups + d / 4) * 16 + column % 16) * 4 + d % 4 with
   groups = ceil(depth / 4); what is beyond the matrix is 0. Behind the bytes stands, for each of the ceil(columns / 16) * 16
   columns, the int32 sum of its bytes, which instructions for unsigned times signed need. */

/* Input channels of a quantised row, rounded up to a whole group. Rows on the left side of a product have this stride. */
static inline size_t dragoman_padded_depth(size_t depth) { return (depth + 3) / 4 * 4; }

/* Bytes of a packed matrix. It must be aligned to 64 bytes. */
size_t dragoman_packed_size(size_t columns, size_t depth);

/* Packs b, `[column, d]` row-major. */
void dragoman_pack(const int8_t *b, size_t columns, size_t depth, void *packed);

typedef struct {
  /* quantized[i] = clamp(round_half_even(values[i] * factor), -127, 127); NaN becomes -127 */
  void (*quantize)(const float *values, float factor, int8_t *quantized, size_t count);
  /* A finer quantisation, for products of two passes: with q = clamp(round_half_even(values[i] * factor), -16256, 16256),
     q = 128 * high[i] + low[i], high in -127...127 and low in -64...63; NaN becomes -16256 */
  void (*quantize_wide)(const float *values, float factor, int8_t *high, int8_t *low, size_t count);
  /* the largest |values[i]|, NaN left out; 0 for none */
  float (*magnitude)(const float *values, size_t count);
  /* sums[row * columns + column] = sum over d of a[row * padded_depth + d] * b[column, d], b packed, a in -127...127 */
  void (*multiply)(const int8_t *a, size_t rows, const void *packed, size_t columns, size_t depth, int32_t *sums);
  /* sums[row * count + i] = sum over d of a[row * padded_depth + d] * b[selected[i] * depth + d]: only some output channels of
     a matrix that is not packed */
  void (*multiply_selected)(const int8_t *a, size_t rows, const int8_t *b, const uint32_t *selected, size_t count,
                            size_t depth, int32_t *sums);
  /* output[i] = sums[i] * factor + bias[i]; bias may be NULL */
  void (*dequantize)(const int32_t *sums, float factor, const float *bias, float *output, size_t count);
  /* output[i] = (high[i] * 128 + low[i]) * factor + bias[i], each step rounded to float32; bias may be NULL */
  void (*dequantize_wide)(const int32_t *high, const int32_t *low, float factor, const float *bias, float *output,
                          size_t count);
  /* value = sums[i] * (factor * scales[i]) + bias[i], each step rounded to float32; bias may be NULL.
     output[i] = value, or output[i] + value when adding. For weights with a scale for each output channel. */
  void (*dequantize_columns)(const int32_t *sums, float factor, const float *scales, const float *bias, int adding,
                             float *output, size_t count);
  /* dequantize_columns for several rows, each with a factor of its own: sums of `count` columns a row, output rows of `stride` */
  void (*dequantize_rows)(const int32_t *sums, size_t rows, const float *factors, const float *scales, const float *bias,
                          int adding, float *output, size_t stride, size_t count);
} dragoman_integer_kernels;

extern const dragoman_integer_kernels dragoman_integer_generic;
#if defined(__x86_64__)
extern const dragoman_integer_kernels dragoman_integer_avx2;
extern const dragoman_integer_kernels dragoman_integer_avx512vnni;
#elif defined(__aarch64__)
extern const dragoman_integer_kernels dragoman_integer_neon;
extern const dragoman_integer_kernels dragoman_integer_neondot;
#endif

#endif
