/* The syntax tree: CPython 3.13's nodes, field for field (ast.def has the list).
 *
 * Every node begins with a Node: what it is, and where in the source it stands. Of a line
 *     NODE(expr, BinOp, left:expr, op:operator, right:expr)
 * in ast.def the build makes (in ast.gen.h)
 *     NODE_BinOp                              its kind
 *     struct BinOpNode { Node node; Node *left; u8 op; Node *right; }
 *     BinOpNode *as_BinOp(Node *)             the checked cast
 *     Node *ast_BinOp(Arena *, SourceRange, Node *left, u8 op, Node *right)
 * and a row in node_infos[], by which anything can walk a tree without knowing the kinds.
 * Nodes that are the only one of their group (arguments, match_case) have a field type of
 * their own (ArgumentsNode *, MatchCaseNode *); every other child is a Node *.
 *
 * An absent child is NULL, an absent identifier or string has data == NULL. Identifiers
 * are NFKC and not mangled. Trees live in the arena they were made in, texts too. A
 * constructor returns NULL when memory is out (arena->out_of_memory) or when a child it
 * needs is NULL, so that failure travels upwards by itself.
 *
 * Trees can be deeper than the C stack bears: `1+1+...` with 100,000 terms is a good
 * program text. Brackets nest 200 deep at most, but operators, attributes and calls do
 * not end; who walks by recursion asks node->height first.
 */
#ifndef APY_PARSER_AST_H
#define APY_PARSER_AST_H

#include "base/arena.h"
#include "base/base.h"

/* Lines count from 1, columns are byte offsets from 0. The end is exclusive. */
typedef struct SourceRange {
    u32 line, column, end_line, end_column;
} SourceRange;

typedef struct Node {
    u8 kind;            /* NODE_... */
    bool parenthesised; /* an expression that stood in parentheses of its own */
    u16 height; /* longest way down to a leaf, itself included; stops at UINT16_MAX */
    SourceRange at;
} Node;

typedef struct NodeList {
    u32 count;
    Node **items;
} NodeList;

typedef struct SpanList {
    u32 count;
    Span *items;
} SpanList;

/* A list of operators. */
typedef struct ByteList {
    u32 count;
    u8 *items;
} ByteList;

typedef enum Operator {
    OPERATOR_ADD,
    OPERATOR_SUB,
    OPERATOR_MULT,
    OPERATOR_MAT_MULT,
    OPERATOR_DIV,
    OPERATOR_MOD,
    OPERATOR_POW,
    OPERATOR_L_SHIFT,
    OPERATOR_R_SHIFT,
    OPERATOR_BIT_OR,
    OPERATOR_BIT_XOR,
    OPERATOR_BIT_AND,
    OPERATOR_FLOOR_DIV,
} Operator;

typedef enum BoolOperator { BOOL_AND, BOOL_OR } BoolOperator;

typedef enum UnaryOperator {
    UNARY_OP_INVERT,
    UNARY_OP_NOT,
    UNARY_OP_ADD,
    UNARY_OP_SUB
} UnaryOperator;

typedef enum CompareOperator {
    COMPARE_EQ,
    COMPARE_NOT_EQ,
    COMPARE_LT,
    COMPARE_LT_E,
    COMPARE_GT,
    COMPARE_GT_E,
    COMPARE_IS,
    COMPARE_IS_NOT,
    COMPARE_IN,
    COMPARE_NOT_IN,
} CompareOperator;

typedef enum ExprContext { CONTEXT_LOAD, CONTEXT_STORE, CONTEXT_DEL } ExprContext;

typedef enum ConstantKind {
    CONSTANT_NONE,
    CONSTANT_TRUE,
    CONSTANT_FALSE,
    CONSTANT_ELLIPSIS,
    CONSTANT_INT,       /* text: the digits, without prefix and underscores; base */
    CONSTANT_FLOAT,     /* number */
    CONSTANT_IMAGINARY, /* number */
    CONSTANT_STR,       /* text: UTF-8, a lone surrogate is three bytes */
    CONSTANT_BYTES,     /* text */
} ConstantKind;

typedef struct Constant {
    u8 kind; /* CONSTANT_... */
    u8 base; /* of CONSTANT_INT: 2, 8, 10 or 16 */
    union {
        Span text;
        double number;
    };
} Constant;

typedef enum FieldType {
    FIELD_NODE,
    FIELD_NODES,
    FIELD_IDENTIFIER,
    FIELD_IDENTIFIERS,
    FIELD_STRING,
    FIELD_INT,
    FIELD_CONSTANT,
    FIELD_OPERATOR,
    FIELD_BOOL_OPERATOR,
    FIELD_UNARY_OPERATOR,
    FIELD_COMPARE_OPERATORS,
    FIELD_CONTEXT,
} FieldType;

typedef struct FieldInfo {
    const char *name;
    u8 type; /* FieldType */
    bool optional;
    u16 offset; /* in the node's struct */
    const char *declared; /* the type in ast.def: "expr?*" */
} FieldInfo;

typedef struct NodeInfo {
    const char *name;
    bool has_range; /* CPython's node has lineno, col_offset, ... */
    u8 field_count;
    u16 size; /* of the struct */
    const FieldInfo *fields;
    const char *group;
} NodeInfo;

#include "ast.gen.h"

/* By NodeKind. */
extern const NodeInfo node_infos[];

/* Tell a node that it got one more child. */
void ast_raise_height(Node *node, const Node *child);

/* CPython's names of the operators: "Add", "NotIn", "Load". */
const char *ast_operator_name(FieldType type, u8 op);
/* How many operators the sort has; 0 for other fields. */
u32 ast_operator_count(FieldType type);

#endif
