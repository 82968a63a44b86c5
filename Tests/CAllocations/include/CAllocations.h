#ifndef DRAGOMAN_CALLOCATIONS_H
#define DRAGOMAN_CALLOCATIONS_H

/* Counts what the calling thread allocates between begin and end; for tests only. */
void allocations_begin(void);
long allocations_end(void);

#endif
