/* For excerpts_against_cpython.py: read "lines column end_column color" and that many lines of
 * source, again and again; write how a traceback shows them, and "--". */
#include <stdio.h>
#include <stdlib.h>

#include "vm/excerpt.h"

static bool read_record(char **line, size_t *capacity, Buffer *text, Excerpt *excerpt,
                        int *color) {
    u32 count;
    if (getline(line, capacity, stdin) <= 0) return false;
    if (sscanf(*line, "%u %d %d %d", &count, &excerpt->column, &excerpt->end_column, color) != 4)
        return false;
    buffer_clear(text);
    for (u32 i = 0; i < count; i++) {
        ssize_t length = getline(line, capacity, stdin);
        if (length > 0) buffer_add(text, *line, (usize)length);
    }
    excerpt->text = buffer_span(text);
    excerpt->line_count = count;
    return true;
}

int main(void) {
    char *line = NULL;
    size_t capacity = 0;
    Buffer text = {0}, out = {0};
    Excerpt excerpt;
    int color;
    while (read_record(&line, &capacity, &text, &excerpt, &color)) {
        buffer_clear(&out);
        excerpt_write(&out, &excerpt, color);
        printf("%.*s--\n", (int)out.length, out.data ? out.data : "");
    }
    buffer_free(&text);
    buffer_free(&out);
    free(line);
    return 0;
}
