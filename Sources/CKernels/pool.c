/* A small fork-join pool. One job at a time; its parts are handed out by an atomic counter. */
#include "pool.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What is to be done. Written by the caller before it is published, and again only when all of its parts are done. */
struct job {
  _Atomic(dragoman_pool_body) body;
  _Atomic(void *) context;
  _Atomic int parts, done;
};

struct dragoman_pool {
  int threads; /* workers + the caller */
  pthread_t *workers;
  struct job jobs[2]; /* one job and the one after it take turns */
  /* Number of the job, then its next part. A part is taken by adding one to it: that fails when the job has changed, and while
     it succeeds the job is not done, so that what was read of it holds. Nobody waits for a worker that took nothing. */
  _Atomic uint64_t ticket;
  _Atomic unsigned generation; /* changes with every job; workers wait on it */
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
    struct job *job = &pool->jobs[(ticket >> 32) & 1];
    int part = (int)(uint32_t)ticket;
    if (part >= atomic_load(&job->parts)) return;
    dragoman_pool_body body = atomic_load(&job->body);
    void *context = atomic_load(&job->context);
    if (!atomic_compare_exchange_strong(&pool->ticket, &ticket, ticket + 1)) continue;
    body(context, part, thread);
    atomic_fetch_add(&job->done, 1);
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
  uint64_t number = (atomic_load(&pool->ticket) >> 32) + 1;
  struct job *job = &pool->jobs[number & 1];
  atomic_store(&job->body, body);
  atomic_store(&job->context, context);
  atomic_store(&job->parts, parts);
  atomic_store(&job->done, 0);
  atomic_store(&pool->ticket, number << 32);
  wake(pool);
  run_parts(pool, 0);
  for (int i = 0; atomic_load(&job->done) < parts; i++) {
    if (i < spins * 16) pause_cpu();
    else sched_yield();
  }
}
