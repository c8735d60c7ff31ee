/* A unit: one code object in the making.
 *
 * REGISTERS are virtual until the unit is assembled: plain locals count from 0 in the order
 * of their first use (parameters first), cells that are no parameters from CELL_BASE,
 * temporaries from TEMPORARY_BASE.
 *
 * TEMPORARIES are a strict stack: `depth` of them live. Every instruction is emitted after
 * the operands it consumes were popped (consume) and before its result is pushed (push), so
 * that `depth` then is what its position row must say.
 *
 * BOUND is the set of locals that surely have a value here. A local that may be unbound is
 * not used in place, but read by a MOVE of its own, whose error then comes in time and with
 * the right position. Labels meet the sets of all jumps to them.
 *
 * CODE THAT CANNOT BE REACHED is compiled (for its errors) but not emitted.
 */
#ifndef APY_COMPILER_UNIT_H
#define APY_COMPILER_UNIT_H

#include "compiler/scope.h"

enum { CELL_BASE = 0x4000, TEMPORARY_BASE = 0x8000 };

typedef u32 Label; /* 0: none */

typedef struct Instruction {
    u8 op, flags;
    u16 a, b, c;
    i32 wide;  /* B and C together, for immediate values */
    u32 link;  /* the label, or the constant's number */
    u32 name;  /* the name's number, if there is a name */
    u16 depth; /* live temporaries if it fails */
    u32 word;  /* where it stands, while assembling */
    bool is_long; /* its jump is too far for 16 bits */
    SourceRange at;
} Instruction;

typedef struct LabelState {
    u32 target; /* index of the instruction; UINT32_MAX: not bound yet */
    u16 depth;  /* of the first jump to it */
    bool is_used;
    u64 *bound; /* what is bound at all jumps to it */
} LabelState;

typedef struct ConstantRow {
    Value value;
    bool is_narrow; /* used in a 16-bit field */
    bool is_narrowest; /* of an instruction that has no wide form */
    bool is_used;
    u32 index;      /* while assembling */
} ConstantRow;

typedef struct RegionRow { /* a covered piece of code, by instruction index */
    u32 start, end;
    Label handler;
    u16 depth; /* temporaries below the handler's exception */
} RegionRow;

/* A line without instructions of its own (`try:`, `while True:`), for trace functions: objects/code.h. */
typedef struct MarkRow {
    u32 start; /* the instruction that follows */
    u32 line;
    bool is_loop;
} MarkRow;

typedef struct GapRow {
    u32 start, end;
    u16 gap; /* the first temporary of the gap */
} GapRow;

/* A value at hand: a temporary on top of the stack, or a local read in place. */
typedef struct Operand {
    u16 reg;
    bool is_temporary;
} Operand;

/* Where a result goes: the next temporary, or a local. */
typedef struct Place {
    bool is_local;
    u16 reg;
} Place;
#define TEMPORARY ((Place){0})

typedef enum BlockKind {
    BLOCK_FOR,     /* the iterator at `depth` */
    BLOCK_WHILE,
    BLOCK_VALUE,   /* finally on the way out of a return: the value at `depth` */
    BLOCK_TRY,     /* body of try ... except */
    BLOCK_FINALLY, /* body of try ... finally */
    BLOCK_HANDLER, /* an exception pair at `depth`: body of except, of finally after one */
    BLOCK_STAR,    /* body of except*: nothing may leave it but exceptions */
    BLOCK_COVER,   /* only covers: a comprehension */
    BLOCK_WITH,    /* the bound exit at `depth` */
    BLOCK_ASYNC_WITH,
} BlockKind;

typedef struct Block Block;
struct Block {
    u8 kind;
    u16 depth; /* temporaries before the block's own */
    Block *outer;
    Label handler; /* 0: does not cover anything */
    u32 start;     /* of the piece being covered */
    Label break_, continue_;
    const NodeList *finalbody;
    Name *name; /* of BLOCK_HANDLER: to be unbound at its end */
    SourceRange at;
    u32 handler_before; /* the unit's handler_depth outside */
};

/* Code off the road: variables of a comprehension are unbound when it fails. */
typedef struct ColdPath {
    struct ColdPath *next;
    Label label;
    u16 depth;
    SourceRange at;
    u16 *registers;
    u32 register_count;
    u16 *gaps;
    u32 gap_count;
    RegionRow *covers; /* start and end unset */
    u32 cover_count;
} ColdPath;

typedef struct OpenGap {
    u16 gap;
    u32 start;
} OpenGap;

typedef struct ConstantTable { /* by content: constants.c */
    ConstantRow *rows;
    u32 count, capacity;
    u32 *slots; /* number + 1 */
    Span *keys;
    u32 slot_count;
} ConstantTable;

typedef struct UnitNames {
    Name **items;
    u32 count, capacity;
    u32 *slots;
    u32 slot_count;
} UnitNames;

struct Unit {
    Compiler *c;
    Unit *outer;
    Scope *scope; /* whose code it is */
    Scope *here;  /* the scope at this point: it, or a comprehension in it */
    Span qualname;
    u32 flags;
    i32 first_line;
    u16 parameters, positional, positional_only, keyword_only;
    bool suspends;
    bool has_docstring;

    Instruction *items;
    u32 count, capacity;
    LabelState *labels;
    u32 label_count, label_capacity;
    RegionRow *regions;
    u32 region_count, region_capacity;
    GapRow *gaps;
    u32 gap_count, gap_capacity;
    MarkRow *marks;
    u32 mark_count, mark_capacity;
    OpenGap *open_gaps;
    u32 open_gap_count, open_gap_capacity;
    ConstantTable constants;
    UnitNames names;

    u32 depth, deepest;
    SymbolList locals; /* by virtual register */
    SymbolList cells;  /* likewise, from CELL_BASE */
    u64 *bound, *deletable;
    u32 bound_words;

    bool reachable;
    SourceRange at; /* of what is being compiled */
    Block *block;
    u32 block_count;
    u32 handler_depth; /* 1 + the outermost handler's temporary; 0: in no handler */
    ColdPath *cold;
    Name **attributes; /* of a class body: names set as self.NAME */
    u32 attribute_count, attribute_capacity;
};

/* ---- unit.c ---- */

/* A unit for the scope becomes c->unit. NULL after a failure. */
Unit *unit_enter(Compiler *c, Scope *scope, i32 first_line);
/* Assemble it, and go back to the one outside. The Code, borrowed (kept by the pool), or
 * EMPTY after a failure. */
Value unit_leave(Unit *u);
/* A parameter that has no symbol. Before unit_begin. Gives its register. */
u16 unit_add_hidden_parameter(Unit *u, const char *name);
/* Registers for the parameters and cells of the scope, and the first instructions. */
void unit_begin(Unit *u, const ArgumentsNode *arguments);

/* A register for a symbol that is local to this unit, made on first use. */
u16 unit_register(Unit *u, Symbol *symbol);

static inline bool unit_is_bound(const Unit *u, u16 reg) {
    return reg >= CELL_BASE || (u->bound[reg / 64] >> reg % 64 & 1);
}
static inline void unit_set_bound(Unit *u, u16 reg) {
    if (reg < CELL_BASE) u->bound[reg / 64] |= (u64)1 << reg % 64;
}
static inline void unit_set_unbound(Unit *u, u16 reg) {
    if (reg < CELL_BASE) u->bound[reg / 64] &= ~((u64)1 << reg % 64);
}
/* A copy of the set as it is now. */
u64 *unit_save_bound(Unit *u);
/* The set at a place that control reaches from anywhere behind `bound`: without what may
 * be deleted. */
void unit_assume_bound(Unit *u, const u64 *bound);

/* ---- emit.c ---- */

void emit(Unit *u, OpCode op, u32 flags, u32 a, u32 b, u32 c);
void emit_wide(Unit *u, OpCode op, u32 a, i32 value);
/* `b` is for those that have one. */
void emit_jump(Unit *u, OpCode op, u32 flags, u32 a, u32 b, Label label);
/* With a constant in B. */
void emit_constant_jump(Unit *u, OpCode op, u32 flags, u32 a, Value constant, Label label);
/* With a constant in the field that has one. */
void emit_constant(Unit *u, OpCode op, u32 flags, u32 a, u32 b, u32 c, Value constant);
/* Instructions with a destination: the result goes to `place`. */
void emit_result(Unit *u, OpCode op, u32 flags, Place place, u32 b, u32 c);
/* The window instruction's flag in code that suspends. */
static inline u32 window_flags(const Unit *u) {
    return u->suspends ? F_COMPACT : 0;
}

Label label_new(Unit *u);
/* Forward: what jumped here goes on here. */
void label_bind(Unit *u, Label label);
/* The start of a loop or a handler, reached (if at all) with this set of bound locals. */
void label_bind_loop(Unit *u, Label label, bool is_reached, const u64 *bound);
bool label_is_used(const Unit *u, Label label);

static inline u16 temporary(u32 index) {
    return (u16)(TEMPORARY_BASE + index);
}
/* The temporary that the next push makes. */
static inline u16 next_temporary(const Unit *u) {
    return temporary(u->depth);
}
Operand push(Unit *u);
void pop(Unit *u, u32 count);
/* The operand is used up: pops it if it is a temporary. */
void consume(Unit *u, Operand operand);
static inline u32 first(Operand x) {
    return x.is_temporary ? F_FIRST : 0;
}
static inline u32 second(Operand x) {
    return x.is_temporary ? F_SECOND : 0;
}
static inline u32 third(Operand x) {
    return x.is_temporary ? F_THIRD : 0;
}
/* Release the topmost temporary. */
void emit_drop(Unit *u);
/* Remember the line of a statement that emits nothing. */
void mark_line(Unit *u, SourceRange at, bool is_loop);
/* Copy or move the operand to the place. */
void emit_move(Unit *u, Operand operand, Place place);
void emit_none(Unit *u, Place place);
/* At the start of a handler: the exception and the one handled before are on the stack. */
void push_exception(Unit *u);
/* Emit the constant (borrowed). */
void emit_load(Unit *u, Value constant, Place place);
/* Does the value fit an instruction's immediate field? */
bool is_immediate(Value v, i32 *number);

/* A call window: the callee is in the topmost temporary, room for the header follows.
 * Gives the callee's register. The arguments are pushed behind. */
u16 window_open(Unit *u);
/* All of the window's temporaries are consumed; to be followed by the call. */
void window_close(Unit *u, u16 window);
/* The result of a window instruction, which was just emitted, goes to the place. */
void window_result(Unit *u, u16 window, Place place);

/* The part of the code covered by the block's handler begins, ends. */
void region_open(Unit *u, Block *block);
void region_close(Unit *u, Block *block);
/* Temporaries that stay when the block's handler takes over. */
u32 region_depth(const Block *block);
void gap_add(Unit *u, u32 start, u32 end, u16 gap);
void region_add(Unit *u, u32 start, u32 end, Label handler, u32 depth);

/* ---- constants.c ---- */

/* Numbers of a constant and a name in the unit's tables. */
u32 constant_number(Unit *u, Value constant);
u32 name_number(Unit *u, Name *name);

/* ---- assemble.c ---- */

/* The finished Code (owned), or FAIL. */
Value assemble(Unit *u);

#endif
