#ifndef DRAGOMAN_FLOATS_H
#define DRAGOMAN_FLOATS_H

#include <stddef.h>
#include <stdint.h>

/* Columns of a matrix that stand side by side as the right side of a product, and positions of the audio whose keys do. */
enum { dragoman_tile = 32, dragoman_key_tile = dragoman_tile };

/* turned[column * turned_stride + row] = matrix[row * stride + column] */
typedef void dragoman_turn(const float *matrix, size_t rows, size_t columns, size_t stride, float *turned,
                           size_t turned_stride);

/* Brings a matrix into tiles, `[tile][depth][column]`, the last filled up with 0; there are ceil(columns / 32).
   The matrix is `[depth, column]` with `stride` floats a row, or `[column, depth]` when it is to be turned, by `turn` of a table;
   NULL else. */
void dragoman_pack_tiles(const float *matrix, size_t columns, size_t depth, size_t stride, dragoman_turn *turn, float *tiles);

/* Float32 kernels over contiguous rows. Half floats are IEEE binary16 bit patterns, read at any alignment. */
typedef struct {
  void (*half_to_float)(const void *half, float *values, size_t count);
  /* rounds to the nearest half, ties to even; beyond the largest half: infinity */
  void (*float_to_half)(const float *values, void *half, size_t count);
  float (*dot)(const float *a, const float *b, size_t count);
  /* output[row] = matrix[row * stride ..< row * stride + depth] . vector (+ bias[row] unless bias is NULL) */
  void (*matrix_vector)(const float *matrix, size_t rows, size_t depth, size_t stride, const float *vector,
                        const float *bias, float *output);
  /* the same with contiguous half-precision rows, widened exactly to float32 */
  void (*matrix_vector_half)(const void *matrix, size_t rows, size_t depth, const float *vector, const float *bias,
                             float *output);
  /* output[d] = sum over rows of weights[row] * matrix[row * stride + d], d < depth */
  void (*weighted_rows)(const float *weights, const float *matrix, size_t rows, size_t depth, size_t stride,
                        float *output);
  /* The two products of attention against half-precision memory, which is read once for several rows. Keys stand in tiles of
     32 positions, `[tile][depth][position]`; scores of whole tiles are written, so rows of scores are as long:
     scores[row * score_stride + p] = sum over d of queries[row * query_stride + d] * keys[(p / 32 * depth + d) * 32 + p % 32] */
  void (*scores_half)(const float *queries, size_t rows, size_t query_stride, const void *keys, size_t depth, size_t tiles,
                      float *scores, size_t score_stride);
  /* output[row * output_stride + d] = sum over p of weights[row * weight_stride + p] * values[p * depth + d] */
  void (*mix_half)(const float *weights, size_t rows, size_t weight_stride, const void *values, size_t positions,
                   size_t depth, float *output, size_t output_stride);
  /* A product with a right side in tiles of 32 columns, `[tile][depth][column]`, the last filled up to 32:
     output[row * output_stride + c] = sum over d of left[row * left_stride + d] * tiles[(c / 32 * depth + d) * 32 + c % 32] */
  void (*multiply_tiles)(const float *left, size_t rows, size_t left_stride, const float *tiles, size_t depth,
                         size_t columns, float *output, size_t output_stride);
  /* sums[i] += values[i] */
  void (*add)(const float *values, float *sums, size_t count);
  /* values[i] = max(values[i], 0) */
  void (*relu)(float *values, size_t count);
  /* exact GELU, x * (1 + erf(x / sqrt 2)) / 2 */
  void (*gelu)(float *values, size_t count);
  /* values[i] = 1 / (1 + exp(-values[i])) */
  void (*sigmoid)(float *values, size_t count);
  /* values[i] = exp(scale * values[i]) / sum of the same */
  void (*softmax)(float *values, float scale, size_t count);
  /* The same without the division: values[i] = exp(scale * values[i] - top), top the largest of scale * values, scale > 0;
     gives the sum of all. What lies more than 87 below the largest may become 0. */
  float (*exponentials)(float *values, float scale, size_t count);
  /* values[i] *= factor */
  void (*scale_by)(float *values, float factor, size_t count);
  /* output = (values - mean) / sqrt(variance + epsilon) * gamma + beta; output may be values */
  void (*layer_norm)(const float *values, const float *gamma, const float *beta, float epsilon, float *output,
                     size_t count);
  float (*maximum)(const float *values, size_t count);
  /* sum over exp(values[i] - maximum) */
  float (*sum_exponentials)(const float *values, float maximum, size_t count);
  dragoman_turn *turn;
} dragoman_float_kernels;

extern const dragoman_float_kernels dragoman_float_generic;
#if defined(__x86_64__)
extern const dragoman_float_kernels dragoman_float_avx2, dragoman_float_avx512;
#elif defined(__aarch64__)
extern const dragoman_float_kernels dragoman_float_neon;
#endif

#endif
