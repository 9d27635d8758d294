#ifndef KEYVALUE_H
#define KEYVALUE_H
#include "every_import.h"

#define KV(name) wasi_keyvalue_store_##name
typedef KV(borrow_bucket_t) bucket_t;

/** A key of this run alone: the bucket may outlive it and be shared. */
guest_string_t own_key(const char *name);
guest_list_u8_t list_of(const char *text);
bool set_text(bucket_t bucket, guest_string_t key, const char *text);
/** Whether the key has this value; NULL for an absent key. */
bool value_is(bucket_t bucket, guest_string_t key, const char *text);

void check_listing(bucket_t bucket);
void check_increment(bucket_t bucket);
void check_batch(bucket_t bucket);
#endif
