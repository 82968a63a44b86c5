/* Turning of matrices; a part of float_simd.h, which includes it once per instruction set. */

/* Turns a square of WIDTH rows. */
INLINE void turn_square(vector v[WIDTH]) {
  EXCHANGE(1)
  EXCHANGE(2)
#if WIDTH > 4
  EXCHANGE(4)
#endif
#if WIDTH > 8
  EXCHANGE(8)
#endif
}

/* The totals of WIDTH vectors at once, each summed in the order in which `total` does. */
INLINE vector totals(vector v[WIDTH]) {
  turn_square(v);
  vector sum = {};
  for (int lane = 0; lane < WIDTH; lane++) sum += v[lane];
  return sum;
}

static void turn(const float *matrix, size_t rows, size_t columns, size_t stride, float *turned, size_t turned_stride) {
  size_t row = 0;
  for (; row + WIDTH <= rows; row += WIDTH) {
    const float *source = matrix + row * stride;
    size_t column = 0;
    for (; column + WIDTH <= columns; column += WIDTH) {
      vector v[WIDTH];
      for (int k = 0; k < WIDTH; k++) v[k] = load(source + k * stride + column);
      turn_square(v);
      for (int k = 0; k < WIDTH; k++) store(turned + (column + k) * turned_stride + row, v[k]);
    }
    for (; column < columns; column++)
      for (int k = 0; k < WIDTH; k++) turned[column * turned_stride + row + k] = source[k * stride + column];
  }
  for (; row < rows; row++)
    for (size_t column = 0; column < columns; column++) turned[column * turned_stride + row] = matrix[row * stride + column];
}
