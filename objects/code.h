/* Code: what the compiler makes and the VM runs. Immutable after its making, except for inline
 * caches and quickened opcodes in `insns`.
 *
 * An instruction is one 64-bit word:  op 0-7 | flags 8-15 | A 16-31 | B 32-47 | C 48-63.
 * docs/bytecode.md (made from vm/ops.c) tells what each does; compiler/emit.h how they are made.
 */
#ifndef APY_OBJECTS_CODE_H
#define APY_OBJECTS_CODE_H

#include "base/packed.h"
#include "objects/object.h"

typedef u64 Insn;
typedef struct Code Code;

#define INSN_OP(i)    ((u8)(i))
#define INSN_FLAGS(i) ((u8)((i) >> 8))
#define INSN_A(i)     ((u16)((i) >> 16))
#define INSN_B(i)     ((u16)((i) >> 32))
#define INSN_C(i)     ((u16)((i) >> 48))
#define INSN_SC(i)    ((i16)((i) >> 48))       /* C as signed immediate or jump */
#define INSN_BC(i)    ((i32)((i) >> 32))       /* B and C as one signed number */
/* The field at that byte of the word that ends at `pc`. */
#define FIELD(pc, type, byte) (*(const type *)((const char *)(pc) - sizeof(Insn) + (byte)))
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "FIELD looks where a little-endian machine has them");
#define INSN_MAKE(op, flags, a, b, c)                                                    \
    ((u64)(u8)(op) | (u64)(u8)(flags) << 8 | (u64)(u16)(a) << 16 | (u64)(u16)(b) << 32 | \
     (u64)(u16)(c) << 48)
#define INSN_MAKE_BC(op, flags, a, bc)                                                   \
    ((u64)(u8)(op) | (u64)(u8)(flags) << 8 | (u64)(u16)(a) << 16 | (u64)(u32)(bc) << 32)

/* The words behind an instruction that learns are 0 at first, but for the last, which repeats A. */
static inline Insn code_last_cache_word(const Insn *at) {
    return INSN_MAKE(0, 0, INSN_A(*at), 0, 0);
}

enum {                   /* flags of an instruction */
    F_FIRST = 1,         /* the first source operand is a temporary: consume it */
    F_SECOND = 2,        /* the second is one */
    F_THIRD = 4,         /* the third is one (instructions that store: no destination) */
    F_LOCAL = 4,         /* A is a destination that is a local: release its old value */
    F_INPLACE = 8,       /* augmented assignment: try the in-place method first */
    F_NEGATE = 8,        /* compare and jump: jump when the comparison is false */
    F_COMPACT = 16,      /* call window without the frame header gap (code of coroutines) */
    F_HANDLER = 32,      /* suspends inside an except or finally block */
    F_METHOD = 64,       /* call window that METHOD prepared */
};

enum { SLICE_START = 1, SLICE_STOP = 2, SLICE_STEP = 4 }; /* C of SLICE: the bounds that are given */

enum {                       /* Code.flags: CPython's co_flags where it has one */
    CODE_OPTIMIZED = 0x1,    /* locals are registers (a function) */
    CODE_NEWLOCALS = 0x2,
    CODE_VARARGS = 0x4,
    CODE_VARKEYWORDS = 0x8,
    CODE_NESTED = 0x10,
    CODE_GENERATOR = 0x20,
    CODE_COROUTINE = 0x80,
    CODE_ITERABLE_COROUTINE = 0x100, /* types.coroutine */
    CODE_ASYNC_GENERATOR = 0x200,
    CODE_FUTURE_ANNOTATIONS = 0x1000000,
    CODE_HAS_DOCSTRING = 0x4000000,
    CODE_HIDDEN = 0x8000000, /* not shown in tracebacks or as a caller: the event loop's */
    CODE_SUSPENDS = CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR,
};

/* One row of the exception table. Rows are sorted innermost first: the first that covers the
 * instruction wins. Instruction numbers count words from the start. */
typedef struct ExceptionRow {
    u32 start, end; /* covered words [start, end) */
    u32 handler;
    u16 depth; /* register: temporaries from here on are released; the exception goes to r[depth],
                  the previously handled one to r[depth + 1] */
    u16 spare;
} ExceptionRow;

/* Where an instruction comes from, and which temporaries live when it fails or is suspended:
 * registers [locals, depth). An instruction that fails has released the temporaries it consumes
 * and its destination is not yet live, so depth excludes both. AWAIT, YIELDFROM and FOR keep r[A]
 * (what they wait for, the iterator) live: their depth includes A. */
typedef struct PositionRow {
    u32 word; /* first word this row speaks of (rows are in order of words) */
    i32 line, end_line;     /* 0: no source line */
    i32 column, end_column; /* byte offsets in the line; -1: none */
    u16 depth;
    u16 spare;
} PositionRow;

/* The rows of all code of one module of the library, packed until somebody asks for one. Its codes share it. */
typedef struct PositionBlock {
    u32 users;
    Packed packed;
    Buffer unpacked;
} PositionBlock;

/* Rows before the last one of a word are marks: statements without instructions (`try:`, `while True:`) that
 * stand there, for trace functions. Their end_line is one of these. A jump back to the word passes a mark of
 * a loop and those before it. An end_line of 0 otherwise: the line is that of whatever ran before. */
enum { MARK_LINE = 0, MARK_LOOP = -1 };

/* While the arguments of a call are evaluated, the gap behind the callee lies among the live
 * temporaries but holds nothing: registers [gap, gap + WINDOW_GAP) are to be skipped for failures of
 * words [start, end). Code that suspends has no gaps and no such rows. */
typedef struct WindowRow {
    u32 start, end;
    u16 gap;
    u16 spare;
} WindowRow;

/* What the INTRINSIC instruction can do: rare steps that need no instruction of their own.
 * Arguments are consecutive temporaries from B, consumed. */
typedef enum Intrinsic {
    INTRINSIC_PRINT_EXPRESSION,   /* (value): the interactive mode's display hook */
    INTRINSIC_IMPORT_STAR,        /* (module): names into the namespace r[0] */
    INTRINSIC_TYPEVAR,            /* (name) */
    INTRINSIC_TYPEVAR_BOUND,      /* (name, function that evaluates the bound) */
    INTRINSIC_TYPEVAR_CONSTRAINTS, /* (name, function) */
    INTRINSIC_TYPEVARTUPLE,       /* (name) */
    INTRINSIC_PARAMSPEC,          /* (name) */
    INTRINSIC_TYPE_DEFAULT,       /* (type parameter, function): sets the default, gives parameter */
    INTRINSIC_TYPE_ALIAS,         /* (name, type params tuple or None, function) */
    INTRINSIC_GENERIC_BASE,       /* (type params tuple): Generic[...] */
    INTRINSIC_SET_TYPE_PARAMS,    /* (function, type params tuple): gives the function */
    INTRINSIC_PREPARE_RERAISE,    /* (original exception, list of raised): exception or None */
    INTRINSIC_GROUP_WRAP,         /* (exception): an ExceptionGroup around a naked one (except*) */
    INTRINSIC_ASSERTION_ERROR,    /* (): the builtin AssertionError */
    INTRINSIC_BUILD_CLASS,        /* (): builtins.__build_class__ */
    INTRINSIC_SETUP_ANNOTATIONS,  /* (): __annotations__ in the namespace r[0] */
    INTRINSIC_COUNT,
} Intrinsic;

/* The arrays are raw memory of the heap, each of exactly its count (code_array makes one). The
 * positions of code from inside the binary lie there packed, until somebody asks. */
enum { SIGNATURE_SUSPENDS = 0x10000 };

struct Code {
    Obj h;
    Insn *insns;
    u32 insn_count;
    u32 signature;   /* the argument count that a plain call may have, with SIGNATURE_SUSPENDS in code
                        that suspends; UINT32_MAX: never plain */
    u16 registers;   /* all: parameters, locals, cells, temporaries */
    u16 locals;      /* registers before the temporaries */
    u16 parameters;  /* registers that are parameters: positional, keyword-only, *args, **kwargs */
    u16 positional, positional_only, keyword_only; /* counts; *args and **kwargs by flags */
    u16 local_names; /* named local variables (cells included), first registers */
    u16 free_count;
    u32 flags;
    u32 constant_count, name_count, exception_count, position_count, window_count;
    Value *constants;
    Value *names;        /* attribute and global names, interned */
    ExceptionRow *exceptions;
    PositionRow *positions; /* read it through code_positions */
    PositionBlock *block; /* or NULL; `positions` is then NULL or from malloc */
    u32 block_at;         /* where in the block its rows begin */
    WindowRow *windows;
    Value variables;     /* tuple: name of each named local register, in order */
    Value cells;         /* tuple: those of them that are cells */
    Value free_names;    /* tuple: free variables, by closure index */
    Value name, qualname, filename; /* str */
    i32 first_line;
    Value attribute_names; /* class bodies: __static_attributes__ (tuple), else EMPTY */
    Value replaced; /* code of which this took the place in a function, while calls may still run
                       it (its own `replaced` goes on); EMPTY: none */
};

/* Keep `old` (taken over) alive as long as `code`. */
bool code_keep(VM *vm, Code *code, Value owned_old);
Value code_new(VM *vm); /* all fields empty, for the compiler to fill */
/* Zeroed raw memory for `count` items of an array of a Code; NULL: MemoryError, or count 0. */
void *code_array(VM *vm, usize count, usize item_size);
/* All rows. */
const PositionRow *code_positions(const Code *code);
void positions_pack(const PositionRow *rows, u32 count, Buffer *out);
/* With one user; NULL: no memory. Who leaves last frees it. */
PositionBlock *position_block_new(Packed packed);
void position_block_leave(PositionBlock *block);
/* The position of the instruction before `pc` (NULL if the code has no table). */
const PositionRow *code_position(const Code *code, const Insn *pc);
/* What trace functions and co_lines say of a word: two bytes each, of which the first word's first stands for
 * the call of the function. A mark has an offset of its own behind the code. */
static inline u32 code_offset(const Code *code, u32 word) {
    (void)code;
    return word ? 2 * word : 1;
}
static inline u32 code_mark_offset(const Code *code, u32 row) {
    return 2 * code->insn_count + row;
}
/* The line where the call of a function is told: that of its beginning; a module has none. */
i32 code_entry_line(const Code *code);
/* The row that speaks of this word. */
const PositionRow *code_position_at(const Code *code, u32 word);

#endif
