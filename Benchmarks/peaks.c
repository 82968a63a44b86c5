/* The machine's own peaks, as JSON: multiply-adds per second in float32 and int8 by instruction set, and bytes read per second
   from each cache and from memory, on one thread and on as many as are asked for (2 unless told).

   usage: peaks [THREADS]     built by Benchmarks/run: cc -O2 -pthread Benchmarks/peaks.c

   Each figure is the best of several short runs: what the machine gives when nobody else wants it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Seconds that this thread has had: what others take of the machine does not count. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Twelve sums: more than latency times units of any core known to us. */
#define TWELVE(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
/* The compiler must not know that all are equal. */
#define START(n) s##n = ZERO; __asm__ volatile("" : "+v"(s##n));
#define KEEP(n) __asm__ volatile("" : : "v"(s##n));

#if defined(__x86_64__)
#define RUN(NAME, TARGET, TYPE, ZERO_VALUE, STEP)                                             \
  __attribute__((target(TARGET))) static void NAME(long rounds) {                             \
    TYPE TWELVE_NAMES, a, b;                                                                  \
    TYPE ZERO = ZERO_VALUE;                                                                   \
    TWELVE(START) a = b = ZERO;                                                               \
    for (long i = 0; i < rounds; i++) {                                                       \
      __asm__ volatile("" : "+v"(a), "+v"(b));                                                \
      TWELVE(STEP)                                                                            \
    }                                                                                         \
    TWELVE(KEEP)                                                                              \
  }
#define TWELVE_NAMES s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
#define FMA256(n) s##n = _mm256_fmadd_ps(a, b, s##n);
#define FMA512(n) s##n = _mm512_fmadd_ps(a, b, s##n);
/* What an int8 product costs without VNNI: pairs in 16 bits, pairs of those in 32, a sum. */
#define PAIRS256(n)               \
  __asm__ volatile("" : "+x"(a)); \
  s##n = _mm256_add_epi32(s##n, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), b));
#define DOT512(n) s##n = _mm512_dpbusd_epi32(s##n, a, b);
RUN(float_avx2, "avx2,fma", __m256, _mm256_setzero_ps(), FMA256)
RUN(float_avx512, "avx512f", __m512, _mm512_setzero_ps(), FMA512)
RUN(int8_avx2, "avx2", __m256i, _mm256_setzero_si256(), PAIRS256)
RUN(int8_avx512vnni, "avx512f,avx512vnni", __m512i, _mm512_setzero_si512(), DOT512)
static int always(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int wide(void) { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"); }
static int vnni(void) { return wide() && __builtin_cpu_supports("avx512vnni"); }
#elif defined(__aarch64__)
static void float_neon(long rounds) {
  float32x4_t s[12] = {}, a = vdupq_n_f32(0);
  for (int n = 0; n < 12; n++) __asm__ volatile("" : "+w"(s[n]));
  for (long i = 0; i < rounds; i++) {
    __asm__ volatile("" : "+w"(a));
    for (int n = 0; n < 12; n++) s[n] = vfmaq_f32(s[n], a, a);
  }
  for (int n = 0; n < 12; n++) __asm__ volatile("" : : "w"(s[n]));
}
static int always(void) { return 1; }
#endif

typedef struct {
  const char *kind, *name;
  void (*run)(long rounds);
  int (*supported)(void);
  double per_round; /* multiply-adds */
} arithmetic;

static const arithmetic all_arithmetic[] = {
#if defined(__x86_64__)
    {"float32", "avx2", float_avx2, always, 12 * 8},
    {"float32", "avx512", float_avx512, wide, 12 * 16},
    {"int8", "avx2", int8_avx2, always, 12 * 32},
    {"int8", "avx512vnni", int8_avx512vnni, vnni, 12 * 64},
#elif defined(__aarch64__)
    {"float32", "neon", float_neon, always, 12 * 4},
#endif
};

typedef long long line __attribute__((vector_size(64)));
#define READ                                                                          \
  line s0 = {}, s1 = {}, s2 = {}, s3 = {};                                            \
  const line *p = memory, *end = p + bytes / sizeof(line);                            \
  for (; p < end; p += 8) {                                                           \
    s0 ^= p[0], s1 ^= p[1], s2 ^= p[2], s3 ^= p[3];                                   \
    s0 ^= p[4], s1 ^= p[5], s2 ^= p[6], s3 ^= p[7];                                   \
  }                                                                                   \
  s0 ^= s1 ^ s2 ^ s3;                                                                 \
  __asm__ volatile("" : : "r"(s0[0] ^ s0[1] ^ s0[2] ^ s0[3] ^ s0[4] ^ s0[5] ^ s0[6] ^ s0[7]) : "memory");
#if defined(__x86_64__)
__attribute__((target("avx512f"))) static void read_wide(const void *memory, size_t bytes) { READ }
__attribute__((target("avx2"))) static void read_plain(const void *memory, size_t bytes) { READ }
static void read_all(const void *memory, size_t bytes) { wide() ? read_wide(memory, bytes) : read_plain(memory, bytes); }
#else
static void read_all(const void *memory, size_t bytes) { READ }
#endif

/* One measurement on several threads at once, and the rounds that all of them make in a second. */
typedef struct {
  const arithmetic *arithmetic; /* or NULL: reads */
  long rounds;
  size_t bytes;
} job;
typedef struct {
  const job *job;
  void *memory;
  pthread_barrier_t *barrier;
  double taken;
} share;

static void *work(void *argument) {
  share *own = argument;
  const job *job = own->job;
  if (own->memory) read_all(own->memory, job->bytes);
  pthread_barrier_wait(own->barrier);
  double begin = now();
  if (job->arithmetic) job->arithmetic->run(job->rounds);
  else
    for (long i = 0; i < job->rounds; i++) read_all(own->memory, job->bytes);
  own->taken = now() - begin;
  return NULL;
}

static double rounds_per_second(const job *job, int threads, void **memory) {
  pthread_t handles[64];
  share shares[64];
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, NULL, (unsigned)threads);
  for (int i = 0; i < threads; i++) {
    shares[i] = (share){job, memory ? memory[i] : NULL, &barrier, 0};
    pthread_create(&handles[i], NULL, work, &shares[i]);
  }
  double sum = 0;
  for (int i = 0; i < threads; i++) {
    pthread_join(handles[i], NULL);
    sum += (double)job->rounds / shares[i].taken;
  }
  pthread_barrier_destroy(&barrier);
  return sum;
}

/* Units per second: the best of 15 runs of about 10 ms. */
static double best(job job, int threads, void **memory, double per_round) {
  job.rounds = 1;
  while ((double)job.rounds / rounds_per_second(&job, 1, memory) < 0.005) job.rounds *= 2;
  job.rounds *= 2;
  double most = 0;
  for (int i = 0; i < 15; i++) {
    double rate = rounds_per_second(&job, threads, memory);
    if (rate > most) most = rate;
  }
  return per_round * most;
}

int main(int count, char **arguments) {
  int most = count > 1 ? atoi(arguments[1]) : 2;
  if (most < 1 || most > 64) return fprintf(stderr, "peaks: 1 to 64 threads\n"), 64;
  const struct {
    const char *name;
    size_t bytes; /* for each thread: well inside the cache it is named after, or well beyond all */
  } levels[] = {{"L1", 24 << 10}, {"L2", 320 << 10}, {"L3", 6 << 20}, {"memory", 192 << 20}};
  void *memory[64];
  printf("{");
  for (int step = 0; step < 2; step++) {
    int threads = step == 0 ? 1 : most;
    if (step == 1 && most == 1) break;
    printf("%s\"%d\": {", step ? ", " : "", threads);
    for (int first = 1, i = 0; i < (int)(sizeof all_arithmetic / sizeof *all_arithmetic); i++) {
      const arithmetic *a = &all_arithmetic[i];
      if (!a->supported()) continue;
      printf("%s\"%s %s\": %.4g", first ? "" : ", ", a->kind, a->name, best((job){a, 0, 0}, threads, NULL, a->per_round));
      first = 0;
    }
    for (int level = 0; level < 4; level++) {
      for (int i = 0; i < threads; i++) {
        memory[i] = aligned_alloc(64, levels[level].bytes);
        if (!memory[i]) return fprintf(stderr, "peaks: out of memory\n"), 71;
        memset(memory[i], i + 1, levels[level].bytes);
      }
      printf(", \"read %s\": %.4g", levels[level].name,
             best((job){NULL, 0, levels[level].bytes}, threads, memory, (double)levels[level].bytes));
      for (int i = 0; i < threads; i++) free(memory[i]);
    }
    printf("}");
  }
  printf("}\n");
  return 0;
}
