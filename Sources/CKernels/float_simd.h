/* The float kernels; included once per instruction set, inside a target attribute, with WIDTH (the lanes of a register) and KERNELS
   (the name of the table) defined. Vector extensions, so that one text serves every architecture. No include guard: that is the point.

   Every instruction set gives the same bits. Sums over lanes are kept in LANES lanes, however many registers those take, and added up
   from the first lane to the last; each element of a product is summed up in the order of its depth; a product and a sum are rounded
   together where FUSED says so, and nowhere else. */
#include "floats.h"
#include <math.h>
#include <string.h>
#if WIDTH == 16
#include <immintrin.h>
#endif

#pragma clang fp contract(off)
#define INLINE static inline __attribute__((always_inline))
/* For loops over what must stay in registers. */
#define UNROLL _Pragma("clang loop unroll(full)")
/* a * b + c, rounded once; scalars too. */
#define FUSED(a, b, c) __builtin_elementwise_fma(a, b, c)

enum { LANES = 16 };
/* What sums are kept in. */
typedef float vector __attribute__((vector_size(LANES * 4)));
typedef int32_t lanes __attribute__((vector_size(LANES * 4)));
typedef _Float16 halves __attribute__((vector_size(LANES * 2)));

INLINE vector load(const float *p) {
  vector v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store(float *p, vector v) { memcpy(p, &v, sizeof v); }
INLINE vector widen(const void *p) {
  halves h;
  memcpy(&h, p, sizeof h);
  return __builtin_convertvector(h, vector);
}
INLINE vector all(float x) { return x - (vector){}; }
INLINE float half_at(const void *halves, size_t index) {
  _Float16 h;
  memcpy(&h, (const char *)halves + 2 * index, 2);
  return (float)h;
}
/* The first `count` < LANES values, then `fill`. */
INLINE vector load_some(const float *p, size_t count, float fill) {
  vector v = all(fill);
  memcpy(&v, p, count * 4);
  return v;
}

/* What a register holds. */
typedef float part __attribute__((vector_size(WIDTH * 4)));
typedef _Float16 half_part __attribute__((vector_size(WIDTH * 2)));

INLINE part load_part(const float *p) {
  part v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store_part(float *p, part v) { memcpy(p, &v, sizeof v); }
INLINE part widen_part(const void *p) {
  half_part h;
  memcpy(&h, p, sizeof h);
  return __builtin_convertvector(h, part);
}
INLINE part all_parts(float x) { return x - (part){}; }

#include "lanes_simd.h"
#include "turn_simd.h"
#include "sums_simd.h"
#include "products_simd.h"

const dragoman_float_kernels KERNELS = {
    half_to_float, float_to_half, dot,  matrix_vector, matrix_vector_half, weighted_rows, scores_half,
    mix_half,      multiply_tiles,
    add,           relu,          gelu, sigmoid,       softmax,            exponentials,  scale_by,
    layer_norm,    maximum,       sum_exponentials, turn,
};
