/* __buffer__ of script classes: their memory is that of the memoryview it returns. What
 * borrows it owns a small object that holds the view; when that dies, the borrowing has
 * ended, and __release_buffer__ is told.
 */
#include "objects/exc.h"
#include "objects/memoryview.h"
#include "objects/native.h"
#include "objects/slots.h"

/* CPython's PyBUF_WRITABLE, and PyBUF_FULL_RO with all that is borrowed here */
enum { FLAG_WRITABLE = 1, FLAGS_FULL = 0x11C };

typedef struct BufferLoan {
    Obj h;
    Value view;   /* what __buffer__ returned; owned */
    Value lender; /* the object of the script class; owned */
} BufferLoan;

static void release(VM *vm, Obj *self) {
    BufferLoan *loan = (BufferLoan *)self;
    replace(&loan->view, EMPTY);
    replace(&loan->lender, EMPTY);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((BufferLoan *)self)->view);
    visitor->visit(visitor, ((BufferLoan *)self)->lender);
}

static void tell_release(VM *vm, const BufferLoan *loan) {
    OWNED Value method =
        object_find_special(vm, loan->lender, NAME(__release_buffer__));
    OWNED Value done = method == EMPTY  ? NONE
                       : method == FAIL ? FAIL
                                        : call_1(vm, method, loan->view);
    if (done == FAIL) vm->hooks.unraisable(vm, NULL, loan->lender);
}

/* The end of the loan. An exception that is being raised meanwhile stays. */
static void finish(VM *vm, Value self) {
    BufferLoan *loan = (BufferLoan *)self;
    if (loan->view == EMPTY) return;
    OWNED Value raised = TAKE(vm->exception);
    to_memoryview(loan->view)->exports--;
    tell_release(vm, loan);
    replace(&vm->exception, TAKE(raised));
}

TYPE(buffer_wrapper, .name = "_buffer_wrapper", .size = sizeof(BufferLoan),
     .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = release, .visit = visit, .clear = release, .finalize = finish})

/* The view that the class gives; owned. */
static Value ask_view(VM *vm, Value self, i64 flags) {
    OWNED Value method = TRY(object_find_special(vm, self, NAME(__buffer__)));
    if (method == EMPTY)
        return raise_type(vm, "a bytes-like object is required, not '%T'", self);
    OWNED Value view = TRY(call_1(vm, method, from_small(flags)));
    if (has_kind(view, KIND_MEMORYVIEW)) return TAKE(view);
    return raise_type(vm, "__buffer__ returned non-memoryview object");
}

static bool lend_view(VM *vm, Value self, Buffered *out, i64 flags) {
    bool writable = flags & FLAG_WRITABLE;
    OWNED Value view = TRY_OR_FALSE(ask_view(vm, self, flags));
    if (writable && to_memoryview(view)->read_only)
        return raise_format(vm, EXC(BufferError), "memoryview: underlying buffer is not writable") != FAIL;
    BufferLoan *loan = (BufferLoan *)object_new(vm, vm->types[TYPE_buffer_wrapper]);
    if (!loan) return false;
    loan->view = loan->lender = EMPTY;
    OWNED Value owner = from_object(loan);
    if (!type_of(vm, view)->slots.buffer(vm, view, out, writable)) return false;
    to_memoryview(view)->exports++;
    loan->view = TAKE(view);
    loan->lender = incref(self);
    out->exports = NULL; /* the loan holds it */
    out->owner = TAKE(owner);
    return true;
}

bool script_buffer(VM *vm, Value self, Buffered *out, bool writable) {
    return lend_view(vm, self, out, FLAGS_FULL | (writable ? FLAG_WRITABLE : 0));
}

/* bytes.__buffer__(flags): a view of the object as the builtin type lends it */
Value buffer_by_flags(VM *vm, const Type *owner, Value self, Value flags) {
    OWNED Value number = TRY(object_index(vm, flags));
    if (!is_small(number) || to_small(number) != (int)to_small(number))
        return raise_overflow(vm, "buffer flags too large");
    i64 wanted = to_small(number);
    BufferSlot *borrow = owner->slots.buffer;
    if (borrow == script_buffer) {
        OWNED Value given = TRY(ask_view(vm, self, wanted)); /* with the flags as they are */
        if (!(wanted & FLAG_WRITABLE) || !to_memoryview(given)->read_only) return TAKE(given);
        return raise_format(vm, EXC(BufferError), "memoryview: underlying buffer is not writable");
    }
    OWNED Value view = TRY(memoryview_new_by(vm, self, borrow));
    if (wanted & FLAG_WRITABLE && to_memoryview(view)->read_only)
        return raise_format(vm, EXC(BufferError), "Object is not writable.");
    return TAKE(view);
}

Value buffer_give_back(VM *vm, Value self, Value view) {
    if (!has_kind(view, KIND_MEMORYVIEW)) return raise_type(vm, "expected a memoryview object");
    Value base = to_memoryview(view)->base;
    if (base == EMPTY) return raise_value(vm, "memoryview's buffer has already been released");
    if (base != self) return raise_value(vm, "memoryview's buffer is not this object");
    return call_method_0(vm, view, NAME(release));
}

/* Release the buffer object that exposes the underlying memory of the object. */
METHOD(bytearray, __release_buffer__, "($self, buffer, /)") {
    return buffer_give_back(vm, args[0], args[1]);
}

/* Release the buffer object that exposes the underlying memory of the object. */
METHOD(memoryview, __release_buffer__, "($self, buffer, /)") {
    return buffer_give_back(vm, args[0], args[1]);
}

CLASS_METHOD(memoryview, _from_flags, "($type, object, flags)") {
    return buffer_by_flags(vm, type_of(vm, args[1]), args[1], args[2]);
}
