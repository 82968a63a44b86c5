/* A small fork-join pool. One job at a time; parts are handed out by an atomic counter.

   A job is over when its parts are: a worker that wakes up late, on a busy machine, finds none left and holds nobody up. So the counter
   carries the number of its job, and a worker takes a part only if that has not changed since it read what the job is. */
#include "pool.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct dragoman_pool {
  int threads; /* workers + the caller */
  pthread_t *workers;
  _Atomic(dragoman_pool_body) body;
  _Atomic(void *) context;
  _Atomic unsigned parts;
  _Atomic unsigned generation; /* changes with every job; workers wait on it */
  _Atomic uint64_t ticket;     /* generation << 32 | the next part */
  _Atomic unsigned finished;   /* parts that are done */
  _Atomic int sleeping, stopping, joined;
};

enum { spins = 4000 };

static inline void pause_cpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void run_parts(dragoman_pool *pool, int thread) {
  for (;;) {
    uint64_t ticket = atomic_load(&pool->ticket);
    unsigned part = (unsigned)ticket;
    if (part >= atomic_load(&pool->parts)) return;
    dragoman_pool_body body = atomic_load(&pool->body);
    void *context = atomic_load(&pool->context);
    if (!atomic_compare_exchange_strong(&pool->ticket, &ticket, ticket + 1)) continue;
    body(context, (int)part, thread);
    atomic_fetch_add(&pool->finished, 1);
  }
}

static void *work(void *argument) {
  dragoman_pool *pool = argument;
  unsigned seen = 0;
  int thread = 1 + atomic_fetch_add(&pool->joined, 1);
  for (;;) {
    for (int i = 0; i < spins && atomic_load(&pool->generation) == seen; i++) pause_cpu();
    while (atomic_load(&pool->generation) == seen) {
      atomic_fetch_add(&pool->sleeping, 1);
      syscall(SYS_futex, &pool->generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
      atomic_fetch_sub(&pool->sleeping, 1);
    }
    seen = atomic_load(&pool->generation);
    if (atomic_load(&pool->stopping)) return NULL;
    run_parts(pool, thread);
  }
}

static void wake(dragoman_pool *pool) {
  atomic_fetch_add(&pool->generation, 1);
  if (atomic_load(&pool->sleeping) > 0)
    syscall(SYS_futex, &pool->generation, FUTEX_WAKE_PRIVATE, pool->threads, NULL, NULL, 0);
}

dragoman_pool *dragoman_pool_create(int threads) {
  dragoman_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pool->threads = 1;
  pool->workers = calloc((size_t)(threads > 1 ? threads - 1 : 1), sizeof *pool->workers);
  if (!pool->workers) {
    free(pool);
    return NULL;
  }
  while (pool->threads < threads) {
    if (pthread_create(&pool->workers[pool->threads - 1], NULL, work, pool) != 0) {
      dragoman_pool_destroy(pool);
      return NULL;
    }
    pool->threads++;
  }
  return pool;
}

void dragoman_pool_destroy(dragoman_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stopping, 1);
  wake(pool);
  for (int i = 0; i < pool->threads - 1; i++) pthread_join(pool->workers[i], NULL);
  free(pool->workers);
  free(pool);
}

int dragoman_pool_threads(const dragoman_pool *pool) { return pool ? pool->threads : 1; }

void dragoman_pool_run(dragoman_pool *pool, dragoman_pool_body body, void *context, int parts) {
  if (!pool || pool->threads == 1 || parts <= 1) {
    for (int part = 0; part < parts; part++) body(context, part, 0);
    return;
  }
  /* No part can be taken while the job is written down. */
  uint64_t job = (uint64_t)(atomic_load(&pool->generation) + 1) << 32;
  atomic_store(&pool->ticket, job | UINT32_MAX);
  atomic_store(&pool->body, body);
  atomic_store(&pool->context, context);
  atomic_store(&pool->parts, (unsigned)parts);
  atomic_store(&pool->finished, 0);
  atomic_store(&pool->ticket, job);
  wake(pool);
  run_parts(pool, 0);
  for (int i = 0; atomic_load(&pool->finished) < (unsigned)parts; i++) {
    if (i < spins) pause_cpu();
    else sched_yield();
  }
}
