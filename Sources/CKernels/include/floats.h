#ifndef DRAGOMAN_FLOATS_H
#define DRAGOMAN_FLOATS_H

#include <stddef.h>
#include <stdint.h>

/* Float32 kernels over contiguous rows. Half floats are IEEE binary16 bit patterns. */
typedef struct {
  void (*half_to_float)(const uint16_t *half, float *values, size_t count);
  float (*dot)(const float *a, const float *b, size_t count);
  /* dot of half-precision weights, widened exactly to float32, with float32 values */
  float (*dot_half)(const uint16_t *weights, const float *values, size_t count);
  /* sums[i] += factor * values[i] */
  void (*add_scaled)(float factor, const float *values, float *sums, size_t count);
  /* sums[i] += values[i] */
  void (*add)(const float *values, float *sums, size_t count);
  /* values[i] = max(values[i], 0) */
  void (*relu)(float *values, size_t count);
  /* exact GELU, x * (1 + erf(x / sqrt 2)) / 2 */
  void (*gelu)(float *values, size_t count);
  /* values[i] = 1 / (1 + exp(-values[i])) */
  void (*sigmoid)(float *values, size_t count);
  /* values[i] = exp(values[i] - max) / sum */
  void (*softmax)(float *values, size_t count);
  /* output = (values - mean) / sqrt(variance + epsilon) * gamma + beta; output may be values */
  void (*layer_norm)(const float *values, const float *gamma, const float *beta, float epsilon, float *output,
                     size_t count);
  float (*maximum)(const float *values, size_t count);
  /* sum over exp(values[i] - maximum) */
  float (*sum_exponentials)(const float *values, float maximum, size_t count);
} dragoman_float_kernels;

extern const dragoman_float_kernels dragoman_float_generic;

#endif
