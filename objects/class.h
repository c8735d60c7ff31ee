/* Making classes: the class statement and the steps of type(name, bases, namespace).
 *
 * The class statement is compiled to: a function for the body (one parameter: the
 * namespace), its name, the bases and keywords. class_build does all; class_begin and
 * class_finish are its halves for a VM that runs the body itself in between.
 */
#ifndef APY_OBJECTS_CLASS_H
#define APY_OBJECTS_CLASS_H

#include "objects/type.h"
#include "objects/vm.h"

/* __dict__ and __weakref__ of the instances of script classes. */
extern const GetterSpec instance_dict_spec, instance_weakref_spec;

typedef struct ClassPlan {
    Value name, metaclass, namespace;
    Value bases;          /* tuple, __mro_entries__ resolved */
    Value original_bases; /* tuple as written; EMPTY when the same */
    Value keywords;       /* dict without `metaclass`, or EMPTY */
} ClassPlan;

/* Resolve bases and metaclass, call __prepare__. The plan is to be released in any case.
 */
bool class_begin(VM *vm, ClassPlan *plan, Value name, Value *bases, u32 count,
                 Value kwnames);
/* Call the metaclass. `cell` is what the body returned: the cell of __class__, or None.
 */
Value class_finish(VM *vm, ClassPlan *plan, Value cell);
void class_plan_release(VM *vm, ClassPlan *plan);
/* builtins.__build_class__(body, name, *bases, **keywords): keyword values follow the
 * bases. */
Value class_build(VM *vm, Value body, Value name, Value *bases, u32 count, Value kwnames);

/* ---- steps, each in a file of its own ---- */

/* The most derived of `metatype` and the metatypes of the bases: borrowed, NULL:
 * conflict. */
Type *class_metatype(VM *vm, Type *metatype, Value bases);
/* The base whose layout instances will have: borrowed, NULL: layout conflict, final base
 * ... */
Type *class_best_base(VM *vm, Value bases);
/* The C3 linearisation as a tuple, by metatype.mro() if that is overridden. */
Value class_mro(VM *vm, Type *type);
Value class_mro_default(VM *vm, Type *type);
/* Sizes, shapes, descriptors for __slots__ (EMPTY: not given), __dict__ and __weakref__.
 * The type has its base, bases, name and dict. */
bool class_layout(VM *vm, Type *type, Value slots);
/* The first guess at how many attributes instances will have, from __static_attributes__.
 */
void class_set_capacity(VM *vm, Type *type, u32 wanted);
bool class_add_subclass(VM *vm, Type *base, Type *type);
void class_remove_subclass(Type *base, Type *type);
/* Could instances change from one class to the other? */
bool class_same_layout(VM *vm, Type *a, Type *b);
/* _Name__attribute for __attribute in a class called Name; owned, interned. */
Value class_mangle(VM *vm, Value class_name, Value name);

#endif
