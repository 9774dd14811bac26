#include <libvirt/libvirt.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libvirt/call.h"
#include "libvirt/calls/calls.h"
#include "libvirt/keep_alive.h"

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

/// What libvirt's protocol takes for one request; no host has that many. It bounds what is allocated here.
constexpr int kMostCells = 1024;

Napi::Value CellsFreeMemory(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    const auto first = arguments.Integer<int>();
    const auto most = arguments.Integer<int>();
    if (most < 1 || most > kMostCells) arguments.Fail("a number of cells from 1 to " + std::to_string(kMostCells));
    return [first, most](const ConnectionHandle& connection) -> Value {
      std::vector<unsigned long long> cells(static_cast<size_t>(most));
      const int count = virNodeGetCellsFreeMemory(connection.pointer(), cells.data(), first, most);
      if (count < 0) throw LastFailure("virNodeGetCellsFreeMemory");
      return Value::List(cells.begin(), cells.begin() + count);
    };
  });
}

unsigned int ReadCellCount(Reader& arguments) {
  const auto cells = arguments.Integer<unsigned int>();
  if (cells < 1 || cells > kMostCells) arguments.Fail("a number of cells from 1 to " + std::to_string(kMostCells));
  return cells;
}

/// Sizes of pages, or how many: whole numbers that are not negative.
template <class T>
std::vector<T> ReadCounts(Reader& arguments) {
  std::vector<T> counts;
  for (const int count : arguments.Integers()) {
    if (count < 0) arguments.Fail("an array of whole numbers not below 0");
    counts.push_back(static_cast<T>(count));
  }
  return counts;
}

/// A list for each cell: how many pages of each size are free there.
Napi::Value FreePages(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    auto sizes = ReadCounts<unsigned int>(arguments);
    const auto first = arguments.Integer<int>();
    const unsigned int cells = ReadCellCount(arguments);
    const auto flags = arguments.Integer<unsigned int>();
    return [sizes, first, cells, flags](const ConnectionHandle& connection) -> Value {
      std::vector<unsigned int> pages = sizes;  // libvirt's parameter is not const
      std::vector<unsigned long long> counts(cells * pages.size());
      const int filled = virNodeGetFreePages(connection.pointer(),
                                             static_cast<unsigned int>(pages.size()),
                                             pages.data(),
                                             first,
                                             cells,
                                             counts.data(),
                                             flags);
      if (filled < 0) throw LastFailure("virNodeGetFreePages");
      Value::List list;
      for (auto cell = counts.begin(); cell < counts.begin() + filled; cell += static_cast<int>(pages.size())) {
        list.emplace_back(Value::List(cell, cell + static_cast<int>(pages.size())));
      }
      return list;
    };
  });
}

/// How many cells were adjusted.
Napi::Value AllocPages(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    auto sizes = ReadCounts<unsigned int>(arguments);
    auto counts = ReadCounts<unsigned long long>(arguments);
    if (counts.size() != sizes.size()) arguments.Fail("as many counts as there are sizes of pages");
    const auto first = arguments.Integer<int>();
    const unsigned int cells = ReadCellCount(arguments);
    const auto flags = arguments.Integer<unsigned int>();
    return [sizes, counts, first, cells, flags](const ConnectionHandle& connection) -> Value {
      std::vector<unsigned int> pages = sizes;
      std::vector<unsigned long long> wanted = counts;
      const int adjusted = virNodeAllocPages(connection.pointer(),
                                             static_cast<unsigned int>(pages.size()),
                                             pages.data(),
                                             wanted.data(),
                                             first,
                                             cells,
                                             flags);
      if (adjusted < 0) throw LastFailure("virNodeAllocPages");
      return adjusted;
    };
  });
}

Napi::Value KeepAlive(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    const auto interval = arguments.Integer<int>();
    const auto count = arguments.Integer<unsigned int>();
    return [interval, count](const ConnectionHandle& handle) -> Value {
      const int result = SetKeepAlive(*handle.connection(), interval, count);
      if (result < 0) throw LastFailure("virConnectSetKeepAlive");
      return result;
    };
  });
}

/// On a thread of its own: those of the connection may all be asleep in calls to which no answer comes any more.
Napi::Value IsAlive(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    Reader arguments(info);
    auto connection = ReadHandle<virConnectPtr>(arguments);
    std::shared_ptr<JobQueue> queue = JobQueue::Create(1);
    return RunAsync(info.Env(), Module::Of(info.Env()).loop, *queue, [connection = std::move(connection)]() -> Value {
      const int alive = virConnectIsAlive(connection->pointer());
      if (alive < 0) throw LastFailure("virConnectIsAlive");
      return alive;
    });
  });
}

}  // namespace

CallTable ConnectionCallsByHand() {
  return {
      HVKIT_BY_HAND(virConnectIsAlive, IsAlive),
      HVKIT_BY_HAND(virConnectSetKeepAlive, KeepAlive),
      HVKIT_BY_HAND(virNodeAllocPages, AllocPages),
      HVKIT_BY_HAND(virNodeGetCPUMap, NodeCpuMap),
      HVKIT_BY_HAND(virNodeGetCPUStats, NodeCpuStats),
      HVKIT_BY_HAND(virNodeGetCellsFreeMemory, CellsFreeMemory),
      HVKIT_BY_HAND(virNodeGetFreePages, FreePages),
      HVKIT_BY_HAND(virNodeGetMemoryStats, NodeMemoryStats),
  };
}

}  // namespace hvkit::libvirt
