#include "vmnet/leases/parser.h"

#include <charconv>
#include <system_error>
#include <utility>

namespace hvkit::vmnet {

namespace {

/// bootpd's own limit: it reads into a buffer of this size.
constexpr size_t kLongestLine = 1024;
constexpr int kHexadecimal = 16;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// `0x5f3b2a10`; 0 where it is not of that form.
uint64_t ParseTime(std::string_view text) {
  if (text.substr(0, 2) != "0x") return 0;
  text.remove_prefix(2);
  uint64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, kHexadecimal);
  return error == std::errc() && end == text.data() + text.size() ? seconds : 0;
}

/// The first of several fields of one name counts, as for bootpd.
bool First(bool& seen) { return !std::exchange(seen, true); }

}  // namespace

void LeaseParser::Feed(std::string_view piece) {
  while (!piece.empty()) {
    const size_t newline = piece.find('\n');
    const std::string_view part = piece.substr(0, newline);
    if (newline == std::string_view::npos) {
      overlong_ = overlong_ || partial_.size() + part.size() > kLongestLine;
      if (!overlong_) partial_ += part;
      position_ += part.size();
      return;
    }
    position_ += newline + 1;
    overlong_ = overlong_ || partial_.size() + part.size() > kLongestLine;
    if (overlong_) {
      sound_ = false;
    } else if (partial_.empty()) {
      Line(part, line_begin_, position_);
    } else {
      partial_ += part;
      Line(partial_, line_begin_, position_);
    }
    partial_.clear();
    overlong_ = false;
    line_begin_ = position_;
    piece.remove_prefix(newline + 1);
  }
}

void LeaseParser::Finish() {
  if (!overlong_ && !partial_.empty()) Line(partial_, line_begin_, position_);
  partial_.clear();
  if (std::exchange(inside_, false)) ++broken_;
}

void LeaseParser::Line(std::string_view line, uint64_t begin, uint64_t end) {
  const std::string_view text = Trimmed(line);
  if (text == "{") {
    Begin(begin);
  } else if (text == "}") {
    End(end);
  } else if (inside_ && !text.empty()) {
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) Field(text.substr(0, equals), text.substr(equals + 1));
  }
}

void LeaseParser::Begin(uint64_t at) {
  if (inside_) ++broken_;
  inside_ = sound_ = true;
  entry_begin_ = at;
  lease_.name.clear();
  lease_.identifier.clear();
  lease_.expires = 0;
  has_name_ = has_address_ = has_hardware_ = has_identifier_ = has_expires_ = false;
}

void LeaseParser::End(uint64_t at) {
  if (!std::exchange(inside_, false)) return;
  if (sound_ && has_address_ && has_hardware_) {
    sink_(lease_, {entry_begin_, at});
  } else {
    ++broken_;
  }
}

void LeaseParser::Field(std::string_view name, std::string_view value) {
  if (name == "name") {
    if (First(has_name_)) lease_.name = value;
  } else if (name == "ip_address") {
    if (!First(has_address_)) return;
    const std::optional<uint32_t> address = ParseIpv4(value);
    sound_ = sound_ && address;
    lease_.address = value;
    lease_.address_number = address.value_or(0);
  } else if (name == "hw_address") {
    if (!First(has_hardware_)) return;
    sound_ = lease_.hardware.Parse(value) && sound_;
    lease_.hardware_text = value;
  } else if (name == "identifier") {
    if (First(has_identifier_)) lease_.identifier = value;
  } else if (name == "lease") {
    if (First(has_expires_)) lease_.expires = ParseTime(value);
  }
}

}  // namespace hvkit::vmnet
