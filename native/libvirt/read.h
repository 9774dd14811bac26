#pragma once

#include <napi.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace hvkit::libvirt {

/// Reads a native function's arguments one after the other, strictly: what is not of the right type, does not fit or
/// would be cut short by C throws Failure (ERR_INVALID_ARGUMENT) and is never guessed.
class Reader {
 public:
  /// `function` is the C function that is called with them, if there is one.
  explicit Reader(const Napi::CallbackInfo& info, const char* function = "") : info_(info), function_(function) {}

  Napi::Env env() const { return info_.Env(); }
  /// undefined when there are no more.
  Napi::Value Next() { return info_[next_++]; }
  /// A handle. If it comes first it is the object whose method the caller used, and does not count as an argument
  /// there.
  Napi::Value NextHandle() {
    if (next_ == 0) objects_ = 1;
    return Next();
  }

  std::string String();
  /// undefined and null are C's NULL.
  std::optional<std::string> OptionalString();
  /// The same where the C function takes NULL, a string otherwise.
  std::optional<std::string> StringForC();
  std::vector<std::string> Strings();
  std::vector<uint8_t> Bytes();
  std::vector<int> Integers();
  double Double();
  /// How much room to make, before libvirt has a say: a count or a number of bytes.
  size_t Size(size_t most);
  /// More bytes at once than any caller means: it is libvirt's own limit for a message, many times over.
  static constexpr size_t kMostBytes = 64 << 20;

  template <class T>
  T Integer() {
    if constexpr (sizeof(T) == sizeof(int64_t)) {
      if constexpr (std::is_signed_v<T>) {
        return static_cast<T>(Int64());
      } else {
        return static_cast<T>(Uint64());
      }
    } else if constexpr (std::is_signed_v<T>) {
      return static_cast<T>(Whole(Next(), std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    } else {
      // JavaScript's | makes a negative number of flags that include bit 31.
      return static_cast<T>(Whole(Next(), std::numeric_limits<int32_t>::min(), std::numeric_limits<T>::max()));
    }
  }

  /// "argument 2": where the one read last stands, as the caller of the method counts.
  [[noreturn]] void Fail(const std::string& wanted) const;

 private:
  int64_t Whole(Napi::Value value, int64_t low, int64_t high) const;
  int64_t Int64();
  uint64_t Uint64();

  const Napi::CallbackInfo& info_;
  const char* const function_;
  size_t next_ = 0;
  size_t objects_ = 0;
};

/// Text for C, which ends at the first NUL: a string that holds one is refused.
std::string ReadString(Napi::Value value, const Reader& reader);

}  // namespace hvkit::libvirt
