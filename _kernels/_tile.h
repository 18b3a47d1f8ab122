/* One tile of a matrix product, in the registers of a CPU with AVX-512. All that calls
   this is in _large_products.pxd.

   Written for GCC and Clang. Elsewhere CAN_TILE is 0 and nothing here is called. */

#if defined(__AVX512F__) && defined(__GNUC__) && !defined(_WIN32)

#include <xmmintrin.h>

/* A tile is 12 rows of 32 floats: 24 of the 32 registers hold its sums, two a row of b. */
enum { CAN_TILE = 1, TILE_ROWS = 12, TILE_COLUMNS = 32, LANES = 16 };

/* 16 floats in one register; they may lie anywhere in memory. */
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));

/* c = start + a @ b for a few rows of a and 32 columns of b; start NULL is 0.

   Both are packed: for each p, column p of a is a run of 12 floats, row p of b one of 32.
   The sums stay in registers from the first p to the last. `rows` is a constant wherever
   this is called, so that the compiler can give each sum a register of its own. */
static inline __attribute__((always_inline)) void multiply_rows(
    const int rows, long depth, const float *a, const float *b,
    const float *start, long start_length, float *c, long c_length)
{
    lanes left[TILE_ROWS], right[TILE_ROWS];
    #pragma GCC unroll 12
    for (int i = 0; i < rows; i++) {
        __builtin_prefetch(c + i * c_length, 1);
        __builtin_prefetch(c + i * c_length + LANES, 1);
        left[i] = right[i] = (lanes){0};
    }
    for (const float *end = a + depth * TILE_ROWS; a < end; a += TILE_ROWS) {
        lanes b_left = *(const lanes *)b, b_right = *(const lanes *)(b + LANES);
        b += TILE_COLUMNS;
        __builtin_prefetch(a + 32 * TILE_ROWS);
        #pragma GCC unroll 12
        for (int i = 0; i < rows; i++) {
            left[i] += a[i] * b_left;
            right[i] += a[i] * b_right;
        }
    }
    #pragma GCC unroll 12
    for (int i = 0; i < rows; i++) {
        if (start) {
            left[i] += *(const lanes *)(start + i * start_length);
            right[i] += *(const lanes *)(start + i * start_length + LANES);
        }
        *(lanes *)(c + i * c_length) = left[i];
        *(lanes *)(c + i * c_length + LANES) = right[i];
    }
}

static void multiply_tile(
    int rows, long depth, const float *a, const float *b,
    const float *start, long start_length, float *c, long c_length)
{
#define WITH(constant) \
    case constant: \
        multiply_rows(constant, depth, a, b, start, start_length, c, c_length); \
        break;
    switch (rows) {
        WITH(1) WITH(2) WITH(3) WITH(4) WITH(5) WITH(6)
        WITH(7) WITH(8) WITH(9) WITH(10) WITH(11) WITH(12)
    }
#undef WITH
}

/* to = from.T for 4 x 4 floats: four loads and stores in place of sixteen. */
static inline void turn_4x4(
    const float *from, long from_length, float *to, long to_length)
{
    for (int next = 4; next < 8; next++)
        __builtin_prefetch(from + next * from_length);
    __m128 row_0 = _mm_loadu_ps(from), row_1 = _mm_loadu_ps(from + from_length);
    __m128 row_2 = _mm_loadu_ps(from + 2 * from_length);
    __m128 row_3 = _mm_loadu_ps(from + 3 * from_length);
    _MM_TRANSPOSE4_PS(row_0, row_1, row_2, row_3);
    _mm_storeu_ps(to, row_0);
    _mm_storeu_ps(to + to_length, row_1);
    _mm_storeu_ps(to + 2 * to_length, row_2);
    _mm_storeu_ps(to + 3 * to_length, row_3);
}

#else

enum { CAN_TILE = 0, TILE_ROWS = 12, TILE_COLUMNS = 32 };
static void multiply_tile(
    int rows, long depth, const float *a, const float *b,
    const float *start, long start_length, float *c, long c_length) {}
static void turn_4x4(const float *from, long from_length, float *to, long to_length) {}

#endif
