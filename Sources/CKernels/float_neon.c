/* Float kernels for NEON, which every 64-bit ARM has. */
#if defined(__aarch64__)
#define WIDTH 4
#define KERNELS dragoman_float_neon
#include "float_simd.h"
#endif
