/* The one dispatch table. */
#include "CKernels.h"
#include <string.h>
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

static dragoman_kernels tables[4];
static int table_count;

static void add_table(const char *name, dragoman_float_kernels floats, dragoman_integer_kernels integers) {
  tables[table_count++] = (dragoman_kernels){name, floats, integers};
}

/* Runs before main, so that the table needs no lock. Slowest first. */
__attribute__((constructor)) static void fill_tables(void) {
  add_table("generic", dragoman_float_generic, dragoman_integer_generic);
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
    add_table("avx2", dragoman_float_avx2, dragoman_integer_avx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
    add_table("avx512vnni", dragoman_float_avx512, dragoman_integer_avx512vnni);
#elif defined(__aarch64__)
  add_table("neon", dragoman_float_neon, dragoman_integer_neon);
  if (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) add_table("neondot", dragoman_float_neon, dragoman_integer_neondot);
#endif
}

const dragoman_kernels *dragoman_kernels_named(const char *name) {
  for (int i = 0; i < table_count; i++)
    if (strcmp(tables[i].name, name) == 0) return &tables[i];
  return NULL;
}

const dragoman_kernels *dragoman_kernels_at(int index) {
  return index >= 0 && index < table_count ? &tables[index] : NULL;
}

const dragoman_kernels *dragoman_kernels_best(void) { return &tables[table_count - 1]; }
