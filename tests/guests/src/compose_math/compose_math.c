// Serves other components: a function for every kind of type.
#include "guest.h"
#include "guest_libc.h"

#define ADD(name) exports_acme_math_add_##name

uint32_t ADD(add)(uint32_t a, uint32_t b) { return a + b; }

bool ADD(sum)(guest_list_s64_t *numbers, int64_t *ret, guest_string_t *err) {
  if (numbers->len == 0) {
    guest_string_dup(err, "nothing to add");
    return false;
  }
  *ret = 0;
  for (size_t i = 0; i < numbers->len; i++) *ret += numbers->ptr[i];
  return true;
}

bool ADD(check)(int32_t number, ADD(axis_t) *err) {
  *err = EXPORTS_ACME_MATH_ADD_AXIS_VERTICAL;
  return number >= 0;
}

// A dot is moved by what the sides say, a line turned round, all else given back as it came.
bool ADD(mirror)(ADD(shape_t) *shape, ADD(sides_t) sides, ADD(shape_t) *ret, ADD(axis_t) *err) {
  if (sides == 0) {
    *err = EXPORTS_ACME_MATH_ADD_AXIS_HORIZONTAL;
    return false;
  }
  *ret = *shape;
  if (shape->tag == EXPORTS_ACME_MATH_ADD_SHAPE_DOT) {
    if (sides & EXPORTS_ACME_MATH_ADD_SIDES_LEFT) ret->val.dot.x = -shape->val.dot.x;
    if (sides & EXPORTS_ACME_MATH_ADD_SIDES_TOP) ret->val.dot.y = -shape->val.dot.y;
  }
  if (shape->tag == EXPORTS_ACME_MATH_ADD_SHAPE_LINE) {
    ret->val.line.f0 = shape->val.line.f1;
    ret->val.line.f1 = shape->val.line.f0;
  }
  return true;
}

void ADD(points)(ADD(list_point_t) *points, ADD(list_point_t) *ret) {
  ret->len = points->len;
  ret->ptr = malloc(points->len * sizeof *ret->ptr);
  for (size_t i = 0; i < points->len; i++) ret->ptr[i] = points->ptr[points->len - 1 - i];
}

// Which of the two options is none has to survive the way.
bool ADD(nested)(guest_option_u8_t *value, guest_option_u8_t *ret) {
  if (value == NULL) return false;
  *ret = *value;
  return true;
}

void ADD(turned)(ADD(wide_t) *wide, ADD(wide_t) *ret) {
  *ret = (ADD(wide_t)){wide->h, wide->g, wide->f, wide->e, wide->d, wide->c, wide->b, wide->a, wide->i + 1};
}

void ADD(letter)(uint32_t letter, bool small, guest_tuple5_char32_bool_s8_u16_f32_t *ret) {
  *ret = (guest_tuple5_char32_bool_s8_u16_f32_t){letter + 1, !small, -7, 65535, 0.5f};
}

void ADD(trap)(void) { __builtin_trap(); }
