/* How wide a match can be: lookbehinds must know. */
#include "stdlib/re_parser.h"

static u64 plus(u64 a, u64 b) {
    u64 sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static u64 times(u64 a, u64 b) {
    u64 product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

typedef struct Width {
    u64 low, high;
} Width;

static Width width_of(const ReParser *parser, ReSequence *sequence) {
    re_measure(parser, sequence);
    return (Width){sequence->low, sequence->high};
}

static Width widest(Width a, Width b) {
    return (Width){a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

static Width measure_repeat(const ReParser *parser, const ReNode *node) {
    Width body = width_of(parser, node->body);
    bool is_endless = node->high == RE_MAX_REPEAT && body.high;
    return (Width){times(body.low, node->low),
                   is_endless ? UINT64_MAX : times(body.high, node->high)};
}

static Width measure_node(const ReParser *parser, const ReNode *node) {
    Width width;
    switch (node->kind) {
    case RE_LITERAL:
    case RE_SET:
    case RE_ANY: return (Width){1, 1};
    case RE_GROUP:
    case RE_ATOMIC: return width_of(parser, node->body);
    case RE_REPEAT: return measure_repeat(parser, node);
    case RE_BACKREFERENCE:
        return (Width){parser->groups[node->value].low, parser->groups[node->value].high};
    case RE_CONDITIONAL:
        width = width_of(parser, node->body);
        return widest(width, node->other ? width_of(parser, node->other) : (Width){0, 0});
    case RE_BRANCH:
        width = width_of(parser, node->body);
        for (ReSequence *at = node->body->next; at; at = at->next)
            width = widest(width, width_of(parser, at));
        return width;
    default: return (Width){0, 0};
    }
}

void re_measure(const ReParser *parser, ReSequence *sequence) {
    if (sequence->is_measured) return;
    Width all = {0, 0};
    for (ReNode *node = sequence->first; node; node = node->next) {
        Width width = measure_node(parser, node);
        all = (Width){plus(all.low, width.low), plus(all.high, width.high)};
    }
    *sequence = (ReSequence){sequence->first, sequence->last, true,
                             all.low, all.high, sequence->next};
}
