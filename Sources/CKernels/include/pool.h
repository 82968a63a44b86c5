#ifndef DRAGOMAN_POOL_H
#define DRAGOMAN_POOL_H

/* A fixed set of threads that split one job at a time; the caller is one of them. Workers spin briefly, then sleep. */
typedef struct dragoman_pool dragoman_pool;
/* thread: 0 for the caller, then the workers; one thread runs one part at a time. */
typedef void (*dragoman_pool_body)(void *context, int part, int thread);

/* threads >= 1, the caller included; NULL when no thread can be made. */
dragoman_pool *dragoman_pool_create(int threads);
void dragoman_pool_destroy(dragoman_pool *pool);
int dragoman_pool_threads(const dragoman_pool *pool);

/* Runs the body for part in 0 ..< parts, each once, and returns when all are done. Parts are handed out as threads
   become free, so that a thread that is held up does not hold up the rest. Allocates nothing.
   Not reentrant: one job at a time per pool. A NULL pool runs everything on the caller. */
void dragoman_pool_run(dragoman_pool *pool, dragoman_pool_body body, void *context, int parts);

#endif
