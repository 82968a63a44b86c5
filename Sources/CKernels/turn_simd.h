/* Turning of matrices; a part of float_simd.h, which includes it once per instruction set. */

/* Lanes of two rows that stand `STEP` apart change places: one step of turning a square of WIDTH rows. */
#if WIDTH == 16
#define EVERY(A) A(0), A(1), A(2), A(3), A(4), A(5), A(6), A(7), A(8), A(9), A(10), A(11), A(12), A(13), A(14), A(15)
#elif WIDTH == 8
#define EVERY(A) A(0), A(1), A(2), A(3), A(4), A(5), A(6), A(7)
#else
#define EVERY(A) A(0), A(1), A(2), A(3)
#endif
#define UPPER_1(lane) ((lane)&1 ? WIDTH + (lane)-1 : (lane))
#define LOWER_1(lane) ((lane)&1 ? WIDTH + (lane) : (lane) + 1)
#define UPPER_2(lane) ((lane)&2 ? WIDTH + (lane)-2 : (lane))
#define LOWER_2(lane) ((lane)&2 ? WIDTH + (lane) : (lane) + 2)
#define UPPER_4(lane) ((lane)&4 ? WIDTH + (lane)-4 : (lane))
#define LOWER_4(lane) ((lane)&4 ? WIDTH + (lane) : (lane) + 4)
#define UPPER_8(lane) ((lane)&8 ? WIDTH + (lane)-8 : (lane))
#define LOWER_8(lane) ((lane)&8 ? WIDTH + (lane) : (lane) + 8)
#define EXCHANGE(STEP)                                                    \
  for (int row = 0; row < WIDTH; row++)                                   \
    if ((row & STEP) == 0) {                                              \
      part a = v[row], b = v[row + STEP];                                 \
      v[row] = __builtin_shufflevector(a, b, EVERY(UPPER_##STEP));        \
      v[row + STEP] = __builtin_shufflevector(a, b, EVERY(LOWER_##STEP)); \
    }

/* Turns a square of WIDTH rows. */
INLINE void turn_square(part v[WIDTH]) {
  EXCHANGE(1)
  EXCHANGE(2)
#if WIDTH > 4
  EXCHANGE(4)
#endif
#if WIDTH > 8
  EXCHANGE(8)
#endif
}
#undef EXCHANGE

/* The totals of WIDTH sums at once, each in the order in which `total` has it. */
INLINE part totals(const vector *sums) {
  part sum = {};
  for (int first = 0; first < LANES; first += WIDTH) {
    part v[WIDTH];
    for (int k = 0; k < WIDTH; k++) memcpy(v + k, (const char *)(sums + k) + first * 4, sizeof(part));
    turn_square(v);
    for (int lane = 0; lane < WIDTH; lane++) sum += v[lane];
  }
  return sum;
}

static void turn(const float *matrix, size_t rows, size_t columns, size_t stride, float *turned, size_t turned_stride) {
  size_t row = 0;
  for (; row + WIDTH <= rows; row += WIDTH) {
    const float *source = matrix + row * stride;
    size_t column = 0;
    for (; column + WIDTH <= columns; column += WIDTH) {
      part v[WIDTH];
      for (int k = 0; k < WIDTH; k++) v[k] = load_part(source + k * stride + column);
      turn_square(v);
      for (int k = 0; k < WIDTH; k++) store_part(turned + (column + k) * turned_stride + row, v[k]);
    }
    for (; column < columns; column++)
      for (int k = 0; k < WIDTH; k++) turned[column * turned_stride + row + k] = source[k * stride + column];
  }
  for (; row < rows; row++)
    for (size_t column = 0; column < columns; column++) turned[column * turned_stride + row] = matrix[row * stride + column];
}
