// A model of vmnet.framework, written from its documentation: it may be slow, and may fail wherever the framework may.
// What passes against it has not been shown to pass on a Mac.
#pragma once

#include <vmnet/vmnet.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace model {

/// A block, held by the model. Counted where ThreadSanitizer sees it, which does not know the blocks' own run-time
/// library.
using Block = std::shared_ptr<void>;
Block Hold(const void* block);

/// What is alive. All are zero when a program has given back what it was given.
struct Alive {
  std::atomic<int> queues{0};
  std::atomic<int> dictionaries{0};
  std::atomic<int> interfaces{0};
  std::atomic<int> blocks{0};
  /// Networks of one's own, and what they are made of.
  std::atomic<int> networks{0};
};
extern Alive alive;

/// Uses of what is no more, which on a Mac are crashes.
extern std::atomic<int> misuses;

/// Runs it on the queue, after a while.
void Enqueue(dispatch_queue_t queue, std::function<void()> work);

/// How the next interfaces behave.
struct Behaviour {
  /// No interface is returned.
  bool none = false;
  /// What the handler is told; it is not called at all without.
  std::optional<vmnet_return_t> started = VMNET_SUCCESS;
  /// How long it takes to answer.
  int start_ms = 0;
  /// What the interface is told to have; nothing where it is told nothing.
  std::optional<std::string> mac = "8e:1:99:9c:54:b1";
  uint64_t mtu = 1500;
  uint64_t max_frame = 1514;
  /// What the calls that make a network of one's own say. The first and the last make nothing then.
  vmnet_return_t configured = VMNET_SUCCESS;
  vmnet_return_t subnet = VMNET_SUCCESS;
  vmnet_return_t reserved = VMNET_SUCCESS;
  vmnet_return_t created = VMNET_SUCCESS;
  vmnet_return_t listened = VMNET_SUCCESS;
  vmnet_return_t read = VMNET_SUCCESS;
  vmnet_return_t written = VMNET_SUCCESS;
  /// Frames that one write takes at most.
  int takes = 200;
  /// What vmnet_stop_interface returns; its handler is called only after success.
  vmnet_return_t stopped = VMNET_SUCCESS;
  /// Whether the answer to the stop ever comes.
  bool stops = true;
};
/// Forgets all that was, and begins with these delays. Only where nothing is alive.
void Begin(const Behaviour& behaviour, uint32_t seed);
void Change(const std::function<void(Behaviour&)>& change);

using Bytes = std::vector<uint8_t>;
/// A frame comes in for every interface.
void Receive(Bytes frame);
/// What was sent, in order.
std::vector<Bytes> Sent();
/// The UUID and the mode that were asked for last.
std::vector<uint8_t> AskedUuid();
uint64_t AskedMode();
/// The subnet, its mask, and the MAC and address that are kept, of the network that the last interface was made in;
/// nothing of the one that all share.
Bytes AskedNetwork();

/// Waits until nothing is alive. False: something still is, after ten seconds.
bool Settled();
/// A pause of up to a millisecond, by the seed.
void Dawdle();

}  // namespace model
