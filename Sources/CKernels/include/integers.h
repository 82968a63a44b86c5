#ifndef DRAGOMAN_INTEGERS_H
#define DRAGOMAN_INTEGERS_H

#include <stddef.h>
#include <stdint.h>

/* Int8 kernels. They accumulate in int32 and agree bit for bit across instruction sets. */
typedef struct {
  /* quantized[i] = clamp(round_half_even(values[i] * factor), -127, 127) */
  void (*quantize)(const float *values, float factor, int8_t *quantized, size_t count);
  /* sums[row * columns + column] = sum over depth of a[row * depth + d] * b[column * depth + d] */
  void (*multiply)(const int8_t *a, size_t rows, const int8_t *b, size_t columns, size_t depth, int32_t *sums);
} dragoman_integer_kernels;

extern const dragoman_integer_kernels dragoman_integer_generic;

#endif
