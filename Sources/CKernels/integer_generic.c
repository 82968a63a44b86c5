/* Plain scalar twins of the int8 kernels: the definition that every fast path is compared with. */
#include "integers.h"
#include <math.h>

static void quantize(const float *values, float factor, int8_t *quantized, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float scaled = nearbyintf(values[i] * factor);
    scaled = scaled > 127.0f ? 127.0f : scaled < -127.0f ? -127.0f : scaled;
    quantized[i] = (int8_t)scaled;
  }
}

static void multiply(const int8_t *a, size_t rows, const int8_t *b, size_t columns, size_t depth, int32_t *sums) {
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column++) {
      int32_t sum = 0;
      for (size_t d = 0; d < depth; d++) sum += (int32_t)a[row * depth + d] * b[column * depth + d];
      sums[row * columns + column] = sum;
    }
}

const dragoman_integer_kernels dragoman_integer_generic = {quantize, multiply};
