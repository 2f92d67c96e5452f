// SPDX-License-Identifier: Apache-2.0
/* CO-RE: the number that an access stands for: a field's offset, size, sign, the shifts that cut a bit-field out of the
 * 64 bits loaded, a type's size or number, an enumerator's value. Source: bpf/llvm_reloc.rst. */
#include "core.h"

/* Where a field lies: the bytes to load, and the bits of it among them. */
struct field {
    const struct btf_type *type;
    uint32_t type_id;
    uint64_t offset_bytes;
    uint32_t bytes, low_bit, bits;
    bool is_bitfield;
};

/* A bit-field is loaded in the smallest aligned unit, its type's size or larger, that holds all of it. */
static bool place_bitfield(struct field *field, uint64_t offset_bits)
{
    if (field->bytes == 0) {
        return false;
    }
    for (; field->bytes <= 8; field->bytes *= 2) {
        field->offset_bytes = offset_bits / 8 / field->bytes * field->bytes;
        if (offset_bits + field->bits - field->offset_bytes * 8 <= (uint64_t)field->bytes * 8) {
            field->low_bit = (uint32_t)(offset_bits - field->offset_bytes * 8);
            return true;
        }
    }
    return false;
}

static bool find_field(struct field *field, const struct core_access *access)
{
    const struct core_step *last = &access->steps[access->step_count - 1];
    *field = (struct field){.type_id = last->type};
    if (last->name != NULL) {
        const struct btf_type *t = btf__type_by_id(access->btf, last->type);
        field->type_id = btf_members(t)[last->index].type;
        field->bits = btf_member_bitfield_size(t, last->index);
        field->is_bitfield = field->bits != 0;
    }
    field->type_id = core_skip(access->btf, field->type_id);
    field->type = btf__type_by_id(access->btf, field->type_id);
    int64_t bytes = btf__resolve_size(access->btf, field->type_id);
    if (field->type == NULL || bytes < 0 || bytes > INT32_MAX) {
        return false;
    }
    field->bytes = (uint32_t)bytes;
    if (field->is_bitfield) {
        return place_bitfield(field, access->offset_bits);
    }
    field->offset_bytes = access->offset_bits / 8;
    field->bits = field->bytes * 8;
    return true;
}

static bool is_signed(const struct btf_type *t)
{
    return btf_is_any_enum(t) ? btf_kflag(t) : btf_is_int(t) && (btf_int_encoding(t) & BTF_INT_SIGNED) != 0;
}

static bool evaluate_field(struct core_value *value, enum core_kind kind, const struct core_access *access)
{
    struct field field;
    if (access->step_count == 0 || !find_field(&field, access)) {
        return false;
    }
    bool is_member = access->steps[access->step_count - 1].name != NULL;
    if (!is_member && kind != CORE_FIELD_BYTE_OFFSET && kind != CORE_FIELD_BYTE_SIZE) {
        return false;
    }
    value->exact = !field.is_bitfield;
    switch ((int)kind) {
    case CORE_FIELD_BYTE_OFFSET:
        value->value = field.offset_bytes;
        value->bytes = field.is_bitfield ? 0 : field.bytes;
        value->type = field.type_id;
        return true;
    case CORE_FIELD_BYTE_SIZE: value->value = field.bytes; return true;
    case CORE_FIELD_SIGNED:
        value->value = is_signed(field.type);
        value->exact = true;
        return true;
    case CORE_FIELD_LSHIFT: value->value = 64 - (uint64_t)(field.low_bit + field.bits); return field.bytes <= 8;
    case CORE_FIELD_RSHIFT:
        value->value = 64 - (uint64_t)field.bits;
        value->exact = true;
        return field.bytes <= 8;
    default: return false;
    }
}

static uint64_t enumerator_value(const struct core_access *access)
{
    const struct core_step *step = &access->steps[0];
    const struct btf_type *t = btf__type_by_id(access->btf, step->type);
    if (btf_is_enum64(t)) {
        return btf_enum64_value(&btf_enum64(t)[step->index]);
    }
    int32_t value = btf_enum(t)[step->index].val;
    return btf_kflag(t) ? (uint64_t)(int64_t)value : (uint32_t)value;
}

static bool evaluate_type(struct core_value *value, enum core_kind kind, const struct core_access *access)
{
    int64_t bytes = 0;
    switch ((int)kind) {
    case CORE_TYPE_ID_LOCAL:
    case CORE_TYPE_ID_TARGET: value->value = access->root; return true;
    case CORE_TYPE_SIZE:
        bytes = btf__resolve_size(access->btf, access->root);
        value->value = (uint64_t)bytes;
        value->exact = true;
        return bytes >= 0;
    default: value->value = 1; return true;
    }
}

bool core_evaluate(struct core_value *value, enum core_kind kind, const struct core_access *access, bool exists)
{
    *value = (struct core_value){0};
    switch ((int)kind) {
    case CORE_FIELD_EXISTS:
    case CORE_ENUMVAL_EXISTS: value->value = exists; return true;
    case CORE_TYPE_ID_LOCAL:
    case CORE_TYPE_ID_TARGET:
    case CORE_TYPE_EXISTS:
    case CORE_TYPE_SIZE:
    case CORE_TYPE_MATCHES: return !exists || evaluate_type(value, kind, access); /* 0 without one */
    case CORE_ENUMVAL_VALUE: value->value = exists ? enumerator_value(access) : 0; return exists;
    default: return exists && evaluate_field(value, kind, access);
    }
}
