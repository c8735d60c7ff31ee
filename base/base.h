/* The words every other file is written in: fixed-width integers, spans of bytes, hints.
 *
 * base/ knows nothing of Python. It may be read, tested and reused without the rest.
 */
#ifndef APY_BASE_BASE_H
#define APY_BASE_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef size_t usize;

/* A borrowed run of bytes, not terminated. UTF-8 where it is text. */
typedef struct Span {
    const char *data;
    usize length;
} Span;

#define SPAN(literal) ((Span){"" literal, sizeof(literal) - 1})

static inline bool span_equal(Span a, Span b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline Span span_of(const char *text) {
    return (Span){text, strlen(text)};
}

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define COLD __attribute__((cold, noinline))
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define PRINTF_LIKE(template, first) __attribute__((format(printf, template, first)))
#define NODISCARD __attribute__((warn_unused_result))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#endif
