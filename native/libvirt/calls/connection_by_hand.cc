#include <libvirt/libvirt.h>

#include <cstring>
#include <string>
#include <vector>

#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

/// Host functions whose C types do not say what they mean.
namespace hvkit::libvirt {

namespace {

using ConnectionHandle = Handle<virConnectPtr>;

/// Statistics in libvirt's older form: asked once how many there are, then for them.
template <class Stat, class Get>
Value StatsByName(const char* name, Get get) {
  int count = 0;
  if (get(nullptr, &count) < 0) throw LastFailure(name);
  std::vector<Stat> stats(static_cast<size_t>(count));
  if (count > 0 && get(stats.data(), &count) < 0) throw LastFailure(name);
  Value::Fields fields;
  for (int i = 0; i < count; ++i) {
    const Stat& stat = stats[static_cast<size_t>(i)];
    fields.emplace_back(std::string(stat.field, strnlen(stat.field, sizeof(stat.field))), stat.value);
  }
  return fields;
}

Napi::Value NodeCpuStats(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    const auto cpu = arguments.Integer<int>();
    const auto flags = arguments.Integer<unsigned int>();
    return [cpu, flags](const ConnectionHandle& connection) -> Value {
      return StatsByName<virNodeCPUStats>("virNodeGetCPUStats", [&](virNodeCPUStatsPtr stats, int* count) {
        return virNodeGetCPUStats(connection.pointer(), cpu, stats, count, flags);
      });
    };
  });
}

Napi::Value NodeMemoryStats(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    const auto cell = arguments.Integer<int>();
    const auto flags = arguments.Integer<unsigned int>();
    return [cell, flags](const ConnectionHandle& connection) -> Value {
      return StatsByName<virNodeMemoryStats>("virNodeGetMemoryStats", [&](virNodeMemoryStatsPtr stats, int* count) {
        return virNodeGetMemoryStats(connection.pointer(), cell, stats, count, flags);
      });
    };
  });
}

Napi::Value NodeCpuMap(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    const auto flags = arguments.Integer<unsigned int>();
    return [flags](const ConnectionHandle& connection) -> Value {
      unsigned char* map = nullptr;
      unsigned int online = 0;
      const int present = virNodeGetCPUMap(connection.pointer(), &map, &online, flags);
      if (present < 0) throw LastFailure("virNodeGetCPUMap");
      Owned<unsigned char> owner(map);
      return Value::Fields{{"present", present},
                           {"online", online},
                           {"map", Value::Bytes(map, map + VIR_CPU_MAPLEN(static_cast<unsigned int>(present)))}};
    };
  });
}

Napi::Value CellsFreeMemory(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    const auto first = arguments.Integer<int>();
    const auto most = arguments.Integer<int>();
    if (most <= 0) arguments.Fail("at least one cell");
    return [first, most](const ConnectionHandle& connection) -> Value {
      std::vector<unsigned long long> cells(static_cast<size_t>(most));
      const int count = virNodeGetCellsFreeMemory(connection.pointer(), cells.data(), first, most);
      if (count < 0) throw LastFailure("virNodeGetCellsFreeMemory");
      return Value::List(cells.begin(), cells.begin() + count);
    };
  });
}

}  // namespace

CallTable ConnectionCallsByHand() {
  return {
      HVKIT_BY_HAND(virNodeGetCPUMap, NodeCpuMap),
      HVKIT_BY_HAND(virNodeGetCPUStats, NodeCpuStats),
      HVKIT_BY_HAND(virNodeGetCellsFreeMemory, CellsFreeMemory),
      HVKIT_BY_HAND(virNodeGetMemoryStats, NodeMemoryStats),
  };
}

}  // namespace hvkit::libvirt
