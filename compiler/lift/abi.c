// SPDX-License-Identifier: Apache-2.0
/* The C types of a contract's arguments and result on the target, as the ABI has them (helpers.def). */
#include "../base/diag.h"
#include "lift.h"

LLVMTypeRef abi_arg_type(LLVMContextRef context, enum arg_kind kind)
{
    if (arg_is_pointer(kind))
        return LLVMPointerTypeInContext(context, 0);
    return arg_is_wide(kind) ? LLVMInt64TypeInContext(context) : LLVMInt32TypeInContext(context);
}

LLVMTypeRef abi_ret_type(LLVMContextRef context, LLVMTypeRef size_type, enum ret_kind kind)
{
    switch (kind) {
    case RET_VOID: return LLVMVoidTypeInContext(context);
    case RET_U32: return LLVMInt32TypeInContext(context);
    case RET_U64: return LLVMInt64TypeInContext(context);
    case RET_LONG: return size_type;
    case RET_MAP_VALUE:
    case RET_MAP_VALUE_OR_NULL:
    case RET_SOCKET_OR_NULL:
    case RET_SOCK_COMMON_OR_NULL:
    case RET_FULL_SOCK_OR_NULL:
    case RET_LISTENER_OR_NULL:
    case RET_TCP_SOCK_OR_NULL:
    case RET_DYNPTR_MEM_OR_NULL:
    case RET_RINGBUF_MEM_OR_NULL: return LLVMPointerTypeInContext(context, 0);
    }
    BUG("result kind %d", (int)kind);
}
