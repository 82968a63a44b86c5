#ifndef DRAGOMAN_CKERNELS_H
#define DRAGOMAN_CKERNELS_H

#include "floats.h"
#include "integers.h"
#include "pool.h"

/* One table of kernels per instruction set, chosen once. Every entry has its plain twin in the "generic" table. */
typedef struct {
  const char *name; /* "generic", "avx2", "avx512vnni", "neon", "neondot": the values of DRAGOMAN_ISA */
  dragoman_float_kernels floats;
  dragoman_integer_kernels integers;
} dragoman_kernels;

/* The table for a name, or NULL when this machine or build lacks it. */
const dragoman_kernels *dragoman_kernels_named(const char *name);

/* The tables that this machine runs, the plain one first and the fastest last; NULL behind them. */
const dragoman_kernels *dragoman_kernels_at(int index);

/* The fastest table this machine runs. */
const dragoman_kernels *dragoman_kernels_best(void);

#endif
