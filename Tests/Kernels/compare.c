/* Compares every kernel of every table that this machine runs with its plain twin, and the tables' bits with each other's.

   usage: compare NAME...   the tables that must be there, in their order; anything else fails. */
#include "compare.h"
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const dragoman_kernels *fast, *plain;

enum { regions = 24, region_size = 1 << 21, guard_size = 1 << 16 };
static char *ends[regions];
static int used;
/* Of the random numbers, and of all that the table under test gave (FNV-1a); both begin anew for each table. */
static uint64_t state, bits;
static long comparisons, failures;
static const char *last = "none";

/* A kernel went behind its memory. */
static void stopped(int signal) {
  fprintf(stderr, "%s: signal %d after %ld comparisons, the last of them: %s\n", fast->name, signal, comparisons, last);
  _Exit(1);
}

static void map_regions(void) {
  for (int i = 0; i < regions; i++) {
    char *region = mmap(NULL, region_size + guard_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED || mprotect(region + region_size, guard_size, PROT_NONE) != 0) {
      perror("compare: no memory");
      exit(1);
    }
    ends[i] = region + region_size;
  }
}

void *memory(size_t bytes) {
  if (used == regions || bytes > region_size) {
    fprintf(stderr, "compare: out of regions\n");
    exit(1);
  }
  return memset(ends[used++] - bytes, 9, bytes);
}

void forget_memory(void) { used = 0; }

static uint32_t next(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}

uint32_t random_below(uint32_t limit) { return (uint32_t)((uint64_t)next() * limit >> 32); }

float *random_floats(size_t count, float scale) {
  float *values = memory(count * sizeof *values);
  for (size_t i = 0; i < count; i++) values[i] = ((float)(next() >> 8) / (1 << 23) - 1) * scale;
  return values;
}

int8_t *random_bytes(size_t count, int low, int high) {
  int8_t *values = memory(count);
  for (size_t i = 0; i < count; i++) values[i] = (int8_t)(low + (int)random_below((uint32_t)(high - low + 1)));
  return values;
}

static void take_bits(const void *observed, size_t bytes) {
  const unsigned char *b = observed;
  for (size_t i = 0; i < bytes; i++) bits = (bits ^ b[i]) * 1099511628211u;
}

static void report(const char *what, va_list arguments) {
  failures++;
  fprintf(stderr, "%s: ", fast->name);
  vfprintf(stderr, what, arguments);
}

void expect_near(const float *observed, const float *expected, size_t count, float tolerance, const char *what, ...) {
  comparisons++, last = what;
  take_bits(observed, count * 4);
  for (size_t i = 0; i < count; i++) {
    if (memcmp(observed + i, expected + i, 4) == 0 || fabsf(observed[i] - expected[i]) <= tolerance) continue;
    va_list arguments;
    va_start(arguments, what);
    report(what, arguments);
    va_end(arguments);
    fprintf(stderr, " [%zu]: expected %.9g, observed %.9g, tolerance %g\n", i, (double)expected[i], (double)observed[i],
            (double)tolerance);
    return;
  }
}

void expect_same(const void *observed, const void *expected, size_t bytes, const char *what, ...) {
  comparisons++, last = what;
  take_bits(observed, bytes);
  const unsigned char *a = observed, *b = expected;
  for (size_t i = 0; i < bytes; i++) {
    if (a[i] == b[i]) continue;
    va_list arguments;
    va_start(arguments, what);
    report(what, arguments);
    va_end(arguments);
    fprintf(stderr, " [byte %zu of %zu]: expected %d, observed %d, tolerance 0\n", i, bytes, b[i], a[i]);
    return;
  }
}

void expect(int condition, const char *what, ...) {
  comparisons++, last = what;
  if (condition) return;
  va_list arguments;
  va_start(arguments, what);
  report(what, arguments);
  va_end(arguments);
  fprintf(stderr, "\n");
}

/* The tables are those that must be there, each is found by its name, and the last one is the best. */
static void check_dispatch(int count, char **names) {
  static const char *const known[] = {"generic", "avx2", "avx512vnni", "neon", "neondot"};
  fast = dragoman_kernels_best();
  for (int i = 0; i < count; i++) {
    const dragoman_kernels *table = dragoman_kernels_at(i);
    expect(table && strcmp(table->name, names[i]) == 0, "table %d is %s, must be %s", i, table ? table->name : "missing",
           names[i]);
    expect(table && dragoman_kernels_named(names[i]) == table, "%s is not found by its name", names[i]);
  }
  expect(dragoman_kernels_at(count) == NULL, "there are more than %d tables", count);
  expect(dragoman_kernels_at(-1) == NULL, "there is a table before the first");
  expect(count > 0 && strcmp(fast->name, names[count - 1]) == 0, "the best table must be the last");
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    int wanted = 0;
    for (int i = 0; i < count; i++) wanted |= strcmp(known[k], names[i]) == 0;
    expect((dragoman_kernels_named(known[k]) != NULL) == wanted, "%s must %sbe here", known[k], wanted ? "" : "not ");
  }
}

static void mark(void *context, int part, int thread) {
  (void)thread;
  atomic_fetch_add((_Atomic int *)context + part, 1);
}

/* Every part of every job has run once when the job is done. */
static void check_pool(void) {
  enum { parts = 7, jobs = 500 };
  _Atomic int marks[parts] = {};
  dragoman_pool *pool = dragoman_pool_create(3);
  expect(dragoman_pool_threads(pool) == 3, "a pool of 3 threads");
  for (int job = 1; job <= jobs; job++) {
    dragoman_pool_run(pool, mark, marks, parts);
    for (int part = 0; part < parts; part++)
      expect(marks[part] == job, "part %d ran %d times in %d jobs", part, marks[part], job);
  }
  dragoman_pool_destroy(pool);
}

int main(int count, char **names) {
  map_regions();
  signal(SIGSEGV, stopped);
  signal(SIGBUS, stopped);
  check_dispatch(count - 1, names + 1);
  check_pool();
  plain = dragoman_kernels_named("generic");
  for (int i = 1; (fast = dragoman_kernels_at(i)); i++) {
    long before = comparisons, failed = failures;
    state = 1, bits = 14695981039346656037u;
    compare_floats();
    compare_integers();
    printf("%s against generic: %ld comparisons, %ld failed; bits %016" PRIx64 "\n", fast->name, comparisons - before,
           failures - failed, bits);
  }
  return failures != 0;
}
