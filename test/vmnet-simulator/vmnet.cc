#include <Block.h>
#include <vmnet/vmnet.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "model.h"

const char* vmnet_operation_mode_key = "vmnet_operation_mode_key";
const char* vmnet_interface_id_key = "vmnet_interface_id_key";
const char* vmnet_mac_address_key = "vmnet_mac_address_key";
const char* vmnet_mtu_key = "vmnet_mtu_key";
const char* vmnet_max_packet_size_key = "vmnet_max_packet_size_key";

namespace model {
Alive alive;
std::atomic<int> misuses{0};
}  // namespace model

using model::Behaviour;
using model::Block;
using model::Bytes;

/// A network of one's own, or what is to become one.
struct Network {
  explicit Network(bool made, Bytes settings = {}) : is_made(made), told(std::move(settings)) {
    ++model::alive.networks;
  }
  ~Network() { --model::alive.networks; }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  const bool is_made;
  Bytes told;
};
/// What a caller holds of it; its interfaces hold it too.
using NetworkHandle = std::shared_ptr<Network>;

struct vmnet_interface {
  dispatch_queue_t listener = nullptr;
  Block callback;
  std::deque<Bytes> received;
  NetworkHandle network;
};

namespace {

/// More at once are VMNET_TOO_MANY_PACKETS.
constexpr int kMostFrames = 200;

std::mutex mutex;
// All below belong to it.
Behaviour behaviour;
std::set<interface_ref> interfaces;
std::vector<Bytes> sent;
std::vector<uint8_t> asked_uuid;
uint64_t asked_mode = 0;
Bytes asked_network;
std::mt19937 random_numbers;

/// With the mutex held: the interface, if it is one.
bool Exists(interface_ref interface) {
  if (interfaces.count(interface) == 1) return true;
  ++model::misuses;
  return false;
}

/// With the mutex held. The framework tells of frames once, when the first of them comes.
void TellOfFrames(interface_ref interface) {
  if (!interface->callback) return;
  model::Enqueue(interface->listener, [callback = interface->callback] {
    auto block = reinterpret_cast<vmnet_interface_event_callback_t>(callback.get());
    const xpc_object_t event = xpc_dictionary_create(nullptr, nullptr, 0);
    block(VMNET_INTERFACE_PACKETS_AVAILABLE, event);
    xpc_release(event);
  });
}

xpc_object_t ParametersOf(const Behaviour& now) {
  const xpc_object_t parameters = xpc_dictionary_create(nullptr, nullptr, 0);
  if (now.mac) xpc_dictionary_set_string(parameters, vmnet_mac_address_key, now.mac->c_str());
  xpc_dictionary_set_uint64(parameters, vmnet_mtu_key, now.mtu);
  xpc_dictionary_set_uint64(parameters, vmnet_max_packet_size_key, now.max_frame);
  return parameters;
}

interface_ref StartInterface(xpc_object_t interface_desc, dispatch_queue_t queue,
                             vmnet_start_interface_completion_handler_t handler, const NetworkHandle& network) {
  model::Dawdle();
  const std::lock_guard<std::mutex> lock(mutex);
  const uint8_t* uuid = xpc_dictionary_get_uuid(interface_desc, vmnet_interface_id_key);
  if (uuid != nullptr) asked_uuid.assign(uuid, uuid + sizeof(uuid_t));
  asked_mode = xpc_dictionary_get_uint64(interface_desc, vmnet_operation_mode_key);
  asked_network = network ? network->told : Bytes();

  const Behaviour now = behaviour;
  interface_ref interface = nullptr;
  // One that failed to start is not there to be stopped.
  if (!now.none) interface = new vmnet_interface;
  if (interface != nullptr) interface->network = network;
  if (!now.none && now.started == VMNET_SUCCESS) {
    interfaces.insert(interface);
    ++model::alive.interfaces;
  }
  if (now.started) {
    model::Enqueue(queue, [now, interface, block = model::Hold(handler)] {
      std::this_thread::sleep_for(std::chrono::milliseconds(now.start_ms));
      const xpc_object_t parameters = now.started == VMNET_SUCCESS ? ParametersOf(now) : nullptr;
      reinterpret_cast<vmnet_start_interface_completion_handler_t>(block.get())(*now.started, parameters);
      if (parameters != nullptr) xpc_release(parameters);
      if (*now.started != VMNET_SUCCESS) delete interface;
    });
  } else {
    // Never told: its caller may keep the handle, and has no use for it.
    static std::vector<std::unique_ptr<vmnet_interface>> silent;
    silent.emplace_back(interface);
  }
  return interface;
}

NetworkHandle* HandleOf(void* network, bool is_made) {
  auto* handle = static_cast<NetworkHandle*>(network);
  if (handle == nullptr || (*handle)->is_made != is_made) ++model::misuses;
  return handle;
}

vmnet_return_t Tell(void* configuration, vmnet_return_t status, const void* what, size_t size) {
  model::Dawdle();
  const auto* bytes = static_cast<const uint8_t*>(what);
  if (status == VMNET_SUCCESS) {
    Bytes& told = (*HandleOf(configuration, false))->told;
    told.insert(told.end(), bytes, bytes + size);
  }
  return status;
}

Behaviour Now() {
  const std::lock_guard<std::mutex> lock(mutex);
  return behaviour;
}

}  // namespace

interface_ref vmnet_start_interface(xpc_object_t interface_desc, dispatch_queue_t queue,
                                    vmnet_start_interface_completion_handler_t handler) {
  return StartInterface(interface_desc, queue, handler, nullptr);
}

// What macOS has since 26. No header here has it: it is looked up by name.
extern "C" {

void* vmnet_network_configuration_create(operating_modes_t mode, vmnet_return_t* status) {
  model::Dawdle();
  *status = mode == VMNET_SHARED_MODE ? Now().configured : VMNET_INVALID_ARGUMENT;
  return *status == VMNET_SUCCESS ? new NetworkHandle(std::make_shared<Network>(false)) : nullptr;
}

vmnet_return_t vmnet_network_configuration_set_ipv4_subnet(void* configuration, const void* subnet, const void* mask) {
  const vmnet_return_t status = Tell(configuration, Now().subnet, subnet, 4);
  return status == VMNET_SUCCESS ? Tell(configuration, status, mask, 4) : status;
}

vmnet_return_t vmnet_network_configuration_add_dhcp_reservation(void* configuration, const void* mac,
                                                                const void* address) {
  const vmnet_return_t status = Tell(configuration, Now().reserved, mac, 6);
  return status == VMNET_SUCCESS ? Tell(configuration, status, address, 4) : status;
}

void* vmnet_network_create(void* configuration, vmnet_return_t* status) {
  model::Dawdle();
  const NetworkHandle* handle = HandleOf(configuration, false);
  *status = Now().created;
  return *status == VMNET_SUCCESS ? new NetworkHandle(std::make_shared<Network>(true, (*handle)->told)) : nullptr;
}

interface_ref vmnet_interface_start_with_network(void* network, xpc_object_t interface_desc, dispatch_queue_t queue,
                                                 vmnet_start_interface_completion_handler_t handler) {
  return StartInterface(interface_desc, queue, handler, *HandleOf(network, true));
}

void CFRelease(const void* object) {
  if (object == nullptr) ++model::misuses;
  delete static_cast<const NetworkHandle*>(object);
}

}  // extern "C"

vmnet_return_t vmnet_interface_set_event_callback(interface_ref interface, interface_event_t /*event_mask*/,
                                                  dispatch_queue_t queue, vmnet_interface_event_callback_t callback) {
  model::Dawdle();
  Block old;
  const std::lock_guard<std::mutex> lock(mutex);
  if (!Exists(interface)) return VMNET_INVALID_ARGUMENT;
  if (callback != nullptr && behaviour.listened != VMNET_SUCCESS) return behaviour.listened;
  old = std::move(interface->callback);
  interface->callback = callback != nullptr ? model::Hold(callback) : nullptr;
  interface->listener = queue;
  return VMNET_SUCCESS;
}

vmnet_return_t vmnet_stop_interface(interface_ref interface, dispatch_queue_t queue,
                                    vmnet_interface_completion_handler_t handler) {
  model::Dawdle();
  const std::lock_guard<std::mutex> lock(mutex);
  if (!Exists(interface)) return VMNET_INVALID_ARGUMENT;
  if (behaviour.stopped != VMNET_SUCCESS) return behaviour.stopped;
  interfaces.erase(interface);
  Block block;
  if (behaviour.stops) block = model::Hold(handler);
  model::Enqueue(queue, [interface, block] {
    delete interface;
    --model::alive.interfaces;
    if (block) reinterpret_cast<vmnet_interface_completion_handler_t>(block.get())(VMNET_SUCCESS);
  });
  return VMNET_SUCCESS;
}

vmnet_return_t vmnet_read(interface_ref interface, struct vmpktdesc* packets, int* pktcnt) {
  model::Dawdle();
  const std::lock_guard<std::mutex> lock(mutex);
  if (!Exists(interface)) return VMNET_INVALID_ARGUMENT;
  if (*pktcnt > kMostFrames) return VMNET_TOO_MANY_PACKETS;
  if (behaviour.read != VMNET_SUCCESS) return behaviour.read;
  int read = 0;
  for (; read < *pktcnt && !interface->received.empty(); ++read) {
    vmpktdesc& packet = packets[read];
    const Bytes& frame = interface->received.front();
    if (packet.vm_pkt_iovcnt != 1 || packet.vm_pkt_iov->iov_len < behaviour.max_frame) return VMNET_INVALID_ARGUMENT;
    std::copy(frame.begin(), frame.end(), static_cast<uint8_t*>(packet.vm_pkt_iov->iov_base));
    packet.vm_pkt_size = frame.size();
    interface->received.pop_front();
  }
  *pktcnt = read;
  return VMNET_SUCCESS;
}

vmnet_return_t vmnet_write(interface_ref interface, struct vmpktdesc* packets, int* pktcnt) {
  model::Dawdle();
  const std::lock_guard<std::mutex> lock(mutex);
  if (!Exists(interface)) return VMNET_INVALID_ARGUMENT;
  if (*pktcnt > kMostFrames) return VMNET_TOO_MANY_PACKETS;
  if (behaviour.written != VMNET_SUCCESS) return behaviour.written;
  *pktcnt = std::min(*pktcnt, behaviour.takes);
  for (int i = 0; i < *pktcnt; ++i) {
    const vmpktdesc& packet = packets[i];
    if (packet.vm_pkt_size > behaviour.max_frame) return VMNET_PACKET_TOO_BIG;
    if (packet.vm_pkt_iovcnt != 1 || packet.vm_pkt_iov->iov_len != packet.vm_pkt_size) return VMNET_INVALID_ARGUMENT;
    const auto* bytes = static_cast<const uint8_t*>(packet.vm_pkt_iov->iov_base);
    sent.emplace_back(bytes, bytes + packet.vm_pkt_size);
  }
  return VMNET_SUCCESS;
}

namespace model {

Block Hold(const void* block) {
  ++alive.blocks;
  return {_Block_copy(block), [](void* copy) {
            _Block_release(copy);
            --alive.blocks;
          }};
}

void Begin(const Behaviour& wanted, uint32_t seed) {
  const std::lock_guard<std::mutex> lock(mutex);
  // One that could not be stopped would be the system's until the program ends.
  for (const interface_ref interface : interfaces) {
    delete interface;
    --alive.interfaces;
  }
  interfaces.clear();
  behaviour = wanted;
  sent.clear();
  asked_uuid.clear();
  asked_mode = 0;
  asked_network.clear();
  random_numbers.seed(seed);
}

void Change(const std::function<void(Behaviour&)>& change) {
  const std::lock_guard<std::mutex> lock(mutex);
  change(behaviour);
}

void Receive(Bytes frame) {
  const std::lock_guard<std::mutex> lock(mutex);
  for (const interface_ref interface : interfaces) {
    interface->received.push_back(frame);
    if (interface->received.size() == 1) TellOfFrames(interface);
  }
}

std::vector<Bytes> Sent() {
  const std::lock_guard<std::mutex> lock(mutex);
  return sent;
}

std::vector<uint8_t> AskedUuid() {
  const std::lock_guard<std::mutex> lock(mutex);
  return asked_uuid;
}

Bytes AskedNetwork() {
  const std::lock_guard<std::mutex> lock(mutex);
  return asked_network;
}

uint64_t AskedMode() {
  const std::lock_guard<std::mutex> lock(mutex);
  return asked_mode;
}

bool Settled() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (alive.queues + alive.dictionaries + alive.interfaces + alive.blocks + alive.networks > 0) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return true;
}

void Dawdle() {
  uint32_t draw = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    draw = random_numbers();
  }
  // Half of the time at once, as on a fast machine.
  if (draw % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(draw / 2 % 1000));
}

}  // namespace model
