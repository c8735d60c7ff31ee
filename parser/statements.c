/* Simple statements, imports and whole inputs. */
#include "parser/statements.h"

#include "parser/targets.h"

void build_module(Builder *builder, Vector *body) {
    builder->tree =
        ast_Module(builder->arena, (SourceRange){0}, vector_list(body), (NodeList){0});
}

void build_interactive(Builder *builder, Vector *body) {
    builder->tree = ast_Interactive(builder->arena, (SourceRange){0}, vector_list(body));
}

void build_expression(Builder *builder, Piece body) {
    builder->tree = ast_Expression(builder->arena, (SourceRange){0}, body.node);
}

Node *assign_statement(Builder *builder, Vector *sides) {
    if (!sides) return NULL;
    SourceRange at = range_from(builder, sides->first);
    u32 last = sides->count - 1;
    if (last == 0) return ast_Expr(builder->arena, at, sides->items[0]);
    for (u32 i = 0; i < last; i++) targets_store(builder, sides->items[i]);
    NodeList targets = {last, sides->items};
    return ast_Assign(builder->arena, at, targets, sides->items[last], (Span){0});
}

Node *augmented_statement(Builder *builder, Piece target, Operator op, Piece value) {
    targets_store_single(builder, target.node);
    return ast_AugAssign(builder->arena, range_from(builder, target.first), target.node,
                         op, value.node);
}

Node *annotated_statement(Builder *builder, Piece target, Piece annotation, Node *value) {
    targets_store_single(builder, target.node);
    bool is_simple = is_kind(target.node, NODE_Name) && !target.node->parenthesised;
    return ast_AnnAssign(builder->arena, range_from(builder, target.first), target.node,
                         annotation.node, value, is_simple);
}

Node *type_statement(Builder *builder, u32 first, u32 name, Vector *params, Piece value) {
    Node *target = build_name(builder, name).node;
    targets_store(builder, target);
    return ast_TypeAlias(builder->arena, range_from(builder, first), target,
                         vector_list(params), value.node);
}

Node *return_statement(Builder *builder, u32 first, Node *value) {
    return ast_Return(builder->arena, range_from(builder, first), value);
}

Node *raise_statement(Builder *builder, u32 first, Node *exception, Node *cause) {
    return ast_Raise(builder->arena, range_from(builder, first), exception, cause);
}

Node *delete_statement(Builder *builder, u32 first, Vector *targets) {
    NodeList list = vector_list(targets);
    for (u32 i = 0; i < list.count; i++) targets_delete(builder, list.items[i]);
    return ast_Delete(builder->arena, range_from(builder, first), list);
}

Node *assert_statement(Builder *builder, u32 first, Node *test, Node *message) {
    return ast_Assert(builder->arena, range_from(builder, first), test, message);
}

DottedName dotted_start(Builder *builder, u32 name) {
    return (DottedName){.first = name, .text = name_of(builder, name)};
}

/* Make room for `more` bytes behind the text. */
static char *extend(Builder *builder, DottedName *dotted, usize more) {
    usize needed = dotted->text.length + more;
    if (needed > dotted->capacity) {
        char *text = arena_alloc(builder->arena, needed * 2);
        if (!text) return NULL;
        memcpy(text, dotted->text.data, dotted->text.length);
        dotted->text.data = text;
        dotted->capacity = needed * 2;
    }
    return (char *)dotted->text.data + dotted->text.length;
}

DottedName dotted_add(Builder *builder, DottedName dotted, u32 name) {
    Span more = name_of(builder, name);
    char *end = extend(builder, &dotted, 1 + more.length);
    if (!end) return dotted;
    end[0] = '.';
    memcpy(end + 1, more.data, more.length);
    dotted.text.length += 1 + more.length;
    return dotted;
}

Node *alias_node(Builder *builder, DottedName dotted, u32 as_name) {
    Span name = as_name ? name_of(builder, as_name) : (Span){0};
    return ast_alias(builder->arena, range_from(builder, dotted.first), dotted.text,
                     name);
}

Node *alias_star(Builder *builder, u32 star) {
    return ast_alias(builder->arena, range_of_token(builder, star), SPAN("*"), (Span){0});
}

Node *import_statement(Builder *builder, u32 first, Vector *aliases) {
    return ast_Import(builder->arena, range_from(builder, first), vector_list(aliases));
}

Node *import_from_statement(Builder *builder, u32 first, DottedName module,
                            Vector *aliases) {
    return ast_ImportFrom(builder->arena, range_from(builder, first), module.text,
                          vector_list(aliases), module.level);
}
