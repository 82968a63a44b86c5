/* What the comparisons of a kernel with its plain twin share: seeded numbers, guarded memory, and findings. */
#ifndef COMPARE_H
#define COMPARE_H

#include "CKernels.h"

/* The table under test, and the plain one. */
extern const dragoman_kernels *fast, *plain;

/* Memory that ends where a page begins that nobody may touch, so that reading or writing behind it ends the program. It is
   valid until `forget_memory`, filled with 9s until then. */
void *memory(size_t bytes);
void forget_memory(void);

/* `count` numbers in -scale ..< scale, and in low ... high; the same ones in every run. */
float *random_floats(size_t count, float scale);
int8_t *random_bytes(size_t count, int low, int high);
/* Uniform below `limit`. */
uint32_t random_below(uint32_t limit);

/* A difference is reported with index, expected, observed and tolerance, and fails the program at its end. */
void expect_near(const float *observed, const float *expected, size_t count, float tolerance, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
void expect_same(const void *observed, const void *expected, size_t bytes, const char *what, ...)
    __attribute__((format(printf, 4, 5)));
void expect(int condition, const char *what, ...) __attribute__((format(printf, 2, 3)));

void compare_floats(void);
void compare_integers(void);

#endif
