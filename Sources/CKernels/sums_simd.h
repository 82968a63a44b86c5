/* Sums over lanes; a part of float_simd.h, which includes it once per instruction set. */

INLINE float total(vector v) {
  float sum = 0;
  for (int i = 0; i < LANES; i++) sum += v[i];
  return sum;
}

static float dot(const float *a, const float *b, size_t count) {
  vector sums[4] = {};
  size_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    for (int k = 0; k < 4; k++) sums[k] = FUSED(load(a + i + k * LANES), load(b + i + k * LANES), sums[k]);
  for (; i + LANES <= count; i += LANES) sums[0] = FUSED(load(a + i), load(b + i), sums[0]);
  if (i < count) sums[1] = FUSED(load_some(a + i, count - i, 0), load_some(b + i, count - i, 0), sums[1]);
  return total((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/* The sums of `rows` rows, a constant at each call, over the first `whole` columns. */
INLINE void sum_rows(const float *matrix, const int rows, size_t stride, const float *values, size_t whole, vector *sums) {
  for (int k = 0; k < rows; k++) sums[k] = all(0);
  for (size_t d = 0; d < whole; d += LANES) {
    vector v = load(values + d);
    for (int k = 0; k < rows; k++) sums[k] = FUSED(load(matrix + k * stride + d), v, sums[k]);
  }
}

static void matrix_vector(const float *matrix, size_t rows, size_t depth, size_t stride, const float *values,
                          const float *bias, float *output) {
  /* Rows whose sums the registers hold. */
  enum { AT_ONCE = WIDTH == 8 ? 4 : WIDTH };
  size_t row = 0, whole = depth - depth % LANES;
  for (; row + WIDTH <= rows; row += WIDTH) {
    vector sums[WIDTH];
    const float *m = matrix + row * stride;
    for (int k = 0; k < WIDTH; k += AT_ONCE) sum_rows(m + k * stride, AT_ONCE, stride, values, whole, sums + k);
    part sum = totals(sums);
    for (size_t d = whole; d < depth; d++) {
      part column;
      for (int k = 0; k < WIDTH; k++) column[k] = m[k * stride + d];
      sum = FUSED(column, all_parts(values[d]), sum);
    }
    store_part(output + row, bias ? sum + load_part(bias + row) : sum);
  }
  for (; row + 4 <= rows; row += 4) {
    vector sums[4];
    const float *m = matrix + row * stride;
    sum_rows(m, 4, stride, values, whole, sums);
    for (int k = 0; k < 4; k++) {
      float sum = total(sums[k]);
      for (size_t d = whole; d < depth; d++) sum = FUSED(m[k * stride + d], values[d], sum);
      output[row + k] = sum + (bias ? bias[row + k] : 0);
    }
  }
  for (; row < rows; row++) output[row] = dot(matrix + row * stride, values, depth) + (bias ? bias[row] : 0);
}

static void matrix_vector_half(const void *matrix, size_t rows, size_t depth, const float *values, const float *bias,
                               float *output) {
  const char *m = matrix;
  size_t whole = depth - depth % LANES;
  for (size_t row = 0; row < rows; row += 4) {
    vector sums[4] = {};
    size_t block = rows - row < 4 ? rows - row : 4;
    const char *r[4];
    for (size_t k = 0; k < 4; k++) r[k] = m + 2 * depth * (row + (k < block ? k : 0));
    for (size_t d = 0; d < whole; d += LANES) {
      vector v = load(values + d);
      for (int k = 0; k < 4; k++) sums[k] = FUSED(widen(r[k] + 2 * d), v, sums[k]);
    }
    for (size_t k = 0; k < block; k++) {
      float sum = total(sums[k]);
      for (size_t d = whole; d < depth; d++) sum = FUSED(half_at(r[k], d), values[d], sum);
      output[row + k] = sum + (bias ? bias[row + k] : 0);
    }
  }
}

INLINE float largest(vector v) {
  float top = v[0];
  for (int k = 1; k < LANES; k++) top = v[k] > top ? v[k] : top;
  return top;
}

static float maximum(const float *values, size_t count) {
  vector best = all(-INFINITY);
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) best = larger(load(values + i), best);
  if (i < count) best = larger(load_some(values + i, count - i, -INFINITY), best);
  return largest(best);
}

static float sum_exponentials(const float *values, float top, size_t count) {
  vector sum = {};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) sum += exponential(load(values + i) - top);
  if (i < count) sum += exponential(load_some(values + i, count - i, -INFINITY) - top);
  return total(sum);
}

static void softmax(float *values, float scale, size_t count) {
  const vector factor = all(scale), highest = all(scale * maximum(values, count));
  vector sum = {};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vector e = exponential(FUSED(load(values + i), factor, -highest));
    sum += e;
    store(values + i, e);
  }
  if (i < count) {
    vector e = exponential(FUSED(load_some(values + i, count - i, -INFINITY), factor, -highest));
    sum += e;
    memcpy(values + i, &e, (count - i) * 4);
  }
  scale_by(values, 1 / total(sum), count);
}

/* Those of attention over many keys. */
static float exponentials(float *values, float scale, size_t count) {
  vector best[4], sums[4] = {};
  for (int k = 0; k < 4; k++) best[k] = all(-INFINITY);
  size_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    for (int k = 0; k < 4; k++) best[k] = larger(load(values + i + k * LANES), best[k]);
  for (; i + LANES <= count; i += LANES) best[0] = larger(load(values + i), best[0]);
  if (i < count) best[1] = larger(load_some(values + i, count - i, -INFINITY), best[1]);
  const float top = largest(larger(larger(best[0], best[1]), larger(best[2], best[3])));
  const float base = scale * 1.44269504088896f; /* of base e to base 2 */
  const vector factor = all(base), highest = all(top * base);
  for (i = 0; i + 4 * LANES <= count; i += 4 * LANES)
    for (int k = 0; k < 4; k++) {
      vector e = power_of_two(FUSED(load(values + i + k * LANES), factor, -highest));
      sums[k] += e;
      store(values + i + k * LANES, e);
    }
  for (; i + LANES <= count; i += LANES) {
    vector e = power_of_two(FUSED(load(values + i), factor, -highest));
    sums[0] += e;
    store(values + i, e);
  }
  if (i < count) {
    vector e = power_of_two(FUSED(load_some(values + i, count - i, -INFINITY), factor, -highest));
    sums[1] += e;
    memcpy(values + i, &e, (count - i) * 4);
  }
  return total((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

static void layer_norm(const float *values, const float *gamma, const float *beta, float epsilon, float *output,
                       size_t count) {
  vector sum = {}, squares = {};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) sum += load(values + i);
  float mean = total(sum);
  for (; i < count; i++) mean += values[i];
  mean /= (float)count;
  for (i = 0; i + LANES <= count; i += LANES) {
    vector v = load(values + i) - mean;
    squares = FUSED(v, v, squares);
  }
  float variance = total(squares);
  for (; i < count; i++) variance = FUSED(values[i] - mean, values[i] - mean, variance);
  float scale = 1 / sqrtf(variance / (float)count + epsilon);
  for (i = 0; i + LANES <= count; i += LANES)
    store(output + i, FUSED((load(values + i) - mean) * scale, load(gamma + i), load(beta + i)));
  for (; i < count; i++) output[i] = FUSED((values[i] - mean) * scale, gamma[i], beta[i]);
}
