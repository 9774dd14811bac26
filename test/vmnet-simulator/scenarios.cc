// Runs native/vmnet/darwin against the model of the framework: each failure that the framework can answer with, at each
// call, and what comes late; then frames in both directions from several threads, with delays by many seeds. A
// sanitizer looks on.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "common/failure.h"
#include "model.h"
#include "vmnet/darwin/own_network.h"
#include "vmnet/darwin/request.h"
#include "vmnet/helper/relay.h"
#include "vmnet/mac_of_uuid.h"
#include "vmnet/network_interface.h"

using hvkit::Failure;
using hvkit::vmnet::Frame;
using hvkit::vmnet::NetworkInterface;
using hvkit::vmnet::OwnNetwork;
using hvkit::vmnet::Patience;
using hvkit::vmnet::Request;
using hvkit::vmnet::helper::PassFrames;
using model::Behaviour;
using model::Bytes;

namespace {

constexpr std::array<uint8_t, 16> kUuid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr uint32_t kMaxFrame = 1514;
/// No answer of the model takes so long as a test may wait.
constexpr Patience kShort = {std::chrono::milliseconds(20), std::chrono::milliseconds(20),
                             std::chrono::milliseconds(20)};

std::string scenario;
std::atomic<int> checks{0};

void Check(bool holds, const std::string& what) {
  ++checks;
  if (holds) return;
  std::fprintf(stderr, "vmnet-simulator: %s: %s\n", scenario.c_str(), what.c_str());
  std::exit(1);
}

void Scenario(const std::string& name, const Behaviour& behaviour, uint32_t seed = 1) {
  scenario = name;
  model::Begin(behaviour, seed);
}

/// Everything was given back, and nothing was used after it was.
void CheckSettled() {
  Check(model::Settled(), "something is still there");
  Check(model::misuses == 0, "an interface was used that is no more");
}

/// The code of its failure; empty where there is none.
template <class Body>
std::string CodeOf(const Body& body) {
  try {
    body();
    return "";
  } catch (const Failure& failure) {
    const hvkit::Value told = failure.ToValue();
    for (const auto& [name, value] : std::get<hvkit::Value::Fields>(told.data)) {
      if (name == "code") return std::get<std::string>(value.data);
    }
    return "none";
  }
}

std::string CodeOfOpening() {
  return CodeOf([] { NetworkInterface::open(kUuid); });
}

/// Frames with room for the longest.
class Room {
 public:
  explicit Room(size_t count) : bytes_(count, Bytes(kMaxFrame)) { Reset(); }
  void Reset() {
    frames_.clear();
    for (Bytes& bytes : bytes_) frames_.push_back({bytes.data(), bytes.size()});
  }
  Frame* frames() { return frames_.data(); }
  Bytes Content(size_t index) const { return {frames_[index].data, frames_[index].data + frames_[index].size}; }

 private:
  std::vector<Bytes> bytes_;
  std::vector<Frame> frames_;
};

/// One that tells its number by content and by length.
Bytes Numbered(uint32_t number) {
  Bytes frame(60 + number % (kMaxFrame - 60 + 1), static_cast<uint8_t>(number));
  for (size_t i = 0; i < 4; ++i) frame[i] = static_cast<uint8_t>(number >> (8 * i));
  return frame;
}

void Opens() {
  Scenario("an interface is opened and closed", {});
  {
    const auto interface = NetworkInterface::open(kUuid);
    const std::array<uint8_t, 6> mac = {0x8e, 0x01, 0x99, 0x9c, 0x54, 0xb1};
    Check(interface->facts().mac == mac, "another MAC");
    Check(interface->facts().mtu == 1500 && interface->facts().max_frame == kMaxFrame, "another size");
    Check(model::AskedMode() == VMNET_SHARED_MODE, "another mode was asked for");
    Check(model::AskedUuid() == Bytes(kUuid.begin(), kUuid.end()), "another UUID");
    Check(model::alive.interfaces == 1, "there is no interface");
  }
  Check(model::alive.interfaces == 0, "the interface is there after it was closed");
  CheckSettled();
}

constexpr std::array<uint8_t, 4> kAddress = {192, 168, 70, 5};

std::string CodeOfReserving() {
  return CodeOf([] { NetworkInterface::openReserved(kUuid, kAddress); });
}

void ReservesAnAddress() {
  Scenario("an address is kept, in a network of the machine's own", {});
  {
    const auto interface = NetworkInterface::openReserved(kUuid, kAddress);
    const std::array<uint8_t, 6> mac = hvkit::vmnet::MacOfUuid(kUuid);
    Check(interface->facts().mac == mac, "the MAC is the framework's, and not the one that the address is kept for");
    Bytes told = {192, 168, 70, 0, 255, 255, 255, 0};
    told.insert(told.end(), mac.begin(), mac.end());
    told.insert(told.end(), kAddress.begin(), kAddress.end());
    Check(model::AskedNetwork() == told, "the network was told something else");
    Check(model::AskedUuid().empty(), "the interface was asked for by a UUID");
  }
  CheckSettled();
  Scenario("the network that all share", {});
  NetworkInterface::open(kUuid);
  Check(model::AskedNetwork().empty(), "the interface is in another network");
  CheckSettled();
}

void KeepsNoAddress() {
  const std::vector<std::pair<std::string, vmnet_return_t Behaviour::*>> calls = {
      {"the configuration", &Behaviour::configured}, {"the subnet", &Behaviour::subnet},
      {"the reservation", &Behaviour::reserved},     {"the network", &Behaviour::created},
      {"the listening", &Behaviour::listened},
  };
  for (const auto& [call, status] : calls) {
    Behaviour behaviour;
    behaviour.*status = VMNET_INVALID_ARGUMENT;
    Scenario(call + " is refused", behaviour);
    Check(CodeOfReserving() == "ERR_VMNET_INTERFACE", "it ends with another code");
    CheckSettled();
  }
  Behaviour behaviour;
  behaviour.started = VMNET_INVALID_ACCESS;
  Scenario("the start in a network of its own is refused", behaviour);
  Check(CodeOfReserving() == "ERR_VMNET_PERMISSION", "it ends with another code");
  CheckSettled();
}

/// As macOS was before 26: with none of the calls, and, as it never was, with some.
void HasNoReservations() {
  static std::string missing;
  const hvkit::vmnet::Lookup without = [](const char* name) -> void* {
    return missing.empty() || missing == name ? nullptr : hvkit::vmnet::InThisProcess(name);
  };
  for (const char* name : {"", "vmnet_network_configuration_create", "vmnet_network_configuration_set_ipv4_subnet",
                           "vmnet_network_configuration_add_dhcp_reservation", "vmnet_network_create",
                           "vmnet_interface_start_with_network", "CFRelease"}) {
    Scenario(std::string("a system without ") + (*name == 0 ? "all of it" : name), {});
    missing = name;
    const auto mac = hvkit::vmnet::MacOfUuid(kUuid);
    Check(CodeOf([&] { OwnNetwork(mac, kAddress, without); }) == "ERR_VMNET_RESERVATION", "it ends with another code");
    CheckSettled();
  }
}

void AnswersLateInItsOwn() {
  Behaviour behaviour;
  behaviour.start_ms = 60;
  Scenario("the answer comes when nobody waits for it, nor for the network", behaviour);
  {
    const OwnNetwork network(hvkit::vmnet::MacOfUuid(kUuid), kAddress);
    const auto request = std::make_shared<Request>(kShort);
    Check(CodeOf([&] { request->StartIn(network); }) == "ERR_VMNET_INTERFACE", "it did not time out");
  }
  CheckSettled();
}

void RefusesToStart() {
  for (uint32_t status = VMNET_FAILURE; status <= 1011; ++status) {
    Behaviour behaviour;
    behaviour.started = static_cast<vmnet_return_t>(status);
    for (const bool none : {false, true}) {
      behaviour.none = none;
      Scenario("the start is answered with " + std::to_string(status), behaviour, status);
      const bool permission = status == VMNET_INVALID_ACCESS || status == 1010;
      const char* expected = permission                             ? "ERR_VMNET_PERMISSION"
                             : status == VMNET_SHARING_SERVICE_BUSY ? "ERR_VMNET_BUSY"
                                                                    : "ERR_VMNET_INTERFACE";
      const std::string code = CodeOfOpening();
      // Without root a mere failure is taken for a lack of permission.
      Check(code == expected || (status == VMNET_FAILURE && code == "ERR_VMNET_PERMISSION"), "it ends with " + code);
      CheckSettled();
    }
  }
}

void TellsNonsense() {
  const std::vector<std::pair<std::string, void (*)(Behaviour&)>> cases = {
      {"no MAC", [](Behaviour& b) { b.mac.reset(); }},
      {"an empty MAC", [](Behaviour& b) { b.mac = ""; }},
      {"a short MAC", [](Behaviour& b) { b.mac = "8e:1:99:9c:54"; }},
      {"a long MAC", [](Behaviour& b) { b.mac = "8e:1:99:9c:54:b1:0"; }},
      {"a MAC of letters", [](Behaviour& b) { b.mac = "8e:1:99:9c:54:xx"; }},
      {"no MTU", [](Behaviour& b) { b.mtu = 0; }},
      {"a huge MTU", [](Behaviour& b) { b.mtu = 65536; }},
      {"no longest frame", [](Behaviour& b) { b.max_frame = 0; }},
      {"frames shorter than the MTU", [](Behaviour& b) { b.max_frame = 1499; }},
      {"huge frames", [](Behaviour& b) { b.max_frame = uint64_t{1} << 40; }},
      {"nothing to hold it by", [](Behaviour& b) { b.none = true; }},
      {"that nobody is told of frames", [](Behaviour& b) { b.listened = VMNET_FAILURE; }},
  };
  for (const auto& [name, change] : cases) {
    Behaviour behaviour;
    change(behaviour);
    Scenario("an interface is made, with " + name, behaviour);
    Check(!CodeOfOpening().empty(), "it was opened");
    CheckSettled();
  }
}

/// Where nobody waits any more when the answer comes.
void AnswersLate() {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    Behaviour late;
    late.start_ms = 40;
    Scenario("the start is answered too late", late, seed);
    Check(CodeOf([] { std::make_shared<Request>(kShort)->Start(kUuid); }) == "ERR_VMNET_INTERFACE",
          "it was waited for");
    // The interface that came then was unmade.
    CheckSettled();

    late.started = VMNET_FAILURE;
    Scenario("the start is refused too late", late, seed);
    Check(!CodeOf([] { std::make_shared<Request>(kShort)->Start(kUuid); }).empty(), "it was started");
    CheckSettled();
  }
  Behaviour never;
  never.started.reset();
  for (const bool none : {false, true}) {
    never.none = none;
    Scenario("the start is never answered", never);
    Check(!CodeOf([] { std::make_shared<Request>(kShort)->Start(kUuid); }).empty(), "it was started");
    CheckSettled();
  }
}

void StopsBadly() {
  Behaviour behaviour;
  behaviour.stopped = VMNET_FAILURE;
  Scenario("the stop is refused", behaviour);
  Check(CodeOfOpening().empty(), "it was not opened");
  Check(model::alive.interfaces == 1, "what was refused was done");
  model::Begin({}, 1);
  CheckSettled();

  behaviour = {};
  behaviour.stops = false;
  Scenario("the stop is never answered", behaviour);
  {
    const auto request = std::make_shared<Request>(kShort);
    request->Start(kUuid);
    request->Listen();
    request->Stop();
  }
  CheckSettled();
}

void FailsInTheMiddle() {
  for (uint32_t status = VMNET_FAILURE; status <= 1011; ++status) {
    Scenario("reading and writing fail with " + std::to_string(status), {}, status);
    const auto interface = NetworkInterface::open(kUuid);
    model::Change([&](Behaviour& b) { b.read = b.written = static_cast<vmnet_return_t>(status); });
    Room room(3);
    Check(!CodeOf([&] { interface->read(room.frames(), 3); }).empty(), "it was read");
    size_t sent = 1;
    const std::string code = CodeOf([&] { sent = interface->write(room.frames(), 3); });
    // A network that is full loses frames, which is no failure.
    Check(status == VMNET_BUFFER_EXHAUSTED ? code.empty() && sent == 0 : !code.empty(), "it was written");
    // It is of use again when the framework is.
    model::Change([](Behaviour& b) { b.read = b.written = VMNET_SUCCESS; });
    Check(interface->write(room.frames(), 3) == 3, "it stayed broken");
  }
  CheckSettled();
}

/// The helper's way between hyperkit's socket and the interface ends with either direction, and says why.
void PassesNoMore() {
  for (const bool reads : {true, false}) {
    Scenario(reads ? "reading fails under the helper" : "writing fails under the helper", {});
    const auto interface = NetworkInterface::open(kUuid);
    int ends[2] = {-1, -1};
    Check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "no sockets");
    model::Change([&](Behaviour& b) { (reads ? b.read : b.written) = VMNET_FAILURE; });
    std::string code;
    std::thread helper([&] { code = CodeOf([&] { PassFrames(ends[0], *interface); }); });
    if (reads) {
      model::Receive(Numbered(1));
    } else {
      Bytes frame = Numbered(1);
      frame.insert(frame.begin(), {static_cast<uint8_t>(frame.size()), 0});
      Check(write(ends[1], frame.data(), frame.size()) == static_cast<ssize_t>(frame.size()), "it was not written");
    }
    helper.join();
    Check(!code.empty(), "it did not say why");
    uint8_t byte = 0;
    Check(read(ends[1], &byte, 1) == 0, "hyperkit is not told of the end");
    close(ends[0]);
    close(ends[1]);
  }
  CheckSettled();
}

void RefusesWrongFrames() {
  Scenario("frames that cannot be", {});
  const auto interface = NetworkInterface::open(kUuid);
  Bytes bytes(kMaxFrame + 1);
  Frame frame = {bytes.data(), kMaxFrame - 1};
  Check(CodeOf([&] { interface->read(&frame, 1); }) == "ERR_INVALID_ARGUMENT", "a frame was read into too little room");
  for (const size_t size : {size_t{0}, size_t{kMaxFrame + 1}}) {
    frame.size = size;
    Check(CodeOf([&] { interface->write(&frame, 1); }) == "ERR_INVALID_ARGUMENT", "it was sent");
  }
  Check(model::Sent().empty(), "something was sent");
  Check(interface->read(&frame, 0) == 0 && interface->write(&frame, 0) == 0, "none are some");
}

/// What a write takes a part of, the caller is told.
void TakesAPart() {
  for (const int takes : {0, 1, 31, 32, 33}) {
    Behaviour behaviour;
    behaviour.takes = takes;
    Scenario("a write takes " + std::to_string(takes), behaviour);
    const auto interface = NetworkInterface::open(kUuid);
    Room room(100);
    const size_t sent = interface->write(room.frames(), 100);
    Check(sent == model::Sent().size(), "it tells another number");
    Check(takes >= 32 ? sent == 100 : sent == static_cast<size_t>(takes), "it sent " + std::to_string(sent));
  }
  CheckSettled();
}

/// Frames may be there before anybody could be told of them. After that one looks again only when told.
void LooksOnceAndThenWaits(uint32_t seed) {
  Scenario("a look at the start, with seed " + std::to_string(seed), {}, seed);
  const auto request = std::make_shared<Request>();
  request->Start(kUuid);
  model::Receive(Numbered(7));
  request->Listen();
  Check(request->WaitForFrames(), "nobody looked for what was there");
  std::thread other([&] {
    model::Dawdle();
    request->Interrupt();
  });
  Check(!request->WaitForFrames(), "it looked again, and had not been told");
  other.join();
  request->Stop();
}

/// In both directions at once, in batches of all sizes, and then an end from a third thread while one is waiting.
void PassesFrames(uint32_t seed) {
  constexpr uint32_t kFrames = 300;
  Scenario("frames pass, with seed " + std::to_string(seed), {}, seed);
  {
    const auto interface = NetworkInterface::open(kUuid);
    uint32_t received = 0;
    std::thread reader([&] {
      const size_t batch = 1 + seed % 40;
      Room room(batch);
      for (;;) {
        room.Reset();
        const size_t read = interface->read(room.frames(), batch);
        if (read == 0) return;
        for (size_t i = 0; i < read; ++i) Check(room.Content(i) == Numbered(received++), "another frame came");
        if (received == kFrames) interface->interrupt();
      }
    });
    std::thread world([&] {
      for (uint32_t number = 0; number < kFrames; ++number) {
        model::Receive(Numbered(number));
        if (number % (1 + seed % 13) == 0) model::Dawdle();
      }
    });
    for (uint32_t number = 0; number < kFrames;) {
      const size_t count = std::min<size_t>(1 + (seed + number) % 50, kFrames - number);
      std::vector<Bytes> bytes;
      std::vector<Frame> frames;
      for (size_t i = 0; i < count; ++i) bytes.push_back(Numbered(number + static_cast<uint32_t>(i)));
      for (Bytes& frame : bytes) frames.push_back({frame.data(), frame.size()});
      Check(interface->write(frames.data(), count) == count, "a frame was not sent");
      number += static_cast<uint32_t>(count);
    }
    reader.join();
    world.join();
    Check(received == kFrames, "only " + std::to_string(received) + " came");
    const std::vector<Bytes> sent = model::Sent();
    Check(sent.size() == kFrames, "another number was sent");
    for (uint32_t number = 0; number < kFrames; ++number) Check(sent[number] == Numbered(number), "another was sent");
    Room room(1);
    Check(interface->read(room.frames(), 1) == 0, "an end was no end");
  }
  CheckSettled();
}

/// Nothing ever comes, and the end does.
void EndsWhileWaiting(uint32_t seed) {
  Scenario("the end comes while one waits, with seed " + std::to_string(seed), {}, seed);
  {
    const auto interface = NetworkInterface::open(kUuid);
    std::thread reader([&] {
      Room room(4);
      Check(interface->read(room.frames(), 4) == 0, "a frame came from nowhere");
    });
    model::Dawdle();
    interface->interrupt();
    reader.join();
    // What comes now comes to one that is being closed.
    model::Receive(Numbered(1));
  }
  CheckSettled();
}

}  // namespace

int main() {
  Opens();
  ReservesAnAddress();
  KeepsNoAddress();
  HasNoReservations();
  AnswersLateInItsOwn();
  RefusesToStart();
  TellsNonsense();
  AnswersLate();
  StopsBadly();
  FailsInTheMiddle();
  PassesNoMore();
  RefusesWrongFrames();
  TakesAPart();
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    LooksOnceAndThenWaits(seed);
    PassesFrames(seed);
    EndsWhileWaiting(seed);
  }
  CheckSettled();
  std::printf("vmnet-simulator: %d checks passed\n", checks.load());
}
