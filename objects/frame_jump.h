/* Setting frame.f_lineno, from within a trace function that is told of a line. */
#ifndef APY_OBJECTS_FRAME_JUMP_H
#define APY_OBJECTS_FRAME_JUMP_H

#include "objects/frameobject.h"

/* The frame goes on at the line. False: an exception tells why it cannot. */
bool frame_jump(VM *vm, FrameObject *object, Value line);

#endif
