#include "objects/argument_words.h"

#include "objects/exc.h"

void argument_words_add(Buffer *names, Span name, u32 at, u32 count) {
    if (at) buffer_add_text(names, at + 1 < count ? ", " : count > 2 ? ", and " : " and ");
    buffer_add_char(names, '\'');
    buffer_add_span(names, name);
    buffer_add_char(names, '\'');
}

static bool raise_text(VM *vm, Span function, Buffer *text) {
    buffer_add_char(text, 0);
    Buffer whole = {0};
    buffer_add_span(&whole, function);
    buffer_add_char(&whole, 0);
    raise_type(vm, "%s() %s", whole.data ? whole.data : "", text->data ? text->data : "");
    buffer_free(&whole);
    buffer_free(text);
    return false;
}

bool raise_missing_arguments(VM *vm, Span function, u32 count, const char *sort, Buffer *names) {
    Buffer text = {0};
    buffer_printf(&text, "missing %u required %s argument%s: ", count, sort, count == 1 ? "" : "s");
    buffer_add_span(&text, buffer_span(names));
    buffer_free(names);
    return raise_text(vm, function, &text);
}

bool raise_too_many_arguments(VM *vm, Span function, u32 least, u32 most, u32 given, u32 keyword_only) {
    Buffer text = {0};
    buffer_add_text(&text, "takes ");
    if (least < most) buffer_printf(&text, "from %u to ", least);
    buffer_printf(&text, "%u positional argument%s but %u", most, least < most || most != 1 ? "s" : "", given);
    if (keyword_only)
        buffer_printf(&text, " positional argument%s (and %u keyword-only argument%s)", given != 1 ? "s" : "",
                      keyword_only, keyword_only != 1 ? "s" : "");
    buffer_printf(&text, " %s given", given == 1 && !keyword_only ? "was" : "were");
    return raise_text(vm, function, &text);
}
