// Of libxpc what native/vmnet/darwin calls: dictionaries. xpc.cc has them.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xpc_object_s* xpc_object_t;
typedef unsigned char uuid_t[16];

xpc_object_t xpc_dictionary_create(const char* const* keys, const xpc_object_t* values, size_t count);
void xpc_dictionary_set_uint64(xpc_object_t dictionary, const char* key, uint64_t value);
void xpc_dictionary_set_uuid(xpc_object_t dictionary, const char* key, const uuid_t value);
void xpc_dictionary_set_string(xpc_object_t dictionary, const char* key, const char* value);
uint64_t xpc_dictionary_get_uint64(xpc_object_t dictionary, const char* key);
const uint8_t* xpc_dictionary_get_uuid(xpc_object_t dictionary, const char* key);
const char* xpc_dictionary_get_string(xpc_object_t dictionary, const char* key);
void xpc_release(xpc_object_t object);

#ifdef __cplusplus
}
#endif
