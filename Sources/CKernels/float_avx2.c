/* Float kernels for AVX2. */
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
/* Vectors of 16 lanes are two registers here; whatever takes or gives one is inlined. */
#pragma clang diagnostic ignored "-Wpsabi"
#define WIDTH 8
#define KERNELS dragoman_float_avx2
#include "float_simd.h"
#pragma clang attribute pop
#endif
