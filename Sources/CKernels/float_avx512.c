/* Float kernels for AVX-512. */
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma,f16c,avx2"))), apply_to = function)
#define WIDTH 16
#define KERNELS dragoman_float_avx512
#include "float_simd.h"
#pragma clang attribute pop
#endif
