// What Apple documents of its frameworks, held against the headers in include/, which were written by hand: a wrong one
// compiles as well as a right one. Compiled by scripts/check-macos for each processor, and by the simulator of vmnet.
#include <vmnet/vmnet.h>

#include <cstddef>
#include <type_traits>

// Numbers, which are in every binary that was ever compiled with the real header.
static_assert(VMNET_SUCCESS == 1000 && VMNET_FAILURE == 1001 && VMNET_MEM_FAILURE == 1002);
static_assert(VMNET_INVALID_ARGUMENT == 1003 && VMNET_SETUP_INCOMPLETE == 1004 && VMNET_INVALID_ACCESS == 1005);
static_assert(VMNET_PACKET_TOO_BIG == 1006 && VMNET_BUFFER_EXHAUSTED == 1007 && VMNET_TOO_MANY_PACKETS == 1008);
static_assert(VMNET_SHARING_SERVICE_BUSY == 1009);
static_assert(VMNET_HOST_MODE == 1000 && VMNET_SHARED_MODE == 1001 && VMNET_BRIDGED_MODE == 1002);
static_assert(VMNET_INTERFACE_PACKETS_AVAILABLE == 1);
template <class T>
constexpr bool kUint32 = std::is_same_v<std::underlying_type_t<T>, uint32_t>;
static_assert(kUint32<vmnet_return_t> && kUint32<operating_modes_t> && kUint32<interface_event_t>);

// Layout.
static_assert(sizeof(vmpktdesc) == 24 && alignof(vmpktdesc) == 8);
static_assert(offsetof(vmpktdesc, vm_pkt_size) == 0 && sizeof(vmpktdesc::vm_pkt_size) == 8);
static_assert(offsetof(vmpktdesc, vm_pkt_iov) == 8);
static_assert(offsetof(vmpktdesc, vm_pkt_iovcnt) == 16 && sizeof(vmpktdesc::vm_pkt_iovcnt) == 4);
static_assert(offsetof(vmpktdesc, vm_flags) == 20 && sizeof(vmpktdesc::vm_flags) == 4);
static_assert(sizeof(iovec) == 16 && offsetof(iovec, iov_base) == 0 && offsetof(iovec, iov_len) == 8);
static_assert(std::is_pointer_v<interface_ref>);
static_assert(sizeof(uuid_t) == 16);

// Signatures.
static_assert(std::is_same_v<decltype(vmnet_operation_mode_key), const char*>);
static_assert(std::is_same_v<vmnet_start_interface_completion_handler_t, void (^)(vmnet_return_t, xpc_object_t)>);
static_assert(std::is_same_v<vmnet_interface_event_callback_t, void (^)(interface_event_t, xpc_object_t)>);
static_assert(std::is_same_v<vmnet_interface_completion_handler_t, void (^)(vmnet_return_t)>);
static_assert(
    std::is_same_v<decltype(vmnet_start_interface),
                   interface_ref(xpc_object_t, dispatch_queue_t, vmnet_start_interface_completion_handler_t)>);
static_assert(std::is_same_v<decltype(vmnet_interface_set_event_callback),
                             vmnet_return_t(interface_ref, interface_event_t, dispatch_queue_t,
                                            vmnet_interface_event_callback_t)>);
static_assert(std::is_same_v<decltype(vmnet_stop_interface),
                             vmnet_return_t(interface_ref, dispatch_queue_t, vmnet_interface_completion_handler_t)>);
static_assert(std::is_same_v<decltype(vmnet_read), vmnet_return_t(interface_ref, vmpktdesc*, int*)>);
static_assert(std::is_same_v<decltype(vmnet_write), vmnet_return_t(interface_ref, vmpktdesc*, int*)>);
