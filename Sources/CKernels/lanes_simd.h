/* What happens to each lane by itself; a part of float_simd.h, which includes it once per instruction set. */

INLINE vector choose(lanes mask, vector yes, vector no) { return (vector)((mask & (lanes)yes) | (~mask & (lanes)no)); }
INLINE vector larger(vector a, vector b) { return choose(a > b, a, b); }
INLINE vector smaller(vector a, vector b) { return choose(a < b, a, b); }

/* exp to about 2 ulp: 2^n * p(r), r = x - n ln 2 in two parts, |r| <= ln 2 / 2 (Cody and Waite; Taylor to degree 7).
   Below -87.3 the result is 0. */
INLINE vector exponential(vector x) {
  lanes tiny = x < all(-87.3f);
  x = smaller(larger(x, all(-87.3f)), all(88.3f));
  vector n = FUSED(x, all(1.44269504088896f), all(12582912.0f)); /* adding 1.5 * 2^23 rounds to an integer */
  lanes power = (lanes)n << 23;                                  /* its low bits hold n */
  n -= all(12582912.0f);
  vector r = FUSED(n, all(2.12194440e-4f), FUSED(n, all(-0.693359375f), x));
  vector p = FUSED(r, all(1 / 5040.0f), all(1 / 720.0f));
  p = FUSED(p, r, all(1 / 120.0f));
  p = FUSED(p, r, all(1 / 24.0f));
  p = FUSED(p, r, all(1 / 6.0f));
  p = FUSED(p, r, all(0.5f));
  p = FUSED(p * r, r, r) + 1.0f;
  return choose(tiny, all(0), (vector)((lanes)p + power));
}

/* 2^t to about 2 ulp: 2^n * p(f), n = t rounded, |f| <= 1/2, p the polynomial of degree 5 of least relative error with p(0) = 1.
   Below -125 the result is 0; t is at most 126. */
INLINE vector power_of_two(vector t) {
#if WIDTH == 16
  vector n = _mm512_roundscale_ps(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
  vector shifted = t + all(12582912.0f); /* adding 1.5 * 2^23 rounds to an integer, which stands in the low bits */
  vector n = shifted - all(12582912.0f);
#endif
  vector f = t - n;
  vector p = FUSED(f, all(0.00132647227f), all(0.00967151299f));
  p = FUSED(p, f, all(0.0555073358f));
  p = FUSED(p, f, all(0.240222424f));
  p = FUSED(p, f, all(0.693147004f));
  p = FUSED(p, f, all(1.0f));
#if WIDTH == 16
  return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(t, all(-125.0f), _CMP_NLT_UQ), p, n);
#else
  return choose(t < all(-125.0f), all(0), (vector)((lanes)p + ((lanes)shifted << 23)));
#endif
}

/* erf to about 3e-7: odd rational function on |x| < 4, +-1 beyond; coefficients as in Eigen's float erf. */
INLINE vector error_function(vector x) {
  x = smaller(larger(x, all(-4)), all(4));
  vector s = x * x;
  vector p = FUSED(s, all(-2.72614225801306e-10f), all(2.77068142495902e-08f));
  p = FUSED(p, s, all(-2.10102402082508e-06f));
  p = FUSED(p, s, all(-5.69250639462346e-05f));
  p = FUSED(p, s, all(-7.34990630326855e-04f));
  p = FUSED(p, s, all(-2.95459980854025e-03f));
  p = FUSED(p, s, all(-1.60960333262415e-02f));
  vector q = FUSED(s, all(-1.45660718464996e-05f), all(-2.13374055278905e-04f));
  q = FUSED(q, s, all(-1.68282697438203e-03f));
  q = FUSED(q, s, all(-7.37332916720468e-03f));
  q = FUSED(q, s, all(-1.42647390514189e-02f));
  return x * p / q;
}

INLINE vector relu_of(vector x) { return larger(x, all(0)); }
INLINE vector gelu_of(vector x) { return x * 0.5f * (1.0f + error_function(x * 0.70710678118654752f)); }
INLINE vector sigmoid_of(vector x) { return 1.0f / (1.0f + exponential(-x)); }

/* Applies FUNCTION to every value; the tail goes through a padded vector. */
#define EACH(FUNCTION)                                                                  \
  size_t i = 0;                                                                         \
  for (; i + LANES <= count; i += LANES) store(values + i, FUNCTION(load(values + i))); \
  if (i < count) {                                                                      \
    vector v = FUNCTION(load_some(values + i, count - i, 0));                           \
    memcpy(values + i, &v, (count - i) * 4);                                            \
  }

static void relu(float *values, size_t count) { EACH(relu_of) }
static void gelu(float *values, size_t count) { EACH(gelu_of) }
static void sigmoid(float *values, size_t count) { EACH(sigmoid_of) }
#undef EACH

static void half_to_float(const void *half, float *values, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(values + i, widen((const char *)half + 2 * i));
  for (; i < count; i++) values[i] = half_at(half, i);
}

static void float_to_half(const float *values, void *half, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    halves h = __builtin_convertvector(load(values + i), halves);
    memcpy((char *)half + 2 * i, &h, sizeof h);
  }
  for (; i < count; i++) {
    _Float16 h = (_Float16)values[i];
    memcpy((char *)half + 2 * i, &h, 2);
  }
}

static void add(const float *values, float *sums, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(sums + i, load(sums + i) + load(values + i));
  for (; i < count; i++) sums[i] += values[i];
}

static void scale_by(float *values, float factor, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(values + i, load(values + i) * factor);
  for (; i < count; i++) values[i] *= factor;
}
