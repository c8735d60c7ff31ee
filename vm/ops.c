/* The instruction set.
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
OP(NOP)
/* MOVE A, B: r[A] = r[B] */
OP(MOVE)
/* DROP A: release the temporary r[A]. */
OP(DROP)
/* LOADK A, BC: r[A] = k[BC] */
OP(LOADK)
/* LOADV A, BC: r[A] = the immediate value BC, sign-extended (small ints, None, True, False, ...) */
OP(LOADV)
/* DELLOCAL A: unbind the local; UnboundLocalError if it is not bound. */
OP(DELLOCAL)
/* CLEARLOCAL A: unbind the local if it is bound (end of `except ... as`, comprehension variables). */
OP(CLEARLOCAL)
/* MAKECELL A: r[A] = a new cell holding what r[A] held (EMPTY: unbound). At function entry. */
OP(MAKECELL)
/* GETCELL A, B: r[A] = contents of the cell in local r[B]; UnboundLocalError. */
OP(GETCELL)
/* SETCELL A, B: contents of the cell in local r[A] = r[B] (first source). */
OP(SETCELL)
/* DELCELL A: empty the cell in local r[A]; UnboundLocalError. */
OP(DELCELL)
/* GETFREE A, B: r[A] = contents of closure cell number B; NameError. */
OP(GETFREE)
/* SETFREE A, B: contents of closure cell number A = r[B] (first source). */
OP(SETFREE)
/* DELFREE A: empty closure cell number A; NameError. */
OP(DELFREE)
/* FREECELL A, B: r[A] = closure cell number B itself (for making closures; cells of locals: MOVE). */
OP(FREECELL)
/* GETCLASSFREE A, B, C: class bodies: r[A] = r[B][n of free variable C] if the mapping has it, else the
 * contents of closure cell C. B is a local (0 for the body's own namespace) or F_FIRST temporary. */
OP(GETCLASSFREE)
/* GLOBAL A, -, C +2: r[A] = global, else builtin n[C]; NameError. */
OP(GLOBAL)
/* SETGLOBAL -, B, C +2: global n[C] = r[B] (first source). */
OP(SETGLOBAL)
/* DELGLOBAL -, -, C */
OP(DELGLOBAL)
/* GETNAME A, -, C +2: r[A] = n[C] in the namespace, else global, else builtin; NameError. */
OP(GETNAME)
/* SETNAME -, B, C +2: n[C] in the namespace = r[B] (first source). */
OP(SETNAME)
/* DELNAME -, -, C: NameError. */
OP(DELNAME)
/* GETMAPGLOBAL A, B, C: r[A] = r[B][n[C]] if the mapping has it, else global, else builtin. */
OP(GETMAPGLOBAL)

/* ---- operators: r[A] = r[B] op r[C]; F_INPLACE for augmented assignment ---- */

OP(ADD)
OP(SUB)
OP(MUL)
OP(MATMUL)
OP(TRUEDIV)
OP(FLOORDIV)
OP(MOD)
OP(POW)
OP(LSHIFT)
OP(RSHIFT)
OP(AND)
OP(OR)
OP(XOR)
/* With C a signed immediate int: r[A] = r[B] op C */
OP(ADDI)
OP(SUBI)
OP(MULI)
OP(FLOORDIVI)
OP(MODI)
OP(LSHIFTI)
OP(RSHIFTI)
OP(ANDI)
/* r[A] = op r[B] */
OP(NEG)
OP(POS)
OP(INVERT)
OP(NOT)

/* ---- comparisons: r[A] = r[B] op r[C] ---- */

OP(LT)
OP(LE)
OP(EQ)
OP(NE)
OP(GT)
OP(GE)
OP(IS)
OP(ISNOT)
/* IN A, B, C: r[A] = r[B] in r[C] */
OP(IN)
OP(NOTIN)

/* ---- jumps ---- */

/* JUMP -, BC */
OP(JUMP)
/* JTRUE A, BC: jump if r[A] is true (first source) */
OP(JTRUE)
OP(JFALSE)
/* JTRUEKEEP A, BC: temporary r[A]: if true jump and keep it, else consume it. For `or`. */
OP(JTRUEKEEP)
/* The same for `and`. */
OP(JFALSEKEEP)
/* JNONE A, BC: jump if r[A] is None; F_NEGATE: if it is not None. */
OP(JNONE)
/* JLT A, B, C: jump by C if r[A] < r[B]; F_NEGATE: if not (r[A] < r[B]). */
OP(JLT)
OP(JLE)
OP(JEQ)
OP(JNE)
OP(JGT)
OP(JGE)
/* JIS A, B, C: jump if r[A] is r[B]; F_NEGATE: is not. */
OP(JIS)
/* JIN A, B, C: jump if r[A] in r[B]; F_NEGATE: not in. */
OP(JIN)
/* JLTI A, B, C: B is a signed immediate int. */
OP(JLTI)
OP(JLEI)
OP(JEQI)
OP(JNEI)
OP(JGTI)
OP(JGEI)

/* ---- attributes ---- */

/* GETATTR A, B, C +2: r[A] = r[B].n[C] */
OP(GETATTR)
/* SETATTR A, B, C +2: r[A].n[C] = r[B]; sources A, B. */
OP(SETATTR)
/* DELATTR A, -, C: del r[A].n[C]; source A. */
OP(DELATTR)
/* METHOD A, B, C +2: prepare a window at A for calling r[B].n[C]: callee in r[A] and self as first
 * argument, or EMPTY in r[A] and the callee in the place of self. Then CALLM (or CALLKW with F_METHOD).
 * B may be the temporary A. */
OP(METHOD)

/* ---- items ---- */

/* GETITEM A, B, C: r[A] = r[B][r[C]] */
OP(GETITEM)
/* GETITEMI A, B, C: r[A] = r[B][C], C a signed immediate */
OP(GETITEMI)
/* SETITEM A, B, C: r[A][r[B]] = r[C]; three sources. */
OP(SETITEM)
/* DELITEM A, B: del r[A][r[B]]; two sources. */
OP(DELITEM)
/* SLICE A, B, C: r[A] = slice(r[B], r[B+1]) or with C = 3 also r[B+2]; temporaries, consumed. */
OP(SLICE)

/* ---- displays: consecutive temporaries from B, consumed ---- */

/* TUPLE A, B, C: r[A] = (r[B], ..., r[B+C-1]) */
OP(TUPLE)
OP(LIST)
OP(SET)
/* DICT A, B, C: C pairs: keys and values alternate. */
OP(DICT)
/* DICTK A, B, C: keys are the tuple k[C], values from r[B]. */
OP(DICTK)
/* STRING A, B, C: the concatenation of C strings. */
OP(STRING)
/* CONVERT A, B, C: C = 1 str, 2 repr, 3 ascii */
OP(CONVERT)
/* FORMAT A, B: r[A] = format(r[B], "") */
OP(FORMAT)
/* FORMATSPEC A, B, C: r[A] = format(r[B], r[C]) */
OP(FORMATSPEC)
/* LISTAPPEND A, B: list r[A] stays; r[B] is the first source. So in the next ones. */
OP(LISTAPPEND)
OP(LISTEXTEND)
OP(SETADD)
OP(SETUPDATE)
/* DICTSET A, B, C: dict r[A] stays; key r[B], value r[C]: first and second source. */
OP(DICTSET)
/* DICTUPDATE A, B: {**r[B]} into the dict r[A] */
OP(DICTUPDATE)
/* DICTMERGE A, B, C: f(**r[B]) into the dict r[A]; duplicates raise; r[C], staying, is the callee. */
OP(DICTMERGE)
/* LISTTUPLE A, B: r[A] = tuple(list r[B]) */
OP(LISTTUPLE)
/* UNPACK A, B, C: the C items of r[B] in temporaries, the FIRST one on top, so that targets consume them
 * from the top: r[A+C-1] = first, ... r[A] = last; B may be A. */
OP(UNPACK)
/* UNPACK2 A, B, C: locals r[B], r[C] = the two items of r[A] (first source); both are stored or none. */
OP(UNPACK2)
/* UNPACKEX A, B, C: C = before | after << 8: items before, list of the rest, items after; in before +
 * 1 + after temporaries from A, the first one on top as in UNPACK. */
OP(UNPACKEX)

/* ---- iteration ---- */

/* ITER A, B: r[A] = iter(r[B]) */
OP(ITER)
/* FOR A, B, C: r[B] = next item of iterator r[A] and jump by C (back to the body); at the end release
 * r[A] and go on. B is a temporary, or with F_LOCAL a local. Stands at the end of the loop. */
OP(FOR)
/* AITER A, B: r[A] = aiter(r[B]), checked */
OP(AITER)
/* ANEXT A, B: r[A] = awaitable of anext(r[B]); r[B] stays. */
OP(ANEXT)
/* ENDASYNC A: handler of `async for`: the exception is in r[A], the previously handled one in r[A+1]. If
 * it is StopAsyncIteration, drop both (restoring the handled one) and go on, else re-raise. */
OP(ENDASYNC)

/* ---- generators and coroutines ---- */

/* START: first instruction of all code that suspends; nothing else. */
OP(START)
/* YIELD A, B: yield r[B]; what is sent goes to the temporary r[A].
 * F_HANDLER (also of AGYIELD, AWAIT, YIELDFROM): inside an exception handler of this function; C is then
 * the register of the outermost such handler (its exception is r[C], the one handled before r[C+1]). */
OP(YIELD)
/* AGYIELD A, B: the same in an async generator. */
OP(AGYIELD)
/* AWAITABLE A, B, C: r[A] = what awaiting r[B] waits for; C (for messages): 0 await, 1 __aenter__,
 * 2 __aexit__, 3 async for (__anext__). */
OP(AWAITABLE)
/* YIELDITER A, B: r[A] = the iterator that `yield from r[B]` delegates to. */
OP(YIELDITER)
/* AWAIT A: wait for r[A] (of AWAITABLE); its result replaces it. F_HANDLER and C as YIELD. */
OP(AWAIT)
/* YIELDFROM A: the same for `yield from`. */
OP(YIELDFROM)

/* ---- calls ---- */

/* CALL A, B: window at A with B positional arguments. */
OP(CALL)
/* CALLM A, B: window prepared by METHOD (or WITHENTER); B counts self. */
OP(CALLM)
/* CALLKW A, B, C: B arguments in all, the last ones named by the tuple k[C]; F_METHOD: as CALLM. */
OP(CALLKW)
/* CALLX A, -, C: the window's arguments are a tuple and, if C is 1, a dict of keywords. For `f(*x)` alone
 * the first is x itself: "f() argument after * must be an iterable, not X". */
OP(CALLX)
/* RETURN A: source A. */
OP(RETURN)
/* RETURNV -, BC: return an immediate value. */
OP(RETURNV)
/* FUNCTION A, B, C: r[A] = a function of code k[B]; C says which parts stand in r[A], r[A+1], ... in this
 * order, consumed: 1 defaults (tuple), 2 keyword defaults (dict), 4 annotations (dict), 8 closure
 * (tuple of cells). */
OP(FUNCTION)
/* INTRINSIC A, B, C: r[A] = intrinsic C of consecutive temporaries from r[B]. */
OP(INTRINSIC)
/* IMPORT A, B, C: r[A] = import n[B]; k[C] is the tuple (level, fromlist). */
OP(IMPORT)
/* IMPORTFROM A, B, C: r[A] = r[B].n[C], or ImportError; r[B] stays. */
OP(IMPORTFROM)

/* ---- exceptions ---- */

/* RAISE A, B, C: C = 0: re-raise what is being handled; 1: raise r[A]; 2: raise r[A] from r[B]. */
OP(RAISE)
/* RERAISE A: in a handler at depth A: raise r[A] again (no traceback entry), restoring r[A+1]. */
OP(RERAISE)
/* LEAVERAISE A: an exception left the body of the handler at depth A: a row whose depth is A + 2 covers
 * the body and leads here, with the new exception in r[A+2]: restore the handled one from r[A+1], drop
 * r[A] and r[A+3], raise r[A+2] again (no traceback entry). */
OP(LEAVERAISE)
/* POPEXC A: leave the handler: r[A] is dropped, the handled exception becomes r[A+1]. */
OP(POPEXC)
/* JNOMATCH A, B, C: jump by C if the exception r[A] (stays) does not match the type(s) r[B] (source). */
OP(JNOMATCH)
/* GROUPMATCH A, B: except*: r[A] is what is left of the group (or None), type(s) in the temporary r[B]:
 * r[B] = the part that matches or None, r[A] = the rest or None; a matched part is being handled. */
OP(GROUPMATCH)
/* WITHENTER A, -, C: manager in temporary r[A]: r[A] = its bound __exit__, and a window at A + 1 to call
 * __enter__ by CALLM A + 1, 1. C = 1: __aexit__ and __aenter__. */
OP(WITHENTER)
/* WITHEXIT A, B, C: window at A to call the bound exit r[B] (first source) by CALL A, 3 with the exception
 * r[C] (stays), or with three Nones if C is 0xFFFF. */
OP(WITHEXIT)

/* ---- pattern matching ---- */

/* MATCHSEQ A, B: r[A] = r[B] (source) can match a sequence pattern */
OP(MATCHSEQ)
OP(MATCHMAP)
/* LENGTH A, B: r[A] = len(r[B]) */
OP(LENGTH)
/* MATCHKEYS A, B, C: r[A] = tuple of the values of mapping r[B] for the tuple of keys r[C], or None. */
OP(MATCHKEYS)
/* MATCHCLASS A, B, C: subject r[B] (source); temporaries r[C] class, r[C+1] tuple of keyword names,
 * r[C+2] count of positional patterns, consumed: r[A] = tuple of attributes or None. */
OP(MATCHCLASS)
