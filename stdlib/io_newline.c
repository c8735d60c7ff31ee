#include "stdlib/io_newline.h"

#include "objects/int.h"
#include "objects/tuple.h"
#include "objects/want.h"

/* ---- the work ---- */

/* Which ends occur, and the text with those translated. `at` begins behind what needs none. */
static Value translate(VM *vm, NewlineState *state, Span text) {
    Buffer out = {0};
    const char *at = text.data, *end = at + text.length;
    while (at < end) {
        const char *next = memchr(at, '\r', (usize)(end - at));
        usize plain = (usize)((next ? next : end) - at);
        if (memchr(at, '\n', plain)) state->seen |= SEEN_LF;
        buffer_add(&out, at, plain);
        if (!next) break;
        bool is_pair = next + 1 < end && next[1] == '\n';
        state->seen |= is_pair ? SEEN_CRLF : SEEN_CR;
        if (state->translates) buffer_add_char(&out, '\n');
        else buffer_add(&out, next, is_pair ? 2 : 1);
        at = next + (is_pair ? 2 : 1);
    }
    return str_from_buffer(vm, &out);
}

Value newline_feed(VM *vm, NewlineState *state, Value given, bool is_final) {
    OWNED Value text = incref(given);
    if (state->has_pending_cr && (is_final || to_str(given)->size)) {
        replace(&text, TRY(str_format(vm, "\r%S", given)));
        state->has_pending_cr = false;
    }
    Span span = str_span(text);
    if (!is_final && span.length && span.data[span.length - 1] == '\r') {
        replace(&text, TRY(str_new(vm, span.data, span.length - 1)));
        state->has_pending_cr = true;
        span = str_span(text);
    }
    if (span.length && memchr(span.data, '\r', span.length)) return translate(vm, state, span);
    bool has_new = !(state->seen & SEEN_LF) && span.length &&
                   memchr(span.data, '\n', span.length);
    if (has_new) state->seen |= SEEN_LF;
    return TAKE(text);
}

Value newline_seen(VM *vm, const NewlineState *state) {
    static const struct {
        u8 bit;
        const char *text;
    } sorts[] = {{SEEN_CR, "\r"}, {SEEN_LF, "\n"}, {SEEN_CRLF, "\r\n"}};
    Value found[3];
    u32 count = 0;
    for (u32 i = 0; i < COUNT_OF(sorts); i++)
        if (state->seen & sorts[i].bit) found[count++] = TRY(str_from_text(vm, sorts[i].text));
    if (!count) return NONE;
    return count == 1 ? found[0] : tuple_from_owned(vm, found, count);
}

/* ---- newline arguments and line ends ---- */

bool io_take_newline(VM *vm, Value v, bool is_shown_by_repr, NewlineSort *out) {
    static const char *const texts[] = {NULL, "", "\n", "\r", "\r\n"};
    *out = NEWLINE_ANY;
    if (v == EMPTY || v == NONE) return true;
    for (u32 i = 1; i < COUNT_OF(texts); i++) {
        if (!str_equals_text(v, texts[i])) continue;
        *out = (NewlineSort)i;
        return true;
    }
    raise_value(vm, is_shown_by_repr ? "illegal newline value: %R" : "illegal newline value: %S", v);
    return false;
}

static i64 end_of_any(Span text) {
    for (usize i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '\n') return (i64)i + 1;
        if (c != '\r') continue;
        return (i64)i + (i + 1 < text.length && text.data[i + 1] == '\n' ? 2 : 1);
    }
    return -1;
}

i64 io_line_end(Span text, NewlineSort sort, bool is_translated) {
    if (!text.length) return -1;
    if (sort == NEWLINE_ANY_KEPT || (sort == NEWLINE_ANY && !is_translated))
        return end_of_any(text);
    if (sort == NEWLINE_CRLF) {
        const char *pair = memmem(text.data, text.length, "\r\n", 2);
        return pair ? pair - text.data + 2 : -1;
    }
    const char *end = memchr(text.data, sort == NEWLINE_CR ? '\r' : '\n', text.length);
    return end ? end - text.data + 1 : -1;
}

/* ---- IncrementalNewlineDecoder ---- */

typedef struct NewlineDecoder {
    Obj h;
    Value decoder; /* NONE: the input is text */
    Value errors;
    NewlineState state;
} NewlineDecoder;

static NewlineDecoder *to_decoder(Value v) {
    return (NewlineDecoder *)v;
}

static Value make(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    NewlineDecoder *decoder = (NewlineDecoder *)object_new(vm, type);
    if (!decoder) return FAIL;
    decoder->decoder = decoder->errors = EMPTY;
    return from_object(decoder);
}

static bool init(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"decoder", "translate", "errors", NULL};
    static const Arguments arguments = {"IncrementalNewlineDecoder", names, 0, 3, 2};
    Value given[3];
    if (!arguments_bind(vm, &arguments, args, nargs, kwnames, given)) return false;
    int translates = object_truth(vm, given[1]);
    if (translates < 0) return false;
    NewlineDecoder *decoder = to_decoder(self);
    Value errors = given[2] == EMPTY ? str_from_text(vm, "strict") : incref(given[2]);
    if (errors == FAIL) return false;
    replace(&decoder->decoder, incref(given[0]));
    replace(&decoder->errors, errors);
    decoder->state = (NewlineState){.translates = translates};
    return true;
}

static void release(VM *vm, Obj *self) {
    replace(&((NewlineDecoder *)self)->decoder, EMPTY);
    replace(&((NewlineDecoder *)self)->errors, EMPTY);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((NewlineDecoder *)self)->decoder);
    visitor->visit(visitor, ((NewlineDecoder *)self)->errors);
}

/* Codec used when reading a file in universal newlines mode.
 *
 * It wraps another incremental decoder, translating \r\n and \r into \n.
 * It also records the types of newlines encountered.  When used with
 * translate=False, it ensures that the newline sequence is returned in
 * one piece. When used with decoder=None, it expects unicode strings as
 * decode input and translates newlines without first invoking an external
 * decoder. */
TYPE(IncrementalNewlineDecoder, .name = "_io.IncrementalNewlineDecoder",
     .size = sizeof(NewlineDecoder), .kind = KIND_OTHER,
     .slots = {.new = make, .init = init, .free = release, .visit = visit, .clear = release})

static bool check_ready(VM *vm, NewlineDecoder *decoder) {
    if (decoder->decoder != EMPTY) return true;
    raise_value(vm, "IncrementalNewlineDecoder.__init__() not called");
    return false;
}

METHOD(IncrementalNewlineDecoder, decode, "($self, /, input, final=False)") {
    NewlineDecoder *decoder = to_decoder(args[0]);
    CHECK(check_ready(vm, decoder));
    int is_final = args[2] == EMPTY ? 0 : object_truth(vm, args[2]);
    if (is_final < 0) return FAIL;
    OWNED Value text = incref(args[1]);
    if (decoder->decoder != NONE) {
        replace(&text, call_method_2(vm, decoder->decoder, NAME(decode), args[1],
                                     from_bool(is_final)));
        if (text == FAIL) return FAIL;
    }
    if (!is_str(text)) {
        return raise_type(vm, "decoder should return a string result, not '%T'", text);
    }
    return newline_feed(vm, &decoder->state, text, is_final);
}

METHOD(IncrementalNewlineDecoder, getstate, "($self, /)") {
    NewlineDecoder *decoder = to_decoder(args[0]);
    CHECK(check_ready(vm, decoder));
    OWNED Value bytes = incref(vm->empty_bytes);
    i64 flags = 0;
    if (decoder->decoder != NONE) {
        OWNED Value state = TRY(call_method_0(vm, decoder->decoder, NAME(getstate)));
        if (!has_kind(state, KIND_TUPLE) || to_tuple(state)->count != 2)
            return raise_type(vm, "illegal decoder state");
        replace(&bytes, incref(to_tuple(state)->items[0]));
        CHECK(object_to_i64(vm, to_tuple(state)->items[1], &flags));
    }
    return tuple_of(vm, 2, bytes,
                    from_small(flags * 2 + decoder->state.has_pending_cr));
}

METHOD(IncrementalNewlineDecoder, setstate, "($self, state, /)") {
    NewlineDecoder *decoder = to_decoder(args[0]);
    CHECK(check_ready(vm, decoder));
    if (!has_kind(args[1], KIND_TUPLE)) return raise_type(vm, "state argument must be a tuple");
    Tuple *state = to_tuple(args[1]);
    if (state->count != 2) return raise_type(vm, "setstate(): illegal state argument");
    i64 flags;
    CHECK(object_to_i64(vm, state->items[1], &flags));
    decoder->state.has_pending_cr = flags & 1;
    if (decoder->decoder == NONE) return NONE;
    OWNED Value inner = TRY(tuple_of(vm, 2, state->items[0], from_small(flags >> 1)));
    return call_method_1(vm, decoder->decoder, NAME(setstate), inner);
}

METHOD(IncrementalNewlineDecoder, reset, "($self, /)") {
    NewlineDecoder *decoder = to_decoder(args[0]);
    CHECK(check_ready(vm, decoder));
    decoder->state.seen = 0;
    decoder->state.has_pending_cr = false;
    return decoder->decoder == NONE ? NONE : call_method_0(vm, decoder->decoder, NAME(reset));
}

GETTER(IncrementalNewlineDecoder, newlines) {
    CHECK(check_ready(vm, to_decoder(self)));
    return newline_seen(vm, &to_decoder(self)->state);
}
