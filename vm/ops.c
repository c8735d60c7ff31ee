/* The instruction set. It is long because every body is a label of one function, the loop (vm/run.c).
 *
 * r[X] is a register of the frame, k[X] a constant, n[X] a name (interned str).
 *
 * SOURCES. An operand marked by F_FIRST / F_SECOND / F_THIRD (the first, second, third source operand,
 * in the order A, B, C of those fields that are sources) is a temporary that the instruction consumes;
 * an unmarked one is a local and stays. Reading a local that is EMPTY raises UnboundLocalError in every
 * instruction. DESTINATION. Always A. With F_LOCAL, A is a local whose old value is released; else it
 * is a temporary that holds nothing yet. It may be the same temporary as a consumed source.
 * Operands named "stays" below are temporaries that the instruction neither consumes nor overwrites.
 * FAILURE. Consumed sources are released, the destination is not live (PositionRow.depth).
 * WINDOW at W: r[W] is the callee, arguments begin at r[W + 1 + GAP]; GAP is WINDOW_GAP, or 0 in code
 * that suspends, where every window instruction has F_COMPACT. Windows are consumed whole; the result
 * goes to r[W], a temporary.
 * JUMPS are counted in words from the word behind the instruction (behind its cache words).
 * CACHES: "+2" means two words follow: 0, then INSN_MAKE(0, 0, A, 0, 0) (the last word repeats A).
 * NAMESPACE: code that is not CODE_OPTIMIZED (module, class, exec) has its local namespace, a dict or
 * any mapping, in r[0] as its one parameter.
 */

/* ---- moving values ---- */

/* Do nothing. */
OP(NOP) { NEXT; }

/* MOVE A, B: r[A] = r[B] */
OP(MOVE) {
    Value v = r[B];
    if (HAS(F_FIRST)) {
        STORE(v);
        NEXT;
    }
    if (UNLIKELY(v == EMPTY)) BOUND(B);
    incref(v);
    STORE(v);
    NEXT;
}

/* DROP A: release the temporary r[A]. */
OP(DROP) {
    RELEASE(r[A]);
    NEXT;
}

/* LOADK A, BC: r[A] = k[BC] */
OP(LOADK) {
    STORE(incref(K[BC]));
    NEXT;
}

/* LOADV A, BC: r[A] = the immediate value BC, sign-extended (small ints, None, True, False, ...) */
OP(LOADV) {
    STORE((Value)(i64)BC);
    NEXT;
}

/* DELLOCAL A: unbind the local; UnboundLocalError if it is not bound. */
OP(DELLOCAL) {
    BOUND(A);
    Value before = r[A];
    r[A] = EMPTY;
    RELEASE(before);
    NEXT;
}

/* CLEARLOCAL A: unbind the local if it is bound (end of `except ... as`, comprehension variables). */
OP(CLEARLOCAL) {
    Value before = r[A];
    r[A] = EMPTY;
    RELEASE(before);
    NEXT;
}

/* MAKECELL A: r[A] = a new cell holding what r[A] held (EMPTY: unbound). At function entry. */
OP(MAKECELL) {
    SAVE();
    Value cell = cell_new(vm, r[A]);
    if (cell == FAIL) goto error;
    decref(r[A]);
    r[A] = cell;
    NEXT;
}

/* GETCELL A, B: r[A] = contents of the cell in local r[B]; UnboundLocalError. */
OP(GETCELL) {
    Value v = ((Cell *)to_object(r[B]))->value;
    if (UNLIKELY(v == EMPTY)) {
        unbound = B;
        goto unbound_local;
    }
    incref(v);
    STORE(v);
    NEXT;
}

/* SETCELL A, B: contents of the cell in local r[A] = r[B] (first source). */
OP(SETCELL) {
    BOUND(B);
    Value *slot = &((Cell *)to_object(r[A]))->value;
    Value before = *slot;
    *slot = HAS(F_FIRST) ? r[B] : incref(r[B]);
    RELEASE(before);
    NEXT;
}

/* DELCELL A: empty the cell in local r[A]; UnboundLocalError. */
OP(DELCELL) {
    Value *slot = &((Cell *)to_object(r[A]))->value;
    if (*slot == EMPTY) {
        unbound = A;
        goto unbound_local;
    }
    Value before = *slot;
    *slot = EMPTY;
    RELEASE(before);
    NEXT;
}

/* GETFREE A, B: r[A] = contents of closure cell number B; NameError. */
OP(GETFREE) {
    Value v = ((Cell *)to_object(to_tuple(FUNCTION_OF_FRAME->closure)->items[B]))->value;
    if (UNLIKELY(v == EMPTY)) {
        SAVE();
        raise_unbound_free(vm, FP, B);
        goto error;
    }
    incref(v);
    STORE(v);
    NEXT;
}

/* SETFREE A, B: contents of closure cell number A = r[B] (first source). */
OP(SETFREE) {
    BOUND(B);
    Value *slot = &((Cell *)to_object(to_tuple(FUNCTION_OF_FRAME->closure)->items[A]))->value;
    Value before = *slot;
    *slot = HAS(F_FIRST) ? r[B] : incref(r[B]);
    RELEASE(before);
    NEXT;
}

/* DELFREE A: empty closure cell number A; NameError. */
OP(DELFREE) {
    Value *slot = &((Cell *)to_object(to_tuple(FUNCTION_OF_FRAME->closure)->items[A]))->value;
    if (*slot == EMPTY) {
        SAVE();
        raise_unbound_free(vm, FP, A);
        goto error;
    }
    Value before = *slot;
    *slot = EMPTY;
    RELEASE(before);
    NEXT;
}

/* FREECELL A, B: r[A] = closure cell number B itself (for making closures; cells of locals: MOVE). */
OP(FREECELL) {
    STORE(incref(to_tuple(FUNCTION_OF_FRAME->closure)->items[B]));
    NEXT;
}

/* GETCLASSFREE A, B, C: class bodies: r[A] = r[B][n of free variable C] if the mapping has it, else the
 * contents of closure cell C. B is a local (0 for the body's own namespace) or F_FIRST temporary. */
OP(GETCLASSFREE) {
    SAVE();
    Value name = to_tuple(FP->code->free_names)->items[C];
    Value v = step_mapping_get(vm, r[B], name);
    RELEASE_FIRST(r[B]);
    if (v == EMPTY) {
        v = ((Cell *)to_object(to_tuple(FUNCTION_OF_FRAME->closure)->items[C]))->value;
        if (v == EMPTY) v = raise_unbound_free(vm, FP, C);
        else incref(v);
    }
    DELIVER(v);
}

/* GLOBAL A, -, C +2: r[A] = global, else builtin n[C]; NameError. */
OP(GLOBAL) {
    SAVE();
    DELIVER_CACHED(cached_global(vm, (Insn *)pc - 1, FUNCTION_OF_FRAME, NAME_OF(C), EMPTY));
}

/* SETGLOBAL -, B, C +2: global n[C] = r[B] (first source). */
OP(SETGLOBAL) {
    BOUND(B);
    SAVE();
    bool done = cached_set_global(vm, (Insn *)pc - 1, FUNCTION_OF_FRAME->globals, NAME_OF(C), r[B]);
    RELEASE_FIRST(r[B]);
    if (!done) goto error;
    NEXT_CACHED;
}

/* DELGLOBAL -, -, C */
OP(DELGLOBAL) {
    SAVE();
    if (!step_delete_name(vm, FUNCTION_OF_FRAME->globals, NAME_OF(C))) goto error;
    NEXT;
}

/* GETNAME A, -, C +2: r[A] = n[C] in the namespace, else global, else builtin; NameError. */
OP(GETNAME) {
    SAVE();
    DELIVER_CACHED(cached_global(vm, (Insn *)pc - 1, FUNCTION_OF_FRAME, NAME_OF(C), r[0]));
}

/* SETNAME -, B, C +2: n[C] in the namespace = r[B] (first source). */
OP(SETNAME) {
    BOUND(B);
    SAVE();
    bool done = cached_set_global(vm, (Insn *)pc - 1, r[0], NAME_OF(C), r[B]);
    RELEASE_FIRST(r[B]);
    if (!done) goto error;
    NEXT_CACHED;
}

/* DELNAME -, -, C: NameError. */
OP(DELNAME) {
    SAVE();
    if (!step_delete_name(vm, r[0], NAME_OF(C))) goto error;
    NEXT;
}

/* WIDE -, BC +2: the instruction in the next word, with n[BC] as its name, and the k whose number is BC of the word
 * behind it as its constant: numbers that are too large for its own fields. */
OP(WIDE) {
    SAVE();
    if (!step_wide(vm, FP, pc[0], (u32)BC, (u32)INSN_BC(pc[1]))) goto error;
    NEXT_CACHED;
}

/* GETMAPGLOBAL A, B, C: r[A] = r[B][n[C]] if the mapping has it, else global, else builtin. */
OP(GETMAPGLOBAL) {
    SAVE();
    Value v = step_mapping_get(vm, r[B], NAME_OF(C));
    RELEASE_FIRST(r[B]);
    if (v == EMPTY) v = step_global(vm, FUNCTION_OF_FRAME, NAME_OF(C));
    DELIVER(v);
}

/* ---- operators: r[A] = r[B] op r[C]; F_INPLACE for augmented assignment ---- */

OP(ADD) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        i64 sum;
        if (LIKELY(!__builtin_saddl_overflow((i64)b, (i64)(c - 1), &sum))) {
            STORE((Value)sum);
            NEXT;
        }
    } else if (are_flonums(b, c)) {
        double d = to_flonum(b) + to_flonum(c);
        if (LIKELY(fits_flonum(d))) {
            STORE(from_flonum(d));
            NEXT;
        }
    }
    goto float_mixed;
}

OP(SUB) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        i64 difference;
        if (LIKELY(!__builtin_ssubl_overflow((i64)b, (i64)(c - 1), &difference))) {
            STORE((Value)difference);
            NEXT;
        }
    } else if (are_flonums(b, c)) {
        double d = to_flonum(b) - to_flonum(c);
        if (LIKELY(fits_flonum(d))) {
            STORE(from_flonum(d));
            NEXT;
        }
    }
    goto float_mixed;
}

OP(MUL) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        i64 product;
        if (LIKELY(!__builtin_smull_overflow((i64)(b - 1), to_small(c), &product))) {
            STORE((Value)product + 1);
            NEXT;
        }
    } else if (are_flonums(b, c)) {
        double d = to_flonum(b) * to_flonum(c);
        if (LIKELY(fits_flonum(d))) {
            STORE(from_flonum(d));
            NEXT;
        }
    }
    goto float_mixed;
}

OP(MATMUL) { goto binary_slow; }

OP(TRUEDIV) {
    Value b = r[B], c = r[C];
    if (are_flonums(b, c)) {
        double d = to_flonum(b) / to_flonum(c);
        if (LIKELY(fits_flonum(d))) {
            STORE(from_flonum(d));
            NEXT;
        }
    }
    goto float_mixed;
}

OP(FLOORDIV) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        i64 x = to_small(b), y = to_small(c);
        if (LIKELY(y > 0)) {
            i64 q = x / y;
            STORE(from_small(q - (x % y < 0)));
            NEXT;
        }
    }
    goto binary_slow;
}

OP(MOD) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        i64 x = to_small(b), y = to_small(c);
        if (LIKELY(y > 0)) {
            i64 m = x % y;
            STORE(from_small(m < 0 ? m + y : m));
            NEXT;
        }
    }
    goto binary_slow;
}

OP(POW) {
    Value b = r[B], c = r[C];
    if (are_flonums(b, c) && to_flonum(b) > 0) {
        double d = pow(to_flonum(b), to_flonum(c));
        if (LIKELY(fits_flonum(d))) {
            STORE(from_flonum(d));
            NEXT;
        }
    }
    goto binary_slow;
}

OP(LSHIFT) {
    Value b = r[B], c = r[C], shifted;
    if (LIKELY(are_small(b, c) && shift_left(b, to_small(c), &shifted))) {
        STORE(shifted);
        NEXT;
    }
    goto binary_slow;
}

OP(RSHIFT) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        i64 by = to_small(c);
        if (LIKELY((u64)by < 63)) {
            STORE(from_small(to_small(b) >> by));
            NEXT;
        }
    }
    goto binary_slow;
}

OP(AND) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(b & c);
        NEXT;
    }
    goto binary_slow;
}

OP(OR) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(b | c);
        NEXT;
    }
    goto binary_slow;
}

OP(XOR) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE((b ^ c) | 1);
        NEXT;
    }
    goto binary_slow;
}

    /* floats that are not both inline, or one with an int */
float_mixed: {
    Value b = r[B], c = r[C];
    double number;
    if (!float_arithmetic(OPCODE, b, c, &number)) goto binary_slow;
    SAVE();
    Value outcome = float_new(vm, number);
    RELEASE_FIRST(b);
    RELEASE_SECOND(c);
    DELIVER(outcome);
}

binary_slow: {
    Value b = r[B], c = r[C];
    if (is_exact_int(b) && is_exact_int(c) && OPCODE != OP_MATMUL) {
        SAVE();
        Value number = int_binary(vm, OPCODE - OP_ADD + BINARY_ADD, b, c);
        RELEASE_FIRST(b);
        RELEASE_SECOND(c);
        DELIVER(number);
    }
    if (UNLIKELY(b == EMPTY)) BOUND(B);
    if (UNLIKELY(c == EMPTY)) BOUND(C);
    SAVE();
    if (OPCODE == OP_ADD && has_exact_kind(b, KIND_STR) && has_exact_kind(c, KIND_STR)) goto add_texts;
    Value outcome = step_binary(vm, OPCODE - OP_ADD + BINARY_ADD, b, c, HAS(F_INPLACE));
    RELEASE_FIRST(b);
    RELEASE_SECOND(c);
    DELIVER(outcome);
}

    /* ADD of two exact strs: the first one grows where nobody else holds it */
add_texts: {
    Value b = r[B], c = r[C];
    if (HAS(F_INPLACE) && HAS(F_FIRST) && is_append_to_name(*pc, A, b)) {
        Value grown = step_append_to_name(vm, *pc, r[0], NAME_OF(INSN_C(*pc)), b, c);
        if (grown != EMPTY) {
            RELEASE_SECOND(c);
            DELIVER(grown);
        }
    }
    bool is_own_local = HAS(F_INPLACE) && HAS(F_LOCAL) && A == B;
    if (is_own_local) r[A] = EMPTY;
    Value sum = is_own_local || HAS(F_FIRST) ? str_append(vm, b, c) : str_concat(vm, b, c);
    RELEASE_SECOND(c);
    DELIVER(sum);
}

/* With C a signed immediate int: r[A] = r[B] op C */
OP(ADDI) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        i64 sum;
        if (LIKELY(!__builtin_saddl_overflow((i64)b, (i64)SC * 2, &sum))) {
            STORE((Value)sum);
            NEXT;
        }
    }
    goto immediate_slow;
}

OP(SUBI) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        i64 difference;
        if (LIKELY(!__builtin_ssubl_overflow((i64)b, (i64)SC * 2, &difference))) {
            STORE((Value)difference);
            NEXT;
        }
    }
    goto immediate_slow;
}

OP(MULI) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        i64 product;
        if (LIKELY(!__builtin_smull_overflow((i64)(b - 1), (i64)SC, &product))) {
            STORE((Value)product + 1);
            NEXT;
        }
    }
    goto immediate_slow;
}

OP(FLOORDIVI) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        i64 x = to_small(b), y = SC;
        if (LIKELY(y > 0)) {
            i64 q = x / y;
            STORE(from_small(q - (x % y < 0)));
            NEXT;
        }
    }
    goto immediate_slow;
}

OP(MODI) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        i64 x = to_small(b), y = SC;
        if (LIKELY(y > 0)) {
            i64 m = x % y;
            STORE(from_small(m < 0 ? m + y : m));
            NEXT;
        }
    }
    goto immediate_slow;
}

OP(LSHIFTI) {
    Value b = r[B], shifted;
    if (LIKELY(is_small(b) && shift_left(b, SC, &shifted))) {
        STORE(shifted);
        NEXT;
    }
    goto immediate_slow;
}

OP(RSHIFTI) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        if (LIKELY((u16)SC < 63)) {
            STORE(from_small(to_small(b) >> SC));
            NEXT;
        }
    }
    goto immediate_slow;
}

OP(ANDI) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        STORE(b & from_small(SC));
        NEXT;
    }
    goto immediate_slow;
}

immediate_slow: {
    Value b = r[B];
    u8 op = immediate_ops[OPCODE - OP_ADDI];
    double number;
    if (is_flonum(b) && float_arithmetic(op - BINARY_ADD + OP_ADD, b, from_small(SC), &number) &&
        fits_flonum(number)) {
        STORE(from_flonum(number));
        NEXT;
    }
    if (UNLIKELY(b == EMPTY)) BOUND(B);
    SAVE();
    Value outcome = is_exact_int(b) ? int_binary(vm, op, b, from_small(SC))
                                    : step_binary(vm, op, b, from_small(SC), HAS(F_INPLACE));
    RELEASE_FIRST(b);
    DELIVER(outcome);
}

/* r[A] = op r[B] */
OP(NEG) {
    Value b = r[B];
    if (is_small(b) && LIKELY(b != from_small(SMALL_MIN))) {
        STORE(from_small(-to_small(b)));
        NEXT;
    }
    if (is_flonum(b)) {
        STORE(from_flonum(-to_flonum(b)));
        NEXT;
    }
    goto unary_slow;
}

OP(POS) { goto unary_slow; }

OP(INVERT) {
    Value b = r[B];
    if (LIKELY(is_small(b))) {
        STORE(~b | 1);
        NEXT;
    }
    goto unary_slow;
}

unary_slow: {
    BOUND(B);
    SAVE();
    Value outcome = step_unary(vm, unary_ops[OPCODE - OP_NEG], r[B]);
    RELEASE_FIRST(r[B]);
    DELIVER(outcome);
}

OP(NOT) {
    BOUND(B);
    int truth = quick_truth(r[B]);
    if (UNLIKELY(truth < 0)) {
        SAVE();
        truth = object_truth(vm, r[B]);
        RELEASE_FIRST(r[B]);
        if (truth < 0) goto error;
    }
    STORE(from_bool(!truth));
    NEXT;
}

/* ---- comparisons: r[A] = r[B] op r[C] ---- */

OP(LT) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(from_bool((i64)b < (i64)c));
        NEXT;
    }
    if (are_flonums(b, c)) {
        STORE(from_bool(to_flonum(b) < to_flonum(c)));
        NEXT;
    }
    goto compare_slow;
}

OP(LE) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(from_bool((i64)b <= (i64)c));
        NEXT;
    }
    if (are_flonums(b, c)) {
        STORE(from_bool(to_flonum(b) <= to_flonum(c)));
        NEXT;
    }
    goto compare_slow;
}

OP(EQ) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(from_bool((i64)b == (i64)c));
        NEXT;
    }
    if (are_flonums(b, c)) {
        STORE(from_bool(to_flonum(b) == to_flonum(c)));
        NEXT;
    }
    goto compare_slow;
}

OP(NE) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(from_bool((i64)b != (i64)c));
        NEXT;
    }
    if (are_flonums(b, c)) {
        STORE(from_bool(to_flonum(b) != to_flonum(c)));
        NEXT;
    }
    goto compare_slow;
}

OP(GT) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(from_bool((i64)b > (i64)c));
        NEXT;
    }
    if (are_flonums(b, c)) {
        STORE(from_bool(to_flonum(b) > to_flonum(c)));
        NEXT;
    }
    goto compare_slow;
}

OP(GE) {
    Value b = r[B], c = r[C];
    if (LIKELY(are_small(b, c))) {
        STORE(from_bool((i64)b >= (i64)c));
        NEXT;
    }
    if (are_flonums(b, c)) {
        STORE(from_bool(to_flonum(b) >= to_flonum(c)));
        NEXT;
    }
    goto compare_slow;
}

compare_slow: {
    Value b = r[B], c = r[C];
    if (UNLIKELY(b == EMPTY)) BOUND(B);
    if (UNLIKELY(c == EMPTY)) BOUND(C);
    SAVE();
    if (has_exact_kind(b, KIND_STR) && has_exact_kind(c, KIND_STR) && OPCODE == OP_EQ) {
        bool answer = b == c || str_equal(b, c);
        RELEASE_FIRST(b);
        RELEASE_SECOND(c);
        STORE(from_bool(answer));
        NEXT;
    }
    Value outcome = step_compare(vm, compare_ops[OPCODE - OP_LT], b, c, FRAME_COMPARE);
    RELEASE_FIRST(b);
    RELEASE_SECOND(c);
    DELIVER(outcome);
}

OP(IS) {
    BOUND(B);
    BOUND(C);
    Value b = r[B], c = r[C];
    bool answer = b == c;
    RELEASE_FIRST(b);
    RELEASE_SECOND(c);
    STORE(from_bool(answer));
    NEXT;
}

OP(ISNOT) {
    BOUND(B);
    BOUND(C);
    Value b = r[B], c = r[C];
    bool answer = b != c;
    RELEASE_FIRST(b);
    RELEASE_SECOND(c);
    STORE(from_bool(answer));
    NEXT;
}

/* IN A, B, C: r[A] = r[B] in r[C] */
OP(IN) {
    BOUND(B);
    BOUND(C);
    SAVE();
    Value outcome = step_contains(vm, r[C], r[B], false);
    RELEASE_FIRST(r[B]);
    RELEASE_SECOND(r[C]);
    DELIVER(outcome);
}

OP(NOTIN) {
    BOUND(B);
    BOUND(C);
    SAVE();
    Value outcome = step_contains(vm, r[C], r[B], true);
    RELEASE_FIRST(r[B]);
    RELEASE_SECOND(r[C]);
    DELIVER(outcome);
}

/* ---- jumps ---- */

/* JUMP -, BC */
OP(JUMP) {
    JUMP_BY(BC);
    NEXT;
}

/* JTRUE A, BC: jump if r[A] is true (first source) */
OP(JTRUE) {
    Value v = r[A];
    int truth = quick_truth(v);
    if (UNLIKELY(truth < 0)) {
        BOUND(A);
        SAVE();
        truth = object_truth(vm, v);
        RELEASE_FIRST(v);
        if (UNLIKELY(truth < 0)) goto error;
    }
    if (truth) JUMP_BY(BC);
    NEXT;
}

OP(JFALSE) {
    Value v = r[A];
    int truth = quick_truth(v);
    if (UNLIKELY(truth < 0)) {
        BOUND(A);
        SAVE();
        truth = object_truth(vm, v);
        RELEASE_FIRST(v);
        if (UNLIKELY(truth < 0)) goto error;
    }
    if (!truth) JUMP_BY(BC);
    NEXT;
}

/* JTRUEKEEP A, BC: temporary r[A]: if true jump and keep it, else consume it. For `or`. */
OP(JTRUEKEEP) {
    Value v = r[A];
    int truth = quick_truth(v);
    if (truth < 0) {
        SAVE();
        truth = object_truth(vm, v);
        if (UNLIKELY(truth < 0)) {
            RELEASE(v);
            goto error;
        }
    }
    if (truth) JUMP_BY(BC);
    else RELEASE(v);
    NEXT;
}

/* The same for `and`. */
OP(JFALSEKEEP) {
    Value v = r[A];
    int truth = quick_truth(v);
    if (truth < 0) {
        SAVE();
        truth = object_truth(vm, v);
        if (UNLIKELY(truth < 0)) {
            RELEASE(v);
            goto error;
        }
    }
    if (!truth) JUMP_BY(BC);
    else RELEASE(v);
    NEXT;
}

/* JNONE A, BC: jump if r[A] is None; F_NEGATE: if it is not None. */
OP(JNONE) {
    BOUND(A);
    Value v = r[A];
    bool jumps = (v == NONE) != !!HAS(F_NEGATE);
    RELEASE_FIRST(v);
    if (jumps) JUMP_BY(BC);
    NEXT;
}

/* JLT A, B, C: jump by C if r[A] < r[B]; F_NEGATE: if not (r[A] < r[B]). */
OP(JLT) {
    Value a = r[A], b = r[B];
    if (LIKELY(are_small(a, b))) {
        if (((i64)a < (i64)b) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    if (are_flonums(a, b)) {
        if ((to_flonum(a) < to_flonum(b)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_slow;
}

OP(JLE) {
    Value a = r[A], b = r[B];
    if (LIKELY(are_small(a, b))) {
        if (((i64)a <= (i64)b) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    if (are_flonums(a, b)) {
        if ((to_flonum(a) <= to_flonum(b)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_slow;
}

OP(JEQ) {
    Value a = r[A], b = r[B];
    if (LIKELY(are_small(a, b))) {
        if (((i64)a == (i64)b) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    if (are_flonums(a, b)) {
        if ((to_flonum(a) == to_flonum(b)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_slow;
}

OP(JNE) {
    Value a = r[A], b = r[B];
    if (LIKELY(are_small(a, b))) {
        if (((i64)a != (i64)b) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    if (are_flonums(a, b)) {
        if ((to_flonum(a) != to_flonum(b)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_slow;
}

OP(JGT) {
    Value a = r[A], b = r[B];
    if (LIKELY(are_small(a, b))) {
        if (((i64)a > (i64)b) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    if (are_flonums(a, b)) {
        if ((to_flonum(a) > to_flonum(b)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_slow;
}

OP(JGE) {
    Value a = r[A], b = r[B];
    if (LIKELY(are_small(a, b))) {
        if (((i64)a >= (i64)b) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    if (are_flonums(a, b)) {
        if ((to_flonum(a) >= to_flonum(b)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_slow;
}

jump_slow: {
    Value a = r[A], b = r[B];
    if (UNLIKELY(a == EMPTY)) BOUND(A);
    if (UNLIKELY(b == EMPTY)) BOUND(B);
    SAVE();
    if (has_exact_kind(a, KIND_STR) && has_exact_kind(b, KIND_STR) &&
        (OPCODE == OP_JEQ || OPCODE == OP_JNE)) {
        bool is_equal = a == b || str_equal(a, b);
        RELEASE_FIRST(a);
        RELEASE_SECOND(b);
        if ((is_equal == (OPCODE == OP_JEQ)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    Value outcome = step_compare(vm, compare_ops[OPCODE - OP_JLT], a, b, FRAME_TEST);
    RELEASE_FIRST(a);
    RELEASE_SECOND(b);
    JUMP_ON(outcome);
}

/* JIS A, B, C: jump if r[A] is r[B]; F_NEGATE: is not. */
OP(JIS) {
    BOUND(A);
    BOUND(B);
    Value a = r[A], b = r[B];
    RELEASE_FIRST(a);
    RELEASE_SECOND(b);
    if ((a == b) != !!HAS(F_NEGATE)) JUMP_BY(SC);
    NEXT;
}

/* JIN A, B, C: jump if r[A] in r[B]; F_NEGATE: not in. */
OP(JIN) {
    BOUND(A);
    BOUND(B);
    SAVE();
    int found = object_contains(vm, r[B], r[A]);
    RELEASE_FIRST(r[A]);
    RELEASE_SECOND(r[B]);
    if (UNLIKELY(found < 0)) goto error;
    if (found != !!HAS(F_NEGATE)) JUMP_BY(SC);
    NEXT;
}

/* JEQK A, B, C: jump by C if r[A] == k[B], a str; F_NEGATE: if not. */
OP(JEQK) {
    Value a = r[A];
    if (LIKELY(has_exact_kind(a, KIND_STR))) {
        bool is_equal = is_same_text(a, K[B]);
        RELEASE_FIRST(a);
        if (is_equal != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_constant_slow;
}

OP(JNEK) {
    Value a = r[A];
    if (LIKELY(has_exact_kind(a, KIND_STR))) {
        bool is_equal = is_same_text(a, K[B]);
        RELEASE_FIRST(a);
        if (is_equal == !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_constant_slow;
}

jump_constant_slow: {
    BOUND(A);
    Value a = r[A];
    SAVE();
    Value outcome = step_compare(vm, OPCODE == OP_JEQK ? EQ : NE, a, K[B], FRAME_TEST);
    RELEASE_FIRST(a);
    JUMP_ON(outcome);
}

/* JINK A, B, C: jump by C if r[A] in k[B]; F_NEGATE: not in. */
OP(JINK) {
    Value a = r[A], container = K[B];
    int found = -1;
    if (has_exact_kind(a, KIND_STR)) found = quick_contains(container, a);
    if (UNLIKELY(found < 0)) {
        BOUND(A);
        SAVE();
        found = object_contains(vm, container, a);
    }
    RELEASE_FIRST(a);
    if (UNLIKELY(found < 0)) goto error;
    if (found != !!HAS(F_NEGATE)) JUMP_BY(SC);
    NEXT;
}

/* JLTI A, B, C: B is a signed immediate int. */
OP(JLTI) {
    Value a = r[A];
    if (LIKELY(is_small(a))) {
        if (((i64)a < (i64)from_small((i16)B)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_immediate_slow;
}

OP(JLEI) {
    Value a = r[A];
    if (LIKELY(is_small(a))) {
        if (((i64)a <= (i64)from_small((i16)B)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_immediate_slow;
}

OP(JEQI) {
    Value a = r[A];
    if (LIKELY(is_small(a))) {
        if (((i64)a == (i64)from_small((i16)B)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_immediate_slow;
}

OP(JNEI) {
    Value a = r[A];
    if (LIKELY(is_small(a))) {
        if (((i64)a != (i64)from_small((i16)B)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_immediate_slow;
}

OP(JGTI) {
    Value a = r[A];
    if (LIKELY(is_small(a))) {
        if (((i64)a > (i64)from_small((i16)B)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_immediate_slow;
}

OP(JGEI) {
    Value a = r[A];
    if (LIKELY(is_small(a))) {
        if (((i64)a >= (i64)from_small((i16)B)) != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    goto jump_immediate_slow;
}

jump_immediate_slow: {
    BOUND(A);
    Value a = r[A];
    if (is_flonum(a)) {
        bool answer = double_compare(compare_ops[OPCODE - OP_JLTI], to_flonum(a), (i16)B);
        if (answer != !!HAS(F_NEGATE)) JUMP_BY(SC);
        NEXT;
    }
    SAVE();
    Value outcome = step_compare(vm, compare_ops[OPCODE - OP_JLTI], a, from_small((i16)B), FRAME_TEST);
    RELEASE_FIRST(a);
    JUMP_ON(outcome);
}

/* ---- attributes ---- */

/* GETATTR A, B, C +2: r[A] = r[B].n[C] */
OP(GETATTR) {
    Value object = r[B];
    const AccessRow *row = access_recall(vm, OP_GETATTR, NAME_OF(C), object);
    if (UNLIKELY(!row)) goto getattr_slow;
    Value v = row->op == OP_GETATTR_SLOT ? *(Value *)((char *)object + row->offset) : *(Value *)row->word;
    if (UNLIKELY(v == EMPTY)) goto getattr_slow;
    access_refill(vm, (Insn *)pc - 1, row);
    incref(v);
    RELEASE_FIRST(object);
    STORE(v);
    NEXT_CACHED;
}

getattr_slow: {
    BOUND(B);
    SAVE();
    Value object = r[B];
    Value outcome = cached_getattr(vm, (Insn *)pc - 1, object, NAME_OF(C));
    if (outcome == EMPTY) {
        RELEASE_FIRST(object);
        goto reload;
    }
    RELEASE_FIRST(object);
    if (UNLIKELY(outcome == FAIL)) goto error;
    STORE(outcome);
    NEXT_CACHED;
}

/* SETATTR A, B, C +2: r[A].n[C] = r[B]; sources A, B. */
OP(SETATTR) {
    BOUND(A);
    BOUND(B);
    const AccessRow *row = access_recall(vm, OP_SETATTR, NAME_OF(C), r[A]);
    if (LIKELY(row)) {
        access_fill((Insn *)pc - 1, row->op, row->word, row->offset, row->id);
        pc--;
        NEXT;
    }
    SAVE();
    Value object = r[A], v = r[B];
    bool done = cached_setattr(vm, (Insn *)pc - 1, object, NAME_OF(C), v);
    RELEASE_SECOND(v);
    RELEASE_FIRST(object);
    if (UNLIKELY(!done)) goto error;
    if (UNLIKELY(vm->frame != FP)) goto reload;
    NEXT_CACHED;
}

/* DELATTR A, -, C: del r[A].n[C]; source A. */
OP(DELATTR) {
    BOUND(A);
    SAVE();
    bool done = step_setattr(vm, r[A], NAME_OF(C), EMPTY);
    RELEASE_FIRST(r[A]);
    if (!done) goto error;
    if (UNLIKELY(vm->frame != FP)) goto reload;
    NEXT;
}

/* METHOD A, B, C +2: prepare a window at A for calling r[B].n[C]: callee in r[A] and self as first
 * argument, or EMPTY in r[A] and the callee in the place of self. Then CALLM (or CALLKW with F_METHOD).
 * B may be the temporary A. */
OP(METHOD) {
    BOUND(B);
    Value object = r[B], callee = EMPTY, self = EMPTY;
    const AccessRow *row = access_recall(vm, OP_METHOD, NAME_OF(C), object);
    if (LIKELY(row)) {
        access_refill(vm, (Insn *)pc - 1, row);
        if (!HAS(F_FIRST)) to_object(object)->rc++;
        r[A] = incref((Value)row->word);
        r[A + 1 + GAP] = object;
        NEXT_CACHED;
    }
    SAVE();
    bool done = cached_method(vm, (Insn *)pc - 1, object, NAME_OF(C), &callee, &self);
    RELEASE_FIRST(object);
    if (UNLIKELY(!done)) goto error;
    r[A] = callee;
    r[A + 1 + GAP] = self;
    NEXT_CACHED;
}

/* ---- items ---- */

/* GETITEM A, B, C: r[A] = r[B][r[C]] */
OP(GETITEM) {
    Value b = r[B], c = r[C];
    if (UNLIKELY(!is_small(c))) goto getitem_other;
    if (LIKELY(has_exact_kind(b, KIND_LIST))) {
        usize index = index_within(to_small(c), to_list(b)->count);
        if (UNLIKELY(index >= to_list(b)->count)) goto getitem_slow;
        Value item = incref(to_list(b)->items[index]);
        RELEASE_FIRST(b);
        STORE(item);
        NEXT;
    }
    if (has_exact_kind(b, KIND_TUPLE)) {
        usize index = index_within(to_small(c), to_tuple(b)->count);
        if (UNLIKELY(index >= to_tuple(b)->count)) goto getitem_slow;
        Value item = incref(to_tuple(b)->items[index]);
        RELEASE_FIRST(b);
        STORE(item);
        NEXT;
    }
    goto getitem_other;
}

getitem_other: {
    Value b = r[B], c = r[C], item = EMPTY;
    if (has_exact_kind(b, KIND_DICT)) item = dict_quick_item(vm, to_dict(b), c);
    else if (is_small(c) && has_exact_kind(b, KIND_STR)) item = str_quick_item(vm, b, to_small(c));
    if (UNLIKELY(item == EMPTY)) goto getitem_slow;
    RELEASE_FIRST(b);
    RELEASE_SECOND(c);
    STORE(item);
    NEXT;
}

getitem_slow: {
    BOUND(B);
    BOUND(C);
    SAVE();
    Value b = r[B], c = r[C];
    Value outcome = step_getitem(vm, b, c);
    RELEASE_FIRST(b);
    RELEASE_SECOND(c);
    DELIVER(outcome);
}

/* GETITEMI A, B, C: r[A] = r[B][C], C a signed immediate */
OP(GETITEMI) {
    Value b = r[B];
    if (LIKELY(has_exact_kind(b, KIND_LIST))) {
        usize index = index_within(SC, to_list(b)->count);
        if (UNLIKELY(index >= to_list(b)->count)) goto getitem_immediate_slow;
        Value item = incref(to_list(b)->items[index]);
        RELEASE_FIRST(b);
        STORE(item);
        NEXT;
    }
    if (has_exact_kind(b, KIND_TUPLE)) {
        usize index = index_within(SC, to_tuple(b)->count);
        if (UNLIKELY(index >= to_tuple(b)->count)) goto getitem_immediate_slow;
        Value item = incref(to_tuple(b)->items[index]);
        RELEASE_FIRST(b);
        STORE(item);
        NEXT;
    }
    goto getitem_immediate_slow;
}

getitem_immediate_slow: {
    BOUND(B);
    SAVE();
    Value b = r[B];
    Value outcome = step_getitem(vm, b, from_small(SC));
    RELEASE_FIRST(b);
    DELIVER(outcome);
}

/* SETITEM A, B, C: r[A][r[B]] = r[C]; three sources. */
OP(SETITEM) {
    Value a = r[A], b = r[B], c = r[C];
    if (UNLIKELY(c == EMPTY || !is_small(b) || !has_exact_kind(a, KIND_LIST))) goto setitem_slow;
    usize index = index_within(to_small(b), to_list(a)->count);
    if (UNLIKELY(index >= to_list(a)->count)) goto setitem_slow;
    if (!HAS(F_THIRD)) incref(c);
    Value before = to_list(a)->items[index];
    to_list(a)->items[index] = c;
    RELEASE(before);
    RELEASE_FIRST(a);
    NEXT;
}

setitem_slow: {
    BOUND(C);
    BOUND(A);
    BOUND(B);
    SAVE();
    Value a = r[A], b = r[B];
    bool done = has_exact_kind(a, KIND_DICT) ? dict_set(vm, to_dict(a), b, r[C]) : step_setitem(vm, a, b, r[C]);
    RELEASE_THIRD(r[C]);
    RELEASE_SECOND(b);
    RELEASE_FIRST(a);
    if (UNLIKELY(!done)) goto error;
    if (UNLIKELY(vm->frame != FP)) goto reload;
    NEXT;
}

/* DELITEM A, B: del r[A][r[B]]; two sources. */
OP(DELITEM) {
    BOUND(A);
    BOUND(B);
    SAVE();
    bool done = step_setitem(vm, r[A], r[B], EMPTY);
    RELEASE_SECOND(r[B]);
    RELEASE_FIRST(r[A]);
    if (!done) goto error;
    if (UNLIKELY(vm->frame != FP)) goto reload;
    NEXT;
}

/* SLICE A, B, C: r[A] = slice(start, stop, step); C says which of the three are given (1, 2, 4), in temporaries from
 * r[B] on, consumed; the others are None. */
OP(SLICE) {
    Insn use = *pc;
    Value *given = r + B;
    u32 which = C;
    /* x[a:b] of a list, tuple or str, most often: done at once, with no slice object */
    if (INSN_OP(use) == OP_GETITEM && INSN_C(use) == A && INSN_FLAGS(use) & F_SECOND) {
        Value container = r[INSN_B(use)];
        pc++;
        SAVE();
        Value part = step_slice(vm, container, given, which);
        if (LIKELY(part != NOT_IMPLEMENTED)) {
            insn = use;
            RELEASE_FIRST(container);
            DELIVER(part);
        }
        pc--;
    } else if (INSN_OP(use) == OP_SETITEM && INSN_B(use) == A && INSN_FLAGS(use) & F_SECOND) {
        Value container = r[INSN_A(use)], items = r[INSN_C(use)];
        pc++;
        SAVE();
        Value done = step_set_slice(vm, container, given, which, items, INSN_FLAGS(use) & F_THIRD);
        if (LIKELY(done != NOT_IMPLEMENTED)) {
            insn = use;
            RELEASE_THIRD(items);
            RELEASE_FIRST(container);
            if (UNLIKELY(done == FAIL)) goto error;
            NEXT;
        }
        pc--;
    }
    SAVE();
    Value bounds[3];
    for (u32 i = 0; i < 3; i++) bounds[i] = which >> i & 1 ? *given++ : NONE;
    Value slice = slice_new(vm, bounds[0], bounds[1], bounds[2]);
    for (u32 i = 0; i < 3; i++) RELEASE(bounds[i]);
    DELIVER(slice);
}

/* ---- displays: consecutive temporaries from B, consumed ---- */

/* TUPLE A, B, C: r[A] = (r[B], ..., r[B+C-1]) */
OP(TUPLE) {
    SAVE();
    Value tuple = tuple_from_owned(vm, r + B, C);
    if (tuple == FAIL) goto error;
    STORE(tuple);
    NEXT;
}

OP(LIST) {
    SAVE();
    Value list = list_from(vm, r + B, C);
    if (list == FAIL) goto error;
    STORE(list);
    NEXT;
}

OP(SET) {
    SAVE();
    Value set = set_new(vm, EMPTY);
    bool done = set != FAIL;
    for (u32 i = 0; i < C; i++) {
        done = done && set_add(vm, (Set *)to_object(set), r[B + i]);
        RELEASE(r[B + i]);
    }
    if (!done) {
        if (set != FAIL) RELEASE(set);
        goto error;
    }
    STORE(set);
    NEXT;
}

/* DICT A, B, C: C pairs: keys and values alternate. */
OP(DICT) {
    SAVE();
    Value dict = dict_new_sized(vm, C);
    bool done = dict != FAIL;
    for (u32 i = 0; i < C; i++) {
        done = done && dict_set(vm, to_dict(dict), r[B + 2 * i], r[B + 2 * i + 1]);
        RELEASE(r[B + 2 * i]);
        RELEASE(r[B + 2 * i + 1]);
    }
    if (!done) {
        if (dict != FAIL) RELEASE(dict);
        goto error;
    }
    STORE(dict);
    NEXT;
}

/* DICTK A, B, C: keys are the tuple k[C], values from r[B]. */
OP(DICTK) {
    SAVE();
    Tuple *keys = to_tuple(K[C]);
    Value dict = dict_new_sized(vm, keys->count);
    bool done = dict != FAIL;
    for (usize i = 0; i < keys->count; i++) {
        done = done && dict_set(vm, to_dict(dict), keys->items[i], r[B + i]);
        RELEASE(r[B + i]);
    }
    if (!done) {
        if (dict != FAIL) RELEASE(dict);
        goto error;
    }
    STORE(dict);
    NEXT;
}

/* STRING A, B, C: the concatenation of C strings; among them may be what FORMAT left as it is. */
OP(STRING) {
    SAVE();
    Value string = str_join_pieces(vm, r + B, C);
    for (u32 i = 0; i < C; i++) RELEASE(r[B + i]);
    DELIVER(string);
}

/* CONVERT A, B, C: C = 1 str, 2 repr, 3 ascii */
OP(CONVERT) {
    BOUND(B);
    SAVE();
    Value v = r[B];
    Value outcome = C == 1 ? object_str(vm, v) : C == 2 ? object_repr(vm, v) : object_ascii(vm, v);
    RELEASE_FIRST(v);
    DELIVER(outcome);
}

/* FORMAT A, B, C: r[A] = format(r[B], ""); C: inline numbers stay, STRING will write them */
OP(FORMAT) {
    BOUND(B);
    Value v = r[B];
    if (C && (is_small(v) || is_flonum(v))) {
        STORE(v);
        NEXT;
    }
    if (has_exact_kind(v, KIND_STR)) {
        if (!HAS(F_FIRST)) incref(v);
        STORE(v);
        NEXT;
    }
    SAVE();
    Value outcome = object_format(vm, v, vm->empty_str);
    RELEASE_FIRST(v);
    DELIVER(outcome);
}

/* FORMATSPEC A, B, C: r[A] = format(r[B], r[C]) */
OP(FORMATSPEC) {
    BOUND(B);
    BOUND(C);
    SAVE();
    Value outcome = object_format(vm, r[B], r[C]);
    RELEASE_FIRST(r[B]);
    RELEASE_SECOND(r[C]);
    DELIVER(outcome);
}

/* LISTAPPEND A, B: list r[A] stays; r[B] is the first source. So in the next ones. */
OP(LISTAPPEND) {
    BOUND(B);
    Value item = HAS(F_FIRST) ? r[B] : incref(r[B]);
    List *list = to_list(r[A]);
    if (LIKELY(list->count < list->capacity)) {
        list->items[list->count++] = item;
        NEXT;
    }
    SAVE();
    if (!list_push_owned(vm, list, item)) goto error;
    NEXT;
}

OP(LISTEXTEND) {
    BOUND(B);
    SAVE();
    bool done = step_list_extend(vm, r[A], r[B]);
    RELEASE_FIRST(r[B]);
    if (!done) goto error;
    NEXT;
}

OP(SETADD) {
    BOUND(B);
    SAVE();
    bool done = set_add(vm, (Set *)to_object(r[A]), r[B]);
    RELEASE_FIRST(r[B]);
    if (!done) goto error;
    NEXT;
}

OP(SETUPDATE) {
    BOUND(B);
    SAVE();
    bool done = step_set_update(vm, r[A], r[B]);
    RELEASE_FIRST(r[B]);
    if (!done) goto error;
    NEXT;
}

/* DICTSET A, B, C: dict r[A] stays; key r[B], value r[C]: first and second source. */
OP(DICTSET) {
    BOUND(B);
    BOUND(C);
    SAVE();
    bool done = dict_set(vm, to_dict(r[A]), r[B], r[C]);
    RELEASE_FIRST(r[B]);
    RELEASE_SECOND(r[C]);
    if (!done) goto error;
    NEXT;
}

/* DICTUPDATE A, B: {**r[B]} into the dict r[A] */
OP(DICTUPDATE) {
    BOUND(B);
    SAVE();
    bool done = step_dict_update(vm, r[A], r[B]);
    RELEASE_FIRST(r[B]);
    if (!done) goto error;
    NEXT;
}

/* DICTMERGE A, B, C: f(**r[B]) into the dict r[A]; duplicates raise; r[C], staying, is the callee. */
OP(DICTMERGE) {
    BOUND(B);
    SAVE();
    bool done = step_dict_merge(vm, r[A], r[B], r[C]);
    RELEASE_FIRST(r[B]);
    if (!done) goto error;
    NEXT;
}

/* LISTTUPLE A, B: r[A] = tuple(list r[B]) */
OP(LISTTUPLE) {
    SAVE();
    List *list = to_list(r[B]);
    Value tuple = tuple_from(vm, list->items, list->count);
    RELEASE_FIRST(r[B]);
    DELIVER(tuple);
}

/* UNPACK A, B, C: the C items of r[B] in temporaries, the FIRST one on top, so that targets consume them
 * from the top: r[A+C-1] = first, ... r[A] = last; B may be A. */
OP(UNPACK) {
    BOUND(B);
    Value source = r[B];
    if (LIKELY(has_exact_kind(source, KIND_TUPLE) && to_tuple(source)->count == C)) {
        for (u32 i = 0; i < C; i++) r[A + C - 1 - i] = incref(to_tuple(source)->items[i]);
        RELEASE_FIRST(source);
        NEXT;
    }
    SAVE();
    bool done = step_unpack(vm, source, r + A, C);
    RELEASE_FIRST(source);
    if (!done) goto error;
    NEXT;
}

/* UNPACK2 A, B, C: locals r[B], r[C] = the two items of r[A] (first source); both are stored or none. */
OP(UNPACK2) {
    BOUND(A);
    Value source = r[A], items[2];
    if (LIKELY(has_exact_kind(source, KIND_TUPLE) && to_tuple(source)->count == 2)) {
        items[1] = incref(to_tuple(source)->items[0]);
        items[0] = incref(to_tuple(source)->items[1]);
    } else {
        SAVE();
        if (!step_unpack(vm, source, items, 2)) {
            RELEASE_FIRST(source);
            goto error;
        }
    }
    Value before_first = r[B];
    r[B] = items[1];
    Value before_second = r[C];
    r[C] = items[0];
    RELEASE(before_first);
    RELEASE(before_second);
    RELEASE_FIRST(source);
    NEXT;
}

/* UNPACKEX A, B, C: C = before | after << 8: items before, list of the rest, items after; in before +
 * 1 + after temporaries from A, the first one on top as in UNPACK. */
OP(UNPACKEX) {
    BOUND(B);
    SAVE();
    Value source = r[B];
    bool done = step_unpack_ex(vm, source, r + A, C & 0xFF, C >> 8);
    RELEASE_FIRST(source);
    if (!done) goto error;
    NEXT;
}

/* ---- iteration ---- */

/* ITER A, B: r[A] = iter(r[B]) */
OP(ITER) {
    BOUND(B);
    SAVE();
    Value v = r[B];
    if (has_exact_kind(v, KIND_GENERATOR)) {
        if (!HAS(F_FIRST)) incref(v);
        r[A] = v;
        NEXT;
    }
    Value iterator = object_iter(vm, v);
    RELEASE_FIRST(v);
    if (UNLIKELY(iterator == FAIL)) goto error;
    r[A] = iterator;
    NEXT;
}

/* FOR A, B, C: r[B] = next item of iterator r[A] and jump by C (back to the body); at the end release
 * r[A] and go on. B is a temporary, or with F_LOCAL a local. Stands at the end of the loop. */
OP(FOR) {
    Value iterator = r[A];
    u8 special = OP_FOR_NATIVE;
    switch (to_object(iterator)->kind) {
    case KIND_GENERATOR: access_quicken((Insn *)pc - 1, OP_FOR_GENERATOR); goto op_FOR_GENERATOR;
    case KIND_RANGE_ITERATOR: special = OP_FOR_RANGE; break;
    case KIND_LIST_ITERATOR: special = OP_FOR_LIST; break;
    default: break;
    }
    const Type *type = to_object(iterator)->shape->type;
    if (type->slots.next_pair && !HAS(F_LOCAL) && unpacks_pair(pc[SC], B)) special = OP_FOR_PAIR;
    if (type->flags & TYPE_HEAP || !access_quicken((Insn *)pc - 1, special)) goto for_slow;
    pc--;
    NEXT;
}

for_slow: {
    SAVE();
    Value item = step_next(vm, r[A]);
    if (UNLIKELY(item == FAIL)) goto error;
    if (item == EMPTY) {
        if (vm->frame != FP) goto reload;
        RELEASE(r[A]);
        NEXT;
    }
    DELIVER_ITEM(item);
}

/* AITER A, B: r[A] = aiter(r[B]), checked */
OP(AITER) {
    BOUND(B);
    SAVE();
    Value iterator = step_aiter(vm, r[B]);
    RELEASE_FIRST(r[B]);
    DELIVER(iterator);
}

/* ANEXT A, B: r[A] = what an AWAIT waits for to get the next item of r[B], which stays. An async generator
 * stands for the awaiting of its next item. */
OP(ANEXT) {
    if (LIKELY(has_exact_kind(r[B], KIND_ASYNC_GENERATOR))) {
        Coro *gen = (Coro *)to_object(r[B]);
        if (UNLIKELY(!(gen->flags & CORO_HOOKS_DONE))) {
            SAVE();
            if (!async_generator_begin(vm, gen)) goto error;
        }
        r[A] = incref(r[B]);
        NEXT;
    }
    SAVE();
    Value awaitable = step_anext(vm, r[B]);
    DELIVER(awaitable);
}

/* ENDASYNC A: handler of `async for`: the exception is in r[A], the previously handled one in r[A+1]. If
 * it is StopAsyncIteration, drop both (restoring the handled one) and go on, else re-raise. */
OP(ENDASYNC) {
    SAVE();
    Value exception = r[A];
    replace(&vm->handled, r[A + 1]);
    if (is_instance(vm, exception, EXC(StopAsyncIteration))) {
        RELEASE(exception);
        NEXT;
    }
    vm->exception = exception;
    silent = true;
    goto raised;
}

/* ---- generators and coroutines ---- */

/* START: first instruction of all code that suspends; nothing else. */
OP(START) { NEXT; }

/* YIELD A, B: yield r[B]; what is sent goes to the temporary r[A].
 * F_HANDLER (also of AGYIELD, AWAIT, YIELDFROM): inside an exception handler of this function; C is then
 * the register of the outermost such handler (its exception is r[C], the one handled before r[C+1]). */
OP(YIELD) {
    BOUND(B);
    Value given = HAS(F_FIRST) ? r[B] : incref(r[B]); /* in a machine register, as `sent` is not */
    Coro *self = frame_coro(FP);
    if (LIKELY(!HAS(F_HANDLER) && !self->flags)) {
        u8 kind = self->f.kind;
        if (LIKELY(kind == FRAME_FOR || kind == FRAME_C || kind == FRAME_SEND)) {
            self->f.pc = pc;
            self->state = CORO_SUSPENDED;
            if (UNLIKELY(self->leaf != self)) self->leaf = self;
            Frame *resumer = self->f.prev;
            if (kind == FRAME_C) {
                vm->frame = resumer;
                return given;
            }
            r = resumer->r;
            pc = resumer->pc;
            insn = pc[-1];
            if (LIKELY(kind == FRAME_FOR)) DELIVER_ITEM(given);
            Value generator = r[A];
            r[A] = given;
            RELEASE(generator);
            NEXT;
        }
    }
    SAVE();
    sent = given;
    goto suspend;
}

/* AGYIELD A, B: the same in an async generator. */
OP(AGYIELD) {
    BOUND(B);
    SAVE();
    sent = HAS(F_FIRST) ? r[B] : incref(r[B]);
    if (UNLIKELY(FP->kind != FRAME_ANEXT)) goto async_yield;
    coro_give(vm, frame_coro(FP), sent);
    goto reload;
}

/* AWAITABLE A, B, C: r[A] = what awaiting r[B] waits for; C (for messages): 0 await, 1 __aenter__,
 * 2 __aexit__. What __anext__ gives is ANEXT's matter. */
OP(AWAITABLE) {
    BOUND(B);
    Value v = r[B];
    if (has_exact_kind(v, KIND_COROUTINE) || is_plain_future(v)) {
        if (!HAS(F_FIRST)) incref(v);
        r[A] = v;
        NEXT;
    }
    SAVE();
    Value awaitable = step_awaitable(vm, v, C);
    RELEASE_FIRST(v);
    if (UNLIKELY(awaitable == FAIL)) goto error;
    r[A] = awaitable;
    NEXT;
}

/* YIELDITER A, B: r[A] = the iterator that `yield from r[B]` delegates to. */
OP(YIELDITER) {
    BOUND(B);
    SAVE();
    Value v = r[B];
    Value iterator = step_yield_iterator(vm, v, FP->code->flags & (CODE_COROUTINE | CODE_ITERABLE_COROUTINE));
    RELEASE_FIRST(v);
    if (UNLIKELY(iterator == FAIL)) goto error;
    r[A] = iterator;
    NEXT;
}

/* AWAIT A: wait for r[A] (of AWAITABLE); its result replaces it. F_HANDLER and C as YIELD. */
OP(AWAIT) {
    Value awaited = r[A];
    if (LIKELY(to_object(awaited)->kind == KIND_COROUTINE)) {
        Coro *self = frame_coro(FP), *inner = (Coro *)to_object(awaited), *root = self->root;
        /* a fresh one, most often: the short form of coro_delegate */
        if (LIKELY(inner->state == CORO_CREATED && inner->root == inner && root->root == root &&
                   self->f.depth < vm->depth_limit && !HAS(F_HANDLER) && !(self->flags & CORO_HANDLER))) {
            self->f.pc = pc;
            self->awaiting = inner;
            self->flags |= CORO_DELEGATING;
            inner->root = root;
            inner->state = CORO_RUNNING;
            inner->f.prev = &self->f;
            inner->f.kind = FRAME_AWAIT;
            inner->f.depth = self->f.depth + 1;
            r = inner->f.r;
            pc = inner->f.pc;
            NEXT;
        }
    }
    goto op_YIELDFROM;
}

/* YIELDFROM A: the same for `yield from`. */
OP(YIELDFROM) {
    SAVE();
    Value awaited = r[A];
    Coro *self = frame_coro(FP);
    u8 kind = to_object(awaited)->kind;
    if (kind == KIND_COROUTINE || kind == KIND_GENERATOR) {
        if (UNLIKELY(kind == KIND_COROUTINE && ((Coro *)to_object(awaited))->state == CORO_SUSPENDED)) {
            raise_runtime(vm, "coroutine is being awaited already");
            goto error;
        }
        if (!coro_delegate(vm, self, (Coro *)to_object(awaited))) goto error;
        if (!coro_deliver(vm, NONE)) {
            sent = NONE;
            goto await_again;
        }
        goto reload;
    }
    sent = NONE;
    if (kind == KIND_TURN) {
        r[A] = NONE; /* nothing is waited for: what resumes brings the result, as after YIELD */
        RELEASE(awaited);
        goto suspend;
    }
    Coro *gen = kind == KIND_ASYNC_GENERATOR ? (Coro *)to_object(awaited) : asend_begin(vm, awaited, &sent);
    if (!gen) goto await_again;
    if (!coro_delegate_next(vm, self, gen, sent)) goto error;
    goto reload;
}

/* ---- calls ---- */

/* CALL A, B: window at A with B positional arguments. */
OP(CALL) {
    Value *window = r + A;
    Value callee = *window;
    if (LIKELY(is_object(callee))) {
        if (LIKELY(to_object(callee)->kind == KIND_FUNCTION)) {
            if (LIKELY(((Function *)to_object(callee))->code->signature == B)) goto enter_window;
            goto call_other_function;
        }
        if (to_object(callee)->kind == KIND_NATIVE) {
            const NativeSpec *spec = ((Native *)to_object(callee))->spec;
            if (LIKELY(spec->sort == 0 && native_is_plain(spec, B))) goto call_plain;
        }
        if (to_object(callee)->kind == KIND_TYPE) goto make_instance;
    }
    goto call_slowly;
}

    /* the callee in the window at A is a C function to which the B arguments there can go as they are */
call_plain: {
    Value *window = r + A, *args = window + 1 + GAP;
    const NativeSpec *spec = ((Native *)to_object(*window))->spec;
    u32 count = B, wanted = spec->named + (u32)(spec->sort == NATIVE_METHOD);
    SAVE();
    Value result = LIKELY(count == wanted) ? spec->function(vm, args, count)
                                           : native_call_plain(vm, spec, args, count);
    for (Value *end = args + count; args < end; args++) RELEASE(*args);
    RELEASE(*window);
    if (UNLIKELY(result == FAIL)) goto error;
    *window = result;
    NEXT;
}

    /* a function that takes another count of arguments, or suspends */
call_other_function: {
    Function *function = (Function *)to_object(r[A]);
    u32 signature = function->code->signature, missing = (signature & ~(u32)SIGNATURE_SUSPENDS) - B;
    if (signature & SIGNATURE_SUSPENDS) {
        if (!missing || has_defaults(function, missing)) goto make_coroutine;
    } else if (!HAS(F_COMPACT) && has_defaults(function, missing)) {
        add_defaults(function, missing, r + A + FRAME_WORDS + B);
        goto enter_window;
    }
}

call_slowly: {
    SAVE();
    Value outcome = call_window(vm, r + A, GAP, B, EMPTY);
    if (UNLIKELY(outcome == FAIL)) goto error;
    if (outcome == EMPTY) goto entered;
    r[A] = outcome;
    NEXT;
}

    /* the callee in the window at A is a class whose instances have a script __init__ that takes them, the B arguments
     * there, and defaults: the frame begins one word up, the instance is the result already */
make_instance: {
    Type *type = (Type *)to_object(r[A]);
    if (type == vm->types[TYPE_super] && !B && is_method_next(pc, A)) {
        SAVE();
        Value function, self;
        if (super_quick_method(vm, NAME_OF(INSN_C(*pc)), &function, &self)) {
            type->h.rc--;
            pc++;
            r[A] = incref(function);
            r[A + 1 + GAP] = incref(self);
            NEXT_CACHED;
        }
    }
    Value init = type->init_version == type->version ? type->init_function : EMPTY;
    if (!is_object(init) || HAS(F_COMPACT)) goto call_slowly;
    u32 missing = ((Function *)to_object(init))->code->signature - (B + 1u);
    if (UNLIKELY(missing && !has_defaults((Function *)to_object(init), missing))) goto call_slowly;
    SAVE();
    Obj *instance = object_new(vm, type);
    Value *window = r + A;
    frame = (Frame *)(window + 1);
    if (UNLIKELY(!instance)) {
        for (u32 i = 0; i < B; i++) RELEASE(frame->r[(i64)i - 1]);
        RELEASE(*window);
        goto error;
    }
    for (u32 i = B; i > 0; i--) frame->r[i] = frame->r[(i64)i - 2];
    if (missing) add_defaults((Function *)to_object(init), missing, frame->r + B + 1);
    frame->r[0] = *window = from_object(instance);
    instance->rc++;
    type->h.rc--; /* the instance has another reference */
    frame->func = incref(init);
    frame->kind = FRAME_INIT;
    goto enter_frame;
}

    /* the callee in the window at A is a script function that takes exactly the arguments there */
enter_window:
    if (HAS(F_COMPACT)) goto enter_copied;
    frame = (Frame *)(r + A);
    frame->kind = FRAME_CALL;
enter_frame: {
    Code *code = ((Function *)to_object(frame->func))->code;
    Frame *caller = FP;
    caller->pc = pc;
    u32 depth = caller->depth + 1;
    if (UNLIKELY(depth > vm->depth_limit || frame->r + code->registers > vm->stack_limit)) {
        SAVE();
        for (u32 i = 0; i < code->signature; i++) RELEASE(frame->r[i]);
        RELEASE(frame->func);
        if (frame->kind == FRAME_INIT) RELEASE(r[A]);
        raise_format(vm, EXC(RecursionError), "maximum recursion depth exceeded");
        goto error;
    }
    frame->code = code;
    frame->prev = caller;
    frame->depth = depth;
    frame->flags = 0;
    r = frame->r;
    for (u32 i = code->signature; i < code->locals; i++) r[i] = EMPTY;
    pc = code->insns;
    NEXT;
}

    /* the same in code that suspends, whose window lies in the heap: it moves to the stack */
enter_copied: {
    Value *window = r + A;
    Frame *frame = (Frame *)vm->generator_top, *caller = FP;
    Code *code = ((Function *)to_object(*window))->code;
    u32 depth = caller->depth + 1;
    if (UNLIKELY(depth > vm->depth_limit || frame->r + code->registers > vm->stack_limit)) goto call_slowly;
    caller->pc = pc;
    frame->func = *window++;
    frame->code = code;
    frame->prev = caller;
    frame->depth = depth;
    frame->kind = FRAME_STORE;
    frame->flags = 0;
    r = frame->r;
    u32 i = 0;
    for (u32 count = code->signature; i < count; i++) r[i] = window[i];
    for (; i < code->locals; i++) r[i] = EMPTY;
    pc = code->insns;
    NEXT;
}

    /* the callee is a generator function or the like and takes the B arguments in the window, and defaults */
make_coroutine: {
    SAVE();
    Value made = coro_from_window(vm, r + A, GAP, B);
    if (UNLIKELY(made == FAIL)) goto error;
    r[A] = made;
    if (is_awaited_next(pc, A) && has_exact_kind(made, KIND_COROUTINE) &&
        vm->dispatch[OP_AWAIT] == vm->dispatch_clean[OP_AWAIT]) {
        insn = pc[1];
        pc += 2;
        goto op_AWAIT;
    }
    NEXT;
}

/* CALLM A, B: window prepared by METHOD (or WITHENTER); B counts self. */
OP(CALLM) {
    Value *window = r + A;
    Value callee = *window;
    if (LIKELY(is_object(callee))) {
        if (LIKELY(to_object(callee)->kind == KIND_FUNCTION)) {
            if (LIKELY(((Function *)to_object(callee))->code->signature == B)) goto enter_window;
            goto call_other_function;
        }
        if (to_object(callee)->kind == KIND_NATIVE) {
            const NativeSpec *spec = ((Native *)to_object(callee))->spec;
            if (LIKELY(spec->sort == NATIVE_METHOD && native_is_plain(spec, B - 1u))) goto call_plain;
        }
    }
    SAVE();
    Value outcome = call_method_window(vm, window, GAP, B, EMPTY);
    if (UNLIKELY(outcome == FAIL)) goto error;
    if (outcome == EMPTY) goto entered;
    *window = outcome;
    NEXT;
}

/* CALLKW A, B, C: B arguments in all, the last ones named by the tuple k[C]; F_METHOD: as CALLM. */
OP(CALLKW) {
    SAVE();
    Value outcome = HAS(F_METHOD) ? call_method_window(vm, r + A, GAP, B, K[C])
                                  : call_window(vm, r + A, GAP, B, K[C]);
    if (UNLIKELY(outcome == FAIL)) goto error;
    if (outcome == EMPTY) goto entered;
    r[A] = outcome;
    NEXT;
}

/* CALLX A, -, C: the window's arguments are a tuple and, if C is 1, a mapping of keywords. For `f(*x)` alone
 * the first is x itself: "f() argument after * must be an iterable, not X". */
OP(CALLX) {
    SAVE();
    Value outcome = call_window_spread(vm, r + A, GAP, C & 1);
    if (UNLIKELY(outcome == FAIL)) goto error;
    if (outcome == EMPTY) goto entered;
    r[A] = outcome;
    NEXT;
}

/* RETURN A: source A. */
OP(RETURN) {
    sent = r[A];
    if (!HAS(F_FIRST)) {
        BOUND(A);
        if (LIKELY(A < FP->code->locals)) r[A] = EMPTY;
    }
    goto leave;
}

/* RETURNV -, BC: return an immediate value. */
OP(RETURNV) {
    sent = (Value)(i64)BC;
    goto leave;
}

    /* the frame returns `sent` (owned) */
leave: {
    if (UNLIKELY(FP->flags & (FRAME_OBSERVED | FRAME_TRACED))) goto leave_observed;
leave_locals:
    for (Value *end = r + FP->code->locals, *local = r; local < end; local++)
        if (is_object(*local) && UNLIKELY(--to_object(*local)->rc == 0)) {
            dying = local;
            goto leave_dying;
        }
leave_header:
    if (UNLIKELY(FP->kind != FRAME_CALL)) goto leave_slow;
    Frame *frame = FP;
    Frame *caller = frame->prev;
    Value function = frame->func;
    *(Value *)frame = sent;
    r = caller->r;
    pc = caller->pc;
    RELEASE(function);
    NEXT;
}

/* FUNCTION A, B, C: r[A] = a function of code k[B]; C says which parts stand in r[A], r[A+1], ... in this
 * order, consumed: 1 defaults (tuple), 2 keyword defaults (dict), 4 annotations (dict), 8 closure
 * (tuple of cells). */
OP(FUNCTION) {
    SAVE();
    Value function = step_function(vm, FP, K[B], r + A, C);
    if (UNLIKELY(function == FAIL)) goto error;
    r[A] = function;
    NEXT;
}

/* INTRINSIC A, B, C: r[A] = intrinsic C of consecutive temporaries from r[B]. */
OP(INTRINSIC) {
    SAVE();
    u32 count = intrinsic_arguments(C);
    Value outcome = step_intrinsic(vm, FP, C, r + B);
    for (u32 i = 0; i < count; i++) RELEASE(r[B + i]);
    if (UNLIKELY(outcome == FAIL)) goto error;
    STORE(outcome);
    NEXT;
}

/* IMPORT A, B, C: r[A] = import n[B]; k[C] is the tuple (level, fromlist). */
OP(IMPORT) {
    SAVE();
    Value module = step_import(vm, NAME_OF(B), K[C]);
    DELIVER(module);
}

/* IMPORTFROM A, B, C: r[A] = r[B].n[C], or ImportError; r[B] stays. */
OP(IMPORTFROM) {
    SAVE();
    Value v = step_import_from(vm, r[B], NAME_OF(C));
    DELIVER(v);
}

/* ---- the event loop: these stand only in the loop's own code, see loop/ ---- */

/* LOOPSTEP -, BC: run the next ready callback or task, entering its frame. When the loop is to stop, jump by
 * BC; else go on (a jump back to here follows) when what ran is done. Its exceptions arrive here. */
OP(LOOPSTEP) {
    SAVE();
    switch (vm->hooks.loop_step(vm)) {
    case LOOP_ENTERED: goto entered;
    case LOOP_RAISE: goto raised;
    case LOOP_AGAIN: NEXT;
    case LOOP_STOP: JUMP_BY(BC); NEXT;
    default: goto error;
    }
}

/* LOOPCATCH A: handler of LOOPSTEP at depth A: the loop deals with the exception in r[A], or it goes on out of
 * the loop. */
OP(LOOPCATCH) {
    SAVE();
    Value exception = r[A];
    replace(&vm->handled, r[A + 1]);
    bool handled = vm->hooks.loop_caught(vm, exception);
    RELEASE(exception);
    if (!handled) {
        silent = true;
        goto raised;
    }
    NEXT;
}

/* ---- exceptions ---- */

/* RAISE A, B, C: C = 0: re-raise what is being handled; 1: raise r[A]; 2: raise r[A] from r[B]. */
OP(RAISE) {
    if (C >= 1) BOUND(A);
    if (C == 2) BOUND(B);
    SAVE();
    step_raise(vm, C >= 1 ? r[A] : EMPTY, C == 2 ? r[B] : EMPTY);
    if (C >= 1) RELEASE_FIRST(r[A]);
    if (C == 2) RELEASE_SECOND(r[B]);
    if (C >= 1 && HAS(F_FIRST)) depth = A;
    silent = C == 0 && vm->handled != EMPTY;
    goto raised;
}

/* RERAISE A: in a handler at depth A: raise r[A] again (no traceback entry), restoring r[A+1]. */
OP(RERAISE) {
    SAVE();
    vm->exception = r[A];
    replace(&vm->handled, r[A + 1]);
    silent = true;
    goto raised;
}

/* LEAVERAISE A: an exception left the body of the handler at depth A: a row whose depth is A + 2 covers
 * the body and leads here, with the new exception in r[A+2]: restore the handled one from r[A+1], drop
 * r[A] and r[A+3], raise r[A+2] again (no traceback entry). */
OP(LEAVERAISE) {
    SAVE();
    vm->exception = r[A + 2];
    replace(&vm->handled, r[A + 1]);
    RELEASE(r[A]);
    RELEASE(r[A + 3]);
    silent = true;
    goto raised;
}

/* POPEXC A: leave the handler: r[A] is dropped, the handled exception becomes r[A+1]. */
OP(POPEXC) {
    Value before = vm->handled, exception = r[A];
    vm->handled = r[A + 1];
    RELEASE(before);
    RELEASE(exception);
    NEXT;
}

/* JNOMATCH A, B, C: jump by C if the exception r[A] (stays) does not match the type(s) r[B] (source). */
OP(JNOMATCH) {
    Value type = r[B];
    if (LIKELY(from_object(to_object(r[A])->shape->type) == type)) {
        RELEASE_FIRST(type);
        NEXT;
    }
    BOUND(B);
    SAVE();
    int matches = step_exception_matches(vm, r[A], type);
    RELEASE_FIRST(r[B]);
    if (UNLIKELY(matches < 0)) goto error;
    if (!matches) JUMP_BY(SC);
    NEXT;
}

/* GROUPMATCH A, B: except*: r[A] is what is left of the group (or None), type(s) in the temporary r[B]:
 * r[B] = the part that matches or None, r[A] = the rest or None; a matched part is being handled. */
OP(GROUPMATCH) {
    SAVE();
    if (!step_group_match(vm, &r[A], &r[B])) goto error;
    NEXT;
}

/* WITHENTER A, -, C: manager in temporary r[A]: r[A] = its bound __exit__, and a window at A + 1 to call
 * __enter__ by CALLM A + 1, 1. C = 1: __aexit__ and __aenter__. */
OP(WITHENTER) {
    SAVE();
    Value manager = r[A], exit = EMPTY, enter = EMPTY, self = EMPTY;
    bool done = step_with_enter(vm, manager, C, &exit, &enter, &self);
    RELEASE(manager);
    if (UNLIKELY(!done)) goto error;
    r[A] = exit;
    r[A + 1] = enter;
    r[A + 2 + GAP] = self;
    NEXT;
}

/* WITHEXIT A, B, C: window at A to call the bound exit r[B] (first source) by CALL A, 3 with the exception
 * r[C] (stays), or with three Nones if C is 0xFFFF. */
OP(WITHEXIT) {
    Value *args = r + A + 1 + GAP;
    Value exit = HAS(F_FIRST) ? r[B] : incref(r[B]);
    if (C == 0xFFFF) {
        args[0] = args[1] = args[2] = NONE;
    } else {
        Value exception = r[C];
        Value traceback = exception_traceback(vm, exception);
        args[0] = incref(from_object(to_object(exception)->shape->type));
        args[1] = incref(exception);
        args[2] = traceback == EMPTY ? NONE : incref(traceback);
    }
    r[A] = exit;
    NEXT;
}

/* ---- pattern matching ---- */

/* MATCHSEQ A, B: r[A] = r[B] (source) can match a sequence pattern */
OP(MATCHSEQ) {
    BOUND(B);
    bool answer = type_of(vm, r[B])->flags & TYPE_SEQUENCE;
    RELEASE_FIRST(r[B]);
    STORE(from_bool(answer));
    NEXT;
}

OP(MATCHMAP) {
    BOUND(B);
    bool answer = type_of(vm, r[B])->flags & TYPE_MAPPING;
    RELEASE_FIRST(r[B]);
    STORE(from_bool(answer));
    NEXT;
}

/* LENGTH A, B: r[A] = len(r[B]) */
OP(LENGTH) {
    BOUND(B);
    SAVE();
    i64 length = object_length(vm, r[B]);
    RELEASE_FIRST(r[B]);
    if (length < 0) goto error;
    STORE(int_from_i64(vm, length));
    NEXT;
}

/* MATCHKEYS A, B, C: r[A] = tuple of the values of mapping r[B] for the tuple of keys r[C], or None. */
OP(MATCHKEYS) {
    BOUND(B);
    SAVE();
    Value outcome = step_match_keys(vm, r[B], r[C]);
    RELEASE_FIRST(r[B]);
    RELEASE_SECOND(r[C]);
    DELIVER(outcome);
}

/* MATCHCLASS A, B, C: subject r[B] (source); temporaries r[C] class, r[C+1] tuple of keyword names,
 * r[C+2] count of positional patterns, consumed: r[A] = tuple of attributes or None. */
OP(MATCHCLASS) {
    BOUND(B);
    SAVE();
    Value outcome = step_match_class(vm, r[B], r[C], r[C + 1], to_small(r[C + 2]));
    RELEASE_FIRST(r[B]);
    RELEASE(r[C]);
    RELEASE(r[C + 1]);
    DELIVER(outcome);
}


/* ---- quickened forms: what an instruction becomes when it has met a common case ---- */

/* FOR over a range of inline ints. */
OP(FOR_RANGE) {
    Value iterator = r[A];
    if (UNLIKELY(to_object(iterator)->kind != KIND_RANGE_ITERATOR)) goto for_other;
    RangeIterator *range = (RangeIterator *)to_object(iterator);
    if (UNLIKELY(range->left <= 0)) {
        RELEASE(iterator);
        NEXT;
    }
    Value item = from_small(range->next);
    range->next += range->step;
    range->left--;
    DELIVER_ITEM(item);
}

for_other:
    access_quicken((Insn *)pc - 1, OP_FOR);
    goto op_FOR;

/* FOR over a list. */
OP(FOR_LIST) {
    Value iterator = r[A];
    if (UNLIKELY(to_object(iterator)->kind != KIND_LIST_ITERATOR)) goto for_other;
    ListIterator *at = (ListIterator *)to_object(iterator);
    if (UNLIKELY(at->list == EMPTY || at->index >= to_list(at->list)->count)) goto for_slow;
    Value item = incref(to_list(at->list)->items[at->index++]);
    DELIVER_ITEM(item);
}

/* FOR over an iterator written in C. */
OP(FOR_NATIVE) {
    Value iterator = r[A];
    if (UNLIKELY(to_object(iterator)->shape->type->flags & TYPE_HEAP)) goto for_slow;
    SAVE();
    Value item = iter_next(vm, iterator);
    if (UNLIKELY(!is_object(item) && (item == EMPTY || item == FAIL))) {
        if (item == FAIL) goto error;
        RELEASE(iterator);
        NEXT;
    }
    DELIVER_ITEM(item);
}

/* FOR over an iterator that can give pairs in parts, at whose body an UNPACK2 or UNPACK of two stands: it is done
 * too. */
OP(FOR_PAIR) {
    Value iterator = r[A], pair[2];
    int (*next_pair)(VM *, Value, Value *) = to_object(iterator)->shape->type->slots.next_pair;
    if (UNLIKELY(!next_pair || to_object(iterator)->shape->type->flags & TYPE_HEAP)) goto for_other;
    SAVE();
    int found = next_pair(vm, iterator, pair);
    if (UNLIKELY(found != 1)) {
        if (found == PAIR_IS_NONE) goto for_slow;
        if (found < 0) goto error;
        RELEASE(iterator);
        NEXT;
    }
    JUMP_BY(SC);
    insn = *pc++;
    if (OPCODE == OP_UNPACK) {
        r[A] = pair[1];
        r[A + 1] = pair[0];
        NEXT;
    }
    Value before_first = r[B];
    r[B] = pair[0];
    Value before_second = r[C];
    r[C] = pair[1];
    RELEASE(before_first);
    RELEASE(before_second);
    NEXT;
}

/* FOR over a generator: resume it in place. */
OP(FOR_GENERATOR) {
    Value iterator = r[A];
    if (UNLIKELY(to_object(iterator)->kind != KIND_GENERATOR)) goto for_other;
    Coro *coro = (Coro *)to_object(iterator);
    Frame *caller = FP;
    caller->pc = pc;
    if (LIKELY(coro->state == CORO_SUSPENDED && !coro->flags && coro->root == coro &&
               caller->depth < vm->depth_limit)) {
        if (!(caller->flags & FRAME_HEAP)) vm->generator_top = r + caller->code->registers;
        coro->state = CORO_RUNNING;
        u32 depth_inside = caller->depth + 1;
        if (UNLIKELY(coro->f.prev != caller || coro->f.kind != FRAME_FOR || coro->f.depth != depth_inside)) {
            coro->f.prev = caller;
            coro->f.kind = FRAME_FOR;
            coro->f.depth = depth_inside;
        }
        r = coro->f.r;
        pc = coro->f.pc;
        /* the value of `yield` is None, which most often is dropped at once */
        if (LIKELY(INSN_OP(*pc) == OP_DROP)) pc++;
        else r[INSN_A(pc[-1])] = NONE;
        NEXT;
    }
    SAVE();
    if (UNLIKELY(coro->state == CORO_CLOSED)) {
        RELEASE(iterator);
        NEXT;
    }
    if (!coro_enter(vm, coro, FRAME_FOR)) goto error;
    if (UNLIKELY(!coro_deliver(vm, NONE))) {
        sent = NONE;
        goto await_again;
    }
    goto reload;
}

/* What follows has the cache words of the instruction it was: see vm/cache.c. A guard that fails runs the
 * general instruction, which may quicken anew. */
#define CACHE_ID     FIELD(pc + 2, u32, 4)
#define CACHE_OFFSET FIELD(pc + 2, u16, 0)

/* GLOBAL_MODULE A, B, C +2: GLOBAL found among the globals. */
OP(GLOBAL_MODULE) {
    Dict *globals = to_dict(FUNCTION_OF_FRAME->globals);
    if (UNLIKELY(globals->version != CACHE_ID)) goto op_GLOBAL;
    Value v = incref(*(Value *)pc[0]);
    STORE(v);
    NEXT_CACHED;
}

/* GLOBAL_BUILTIN A, B, C +2: GLOBAL found among the builtins, and not among the globals. */
OP(GLOBAL_BUILTIN) {
    Function *function = FUNCTION_OF_FRAME;
    Dict *builtins = to_dict(function->builtins);
    if (UNLIKELY(to_dict(function->globals)->version != (u32)pc[0] || builtins->version != (u32)(pc[0] >> 32)))
        goto op_GLOBAL;
    Value v = incref(builtins->entries[CACHE_OFFSET].value);
    STORE(v);
    NEXT_CACHED;
}

/* GLOBAL_NATIVE A, B, C +2: GLOBAL that has found a C function among the builtins, the MOVE of its one argument,
 * a local, and the CALL: len(x). */
OP(GLOBAL_NATIVE) {
    Function *function = FUNCTION_OF_FRAME;
    Dict *builtins = to_dict(function->builtins);
    if (UNLIKELY(to_dict(function->globals)->version != (u32)pc[0] || builtins->version != (u32)(pc[0] >> 32)))
        goto op_GLOBAL;
    Value callee = builtins->entries[CACHE_OFFSET].value;
    Value args[QUICK_ROOM] = {r[INSN_B(pc[2])], EMPTY, EMPTY, EMPTY};
    if (UNLIKELY(args[0] == EMPTY || vm->is_traced || !takes_one_plainly(callee))) goto op_GLOBAL_BUILTIN;
    const NativeSpec *spec = ((Native *)to_object(callee))->spec;
    pc += 4;
    SAVE();
    Value result = spec->function(vm, args, spec->named);
    if (UNLIKELY(result == FAIL)) goto error;
    r[A] = result;
    NEXT;
}

/* GETNAME_MODULE A, B, C +2: GETNAME where the namespace is the globals. */
OP(GETNAME_MODULE) {
    Dict *globals = to_dict(FUNCTION_OF_FRAME->globals);
    if (UNLIKELY(r[0] != from_object(globals) || globals->version != CACHE_ID)) goto op_GETNAME;
    Value v = incref(*(Value *)pc[0]);
    STORE(v);
    NEXT_CACHED;
}

/* GETNAME_BUILTIN A, B, C +2 */
OP(GETNAME_BUILTIN) {
    Function *function = FUNCTION_OF_FRAME;
    Dict *builtins = to_dict(function->builtins);
    if (UNLIKELY(r[0] != function->globals || to_dict(r[0])->version != (u32)pc[0] ||
                 builtins->version != (u32)(pc[0] >> 32)))
        goto op_GETNAME;
    Value v = incref(builtins->entries[CACHE_OFFSET].value);
    STORE(v);
    NEXT_CACHED;
}

/* SETGLOBAL_MODULE A, B, C +2: SETGLOBAL of a name that exists. */
OP(SETGLOBAL_MODULE) {
    Dict *globals = to_dict(FUNCTION_OF_FRAME->globals);
    if (UNLIKELY(globals->version != CACHE_ID || r[B] == EMPTY)) goto op_SETGLOBAL;
    Value *slot = &globals->entries[CACHE_OFFSET].value;
    Value before = *slot;
    *slot = HAS(F_FIRST) ? r[B] : incref(r[B]);
    RELEASE(before);
    NEXT_CACHED;
}

/* SETNAME_MODULE A, B, C +2 */
OP(SETNAME_MODULE) {
    if (UNLIKELY(!has_exact_kind(r[0], KIND_DICT) || to_dict(r[0])->version != CACHE_ID || r[B] == EMPTY))
        goto op_SETNAME;
    Value *slot = &to_dict(r[0])->entries[CACHE_OFFSET].value;
    Value before = *slot;
    *slot = HAS(F_FIRST) ? r[B] : incref(r[B]);
    RELEASE(before);
    NEXT_CACHED;
}

/* GETATTR_SLOT A, B, C +2: GETATTR of an attribute in a slot of the instance. */
OP(GETATTR_SLOT) {
    Value object = r[B];
    if (UNLIKELY(!is_object(object) || to_object(object)->shape->id != CACHE_ID)) goto op_GETATTR;
    Value v = *(Value *)((char *)object + CACHE_OFFSET);
    if (UNLIKELY(v == EMPTY)) goto getattr_slow;
    incref(v);
    RELEASE_FIRST(object);
    STORE(v);
    NEXT_CACHED;
}

/* GETATTR_CLASS A, B, C +2: GETATTR of a value in the class that is no descriptor. */
OP(GETATTR_CLASS) {
    Value object = r[B];
    if (UNLIKELY(!is_object(object) || to_object(object)->shape->id != CACHE_ID)) goto op_GETATTR;
    Value v = incref(*(Value *)pc[0]);
    RELEASE_FIRST(object);
    STORE(v);
    NEXT_CACHED;
}

/* GETATTR_TYPE A, B, C +2: GETATTR of a class: what stands in the class, no descriptor or a function. */
OP(GETATTR_TYPE) {
    Value object = r[B];
    if (UNLIKELY(!has_exact_kind(object, KIND_TYPE) || to_type(object)->version != CACHE_ID)) goto op_GETATTR;
    Value v = incref(*(Value *)pc[0]);
    RELEASE_FIRST(object);
    STORE(v);
    NEXT_CACHED;
}

/* GETATTR_MODULE A, B, C +2: GETATTR of a module. */
OP(GETATTR_MODULE) {
    Value object = r[B];
    if (UNLIKELY(!has_exact_kind(object, KIND_MODULE))) goto op_GETATTR;
    Dict *dict = ((Module *)to_object(object))->dict;
    if (UNLIKELY(dict->version != CACHE_ID)) goto op_GETATTR;
    Value v = incref(dict->entries[CACHE_OFFSET].value);
    RELEASE_FIRST(object);
    STORE(v);
    NEXT_CACHED;
}

/* SETATTR_SLOT A, B, C +2: SETATTR of an attribute that the instance has. */
OP(SETATTR_SLOT) {
    Value object = r[A];
    if (UNLIKELY(!is_object(object) || to_object(object)->shape->id != CACHE_ID || r[B] == EMPTY))
        goto op_SETATTR;
    Value *slot = (Value *)((char *)object + CACHE_OFFSET);
    Value before = *slot;
    *slot = HAS(F_SECOND) ? r[B] : incref(r[B]);
    RELEASE(before);
    RELEASE_FIRST(object);
    NEXT_CACHED;
}

/* SETATTR_ADD A, B, C +2: SETATTR of an attribute that the instance gets now. */
OP(SETATTR_ADD) {
    Value object = r[A];
    if (UNLIKELY(!is_object(object) || to_object(object)->shape->id != CACHE_ID || r[B] == EMPTY))
        goto op_SETATTR;
    *(Value *)((char *)object + CACHE_OFFSET) = HAS(F_SECOND) ? r[B] : incref(r[B]);
    to_object(object)->shape = (Shape *)pc[0];
    RELEASE_FIRST(object);
    NEXT_CACHED;
}

/* METHOD_CLASS A, B, C +2: METHOD that is a plain function of the class. */
OP(METHOD_CLASS) {
    Value object = r[B];
    if (UNLIKELY(!is_object(object) || to_object(object)->shape->id != CACHE_ID)) goto op_METHOD;
    Value callee = incref((Value)pc[0]);
    if (!HAS(F_FIRST)) to_object(object)->rc++;
    r[A] = callee;
    r[A + 1 + GAP] = object;
    NEXT_CACHED;
}

/* METHOD_NATIVE A, B, C +2: METHOD that is a C function, and the CALLM behind it, with no arguments. */
OP(METHOD_NATIVE) {
    Value object = r[B];
    if (UNLIKELY(!is_object(object) || to_object(object)->shape->id != CACHE_ID || vm->is_traced)) goto op_METHOD;
    Value args[QUICK_ROOM] = {object, EMPTY, EMPTY, EMPTY};
    u32 nargs = CACHE_OFFSET;
    NativeFunction function = (NativeFunction)(usize)pc[0];
    bool is_last = HAS(F_FIRST);
    pc += 3; /* from here on the fields are those of the CALLM */
    SAVE();
    Value result = function(vm, args, nargs);
    if (is_last) RELEASE(object);
    if (UNLIKELY(result == FAIL)) goto error;
    r[A] = result;
    NEXT;
}

/* METHOD_MODULE A, B, C +2: METHOD of a module: math.sqrt(x). */
OP(METHOD_MODULE) {
    Value object = r[B];
    if (UNLIKELY(!has_exact_kind(object, KIND_MODULE))) goto op_METHOD;
    Dict *dict = ((Module *)to_object(object))->dict;
    if (UNLIKELY(dict->version != CACHE_ID)) goto op_METHOD;
    Value v = incref(dict->entries[CACHE_OFFSET].value);
    RELEASE_FIRST(object);
    r[A] = EMPTY;
    r[A + 1 + GAP] = v;
    NEXT_CACHED;
}

/* METHOD_TYPE A, B, C +2: METHOD of a class: a function, which the class is self of or not. */
OP(METHOD_TYPE) {
    Value object = r[B];
    if (UNLIKELY(!has_exact_kind(object, KIND_TYPE) || to_type(object)->version != CACHE_ID)) goto op_METHOD;
    Value function = incref((Value)pc[0]);
    bool takes_class = CACHE_OFFSET;
    if (takes_class && !HAS(F_FIRST)) incref(object);
    if (!takes_class) RELEASE_FIRST(object);
    r[A] = takes_class ? function : EMPTY;
    r[A + 1 + GAP] = takes_class ? object : function;
    NEXT_CACHED;
}
