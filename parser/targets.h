/* Targets: what may be assigned to, deleted, or annotated. They are read as expressions;
 * here they are checked and given their context. Brackets limit how deep they nest.
 */
#ifndef APY_PARSER_TARGETS_H
#define APY_PARSER_TARGETS_H

#include "parser/build.h"

/* Make it a target of assignment: a name, attribute, subscript, or a tuple or list of
 * such. */
void targets_store(Builder *builder, Node *node);
/* The same for one place only: no tuple, no list, no star. */
void targets_store_single(Builder *builder, Node *node);
void targets_delete(Builder *builder, Node *node);
/* Of `for`: one target, or a tuple of them. */
Piece targets_row(Builder *builder, Vector *items, bool has_comma);

#endif
