/* The exponentials of attention over many keys; a part of float_simd.h, which includes it once per instruction set. */

/* 2^t to about 2 ulp: 2^n * p(f), n = t rounded, |f| <= 1/2, p the polynomial of degree 5 of least relative error with p(0) = 1.
   Below -126 the result is 0; t is at most 126. */
INLINE vector power_of_two(vector t) {
#if WIDTH == 16
  vector n = _mm512_roundscale_ps(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
  vector shifted = t + all(12582912.0f); /* adding 1.5 * 2^23 rounds to an integer, which stands in the low bits */
  vector n = shifted - all(12582912.0f);
#endif
  vector f = t - n;
  vector p = f * 0.00132647227f + 0.00967151299f;
  p = p * f + 0.0555073358f;
  p = p * f + 0.240222424f;
  p = p * f + 0.693147004f;
  p = p * f + 1.0f;
#if WIDTH == 16
  return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(t, all(-126.0f), _CMP_NLT_UQ), p, n);
#else
  return choose(t < all(-126.0f), all(0), (vector)((lanes)p + ((lanes)shifted << 23)));
#endif
}

static float exponentials(float *values, float scale, size_t count) {
  vector best[4], sums[4] = {};
  for (int k = 0; k < 4; k++) best[k] = all(-INFINITY);
  size_t i = 0;
  for (; i + 4 * WIDTH <= count; i += 4 * WIDTH)
    for (int k = 0; k < 4; k++) best[k] = larger(load(values + i + k * WIDTH), best[k]);
  for (; i + WIDTH <= count; i += WIDTH) best[0] = larger(load(values + i), best[0]);
  if (i < count) best[1] = larger(load_some(values + i, count - i, -INFINITY), best[1]);
  vector most = larger(larger(best[0], best[1]), larger(best[2], best[3]));
  float top = most[0];
  for (int k = 1; k < WIDTH; k++) top = most[k] > top ? most[k] : top;
  const float factor = scale * 1.44269504088896f; /* of base e to base 2 */
  const vector highest = all(top * factor);
  for (i = 0; i + 4 * WIDTH <= count; i += 4 * WIDTH)
    for (int k = 0; k < 4; k++) {
      vector e = power_of_two(load(values + i + k * WIDTH) * factor - highest);
      sums[k] += e;
      store(values + i + k * WIDTH, e);
    }
  for (; i + WIDTH <= count; i += WIDTH) {
    vector e = power_of_two(load(values + i) * factor - highest);
    sums[0] += e;
    store(values + i, e);
  }
  if (i < count) {
    vector e = power_of_two(load_some(values + i, count - i, -INFINITY) * factor - highest);
    sums[1] += e;
    memcpy(values + i, &e, (count - i) * 4);
  }
  return total((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

static void scale_by(float *values, float factor, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store(values + i, load(values + i) * factor);
  for (; i < count; i++) values[i] *= factor;
}
