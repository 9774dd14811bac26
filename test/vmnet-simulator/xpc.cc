#include <xpc/xpc.h>

#include <cstring>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "model.h"

struct xpc_object_s {
  std::map<std::string, std::variant<uint64_t, std::string, std::vector<uint8_t>>> entries;
};

namespace {

template <class T>
const T* Find(xpc_object_t dictionary, const char* key) {
  const auto found = dictionary->entries.find(key);
  return found == dictionary->entries.end() ? nullptr : std::get_if<T>(&found->second);
}

}  // namespace

xpc_object_t xpc_dictionary_create(const char* const* /*keys*/, const xpc_object_t* /*values*/, size_t /*count*/) {
  ++model::alive.dictionaries;
  return new xpc_object_s;
}

void xpc_release(xpc_object_t object) {
  delete object;
  --model::alive.dictionaries;
}

void xpc_dictionary_set_uint64(xpc_object_t dictionary, const char* key, uint64_t value) {
  dictionary->entries[key] = value;
}

void xpc_dictionary_set_string(xpc_object_t dictionary, const char* key, const char* value) {
  dictionary->entries[key] = std::string(value);
}

void xpc_dictionary_set_uuid(xpc_object_t dictionary, const char* key, const uuid_t value) {
  dictionary->entries[key] = std::vector<uint8_t>(value, value + sizeof(uuid_t));
}

// Zero and NULL where there is none, or one of another type: as documented.
uint64_t xpc_dictionary_get_uint64(xpc_object_t dictionary, const char* key) {
  const auto* value = Find<uint64_t>(dictionary, key);
  return value != nullptr ? *value : 0;
}

const char* xpc_dictionary_get_string(xpc_object_t dictionary, const char* key) {
  const auto* value = Find<std::string>(dictionary, key);
  return value != nullptr ? value->c_str() : nullptr;
}

const uint8_t* xpc_dictionary_get_uuid(xpc_object_t dictionary, const char* key) {
  const auto* value = Find<std::vector<uint8_t>>(dictionary, key);
  return value != nullptr ? value->data() : nullptr;
}
