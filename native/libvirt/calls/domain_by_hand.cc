#include <libvirt/libvirt.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "common/failure.h"
#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

/// Domain functions whose C types do not say what they mean.
namespace hvkit::libvirt {

namespace {

using DomainHandle = Handle<virDomainPtr>;

// libvirt's own limit of vCPUs is the same; Linux has 8192 CPUs at the most.
constexpr size_t kMostCpus = 16384;

/// libvirt's id of a running domain; -1, which is what libvirt says, for one that is not.
Napi::Value GetId(const Napi::CallbackInfo& info) {
  try {
    Reader arguments(info);
    const unsigned int id = virDomainGetID(ReadHandle<virDomainPtr>(arguments)->pointer());
    return Napi::Number::New(info.Env(), static_cast<int>(id));
  } catch (const Failure& failure) {
    napi_throw(info.Env(), failure.ToValue().ToJs(info.Env()));
    return {};
  }
}

struct RecordsDeleter {
  void operator()(virDomainStatsRecordPtr* records) const { virDomainStatsRecordListFree(records); }
};

/// Takes the records over.
Value StatsToValue(virDomainStatsRecordPtr* records, int count, const std::shared_ptr<Connection>& connection) {
  const std::unique_ptr<virDomainStatsRecordPtr, RecordsDeleter> owner(records);
  Value::List list;
  for (int i = 0; i < count; ++i) {
    const virDomainStatsRecord& record = *records[i];
    virDomainRef(record.dom);
    list.emplace_back(Value::Fields{{"domain", Own(record.dom, connection)},
                                    {"stats", TypedParamsToValue(record.params, record.nparams)}});
  }
  return list;
}

/// Typed parameters in memory of ours; the strings among them are libvirt's until they are cleared.
struct ParamsArray {
  explicit ParamsArray(size_t size) : params(size) {}
  ~ParamsArray() { virTypedParamsClear(params.data(), static_cast<int>(params.size())); }
  ParamsArray(const ParamsArray&) = delete;
  ParamsArray& operator=(const ParamsArray&) = delete;

  std::vector<virTypedParameter> params;
};

Napi::Value AllStats(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    const auto groups = arguments.Integer<unsigned int>();
    const auto flags = arguments.Integer<unsigned int>();
    return [groups, flags](const Handle<virConnectPtr>& connection) -> Value {
      virDomainStatsRecordPtr* records = nullptr;
      const int count = virConnectGetAllDomainStats(connection.pointer(), groups, &records, flags);
      if (count < 0) throw LastFailure("virConnectGetAllDomainStats");
      return StatsToValue(records, count, connection.connection());
    };
  });
}

/// Not of one connection's whole, but of the domains given: the first argument is the connection they belong to.
Napi::Value ListStats(const Napi::CallbackInfo& info) {
  return CallByHand<virConnectPtr>(info, [](Reader& arguments) {
    Napi::Value value = arguments.Next();
    if (!value.IsArray()) arguments.Fail("an array of domains");
    auto array = value.As<Napi::Array>();
    std::vector<std::shared_ptr<DomainHandle>> domains;
    for (uint32_t i = 0; i < array.Length(); ++i) domains.push_back(OpenHandle<virDomainPtr>(array.Get(i)));
    const auto groups = arguments.Integer<unsigned int>();
    const auto flags = arguments.Integer<unsigned int>();
    return [domains, groups, flags](const Handle<virConnectPtr>& connection) -> Value {
      std::vector<virDomainPtr> pointers;
      for (const auto& domain : domains) {
        // libvirt only asks that they share one connection; the answer's domains are to belong to this one.
        if (domain->connection() != connection.connection()) {
          throw InvalidArgument("every domain has to belong to the connection that is asked");
        }
        pointers.push_back(domain->pointer());
      }
      pointers.push_back(nullptr);
      virDomainStatsRecordPtr* records = nullptr;
      const int count = virDomainListGetStats(pointers.data(), groups, &records, flags);
      if (count < 0) throw LastFailure("virDomainListGetStats");
      return StatsToValue(records, count, connection.connection());
    };
  });
}

Napi::Value MemoryStats(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto flags = arguments.Integer<unsigned int>();
    return [flags](const DomainHandle& domain) -> Value {
      // Room for those that a newer libvirt knows as well.
      std::array<virDomainMemoryStatStruct, 64> stats{};
      const int count = virDomainMemoryStats(domain.pointer(), stats.data(), stats.size(), flags);
      if (count < 0) throw LastFailure("virDomainMemoryStats");
      Value::List list;
      for (int i = 0; i < count; ++i) {
        const auto& stat = stats[static_cast<size_t>(i)];
        list.emplace_back(Value::List{stat.tag, stat.val});
      }
      return list;
    };
  });
}

Napi::Value BlockJobInfo(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    auto disk = arguments.String();
    const auto flags = arguments.Integer<unsigned int>();
    return [disk, flags](const DomainHandle& domain) -> Value {
      virDomainBlockJobInfo job{};
      const int found = virDomainGetBlockJobInfo(domain.pointer(), disk.c_str(), &job, flags);
      if (found < 0) throw LastFailure("virDomainGetBlockJobInfo");
      return found == 0 ? Value(Value::Null{}) : ToValue(job);
    };
  });
}

Napi::Value Vcpus(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& /*arguments*/) {
    return [](const DomainHandle& domain) -> Value {
      virDomainInfo domain_info{};
      if (virDomainGetInfo(domain.pointer(), &domain_info) < 0) throw LastFailure("virDomainGetInfo");
      std::vector<virVcpuInfo> vcpus(domain_info.nrVirtCpu);
      const int count = virDomainGetVcpus(domain.pointer(), vcpus.data(), static_cast<int>(vcpus.size()), nullptr, 0);
      if (count < 0) throw LastFailure("virDomainGetVcpus");
      Value::List list;
      for (int i = 0; i < count; ++i) {
        const virVcpuInfo& vcpu = vcpus[static_cast<size_t>(i)];
        list.emplace_back(Value::Fields{
            {"number", vcpu.number}, {"state", vcpu.state}, {"cpuTime", vcpu.cpuTime}, {"cpu", vcpu.cpu}});
      }
      return list;
    };
  });
}

/// What libvirt says of a CPU that it has no statistics of is zeroes: such a CPU becomes an empty object.
Value CpuToValue(const virTypedParameter* params, int count) {
  int known = 0;
  while (known < count && params[known].type != 0) ++known;
  return TypedParamsToValue(params, known);
}

/// `cpus` CPUs from `start` on, or all from there when it is 0; with `start` -1 and one CPU, the sum of them all.
Napi::Value CpuStats(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto start = arguments.Integer<int>();
    const auto cpus = arguments.Integer<unsigned int>();
    const auto flags = arguments.Integer<unsigned int>();
    return [start, cpus, flags](const DomainHandle& domain) -> Value {
      const auto ask = [&](virTypedParameterPtr params, unsigned int width, int first, unsigned int most) {
        const int answer = virDomainGetCPUStats(domain.pointer(), params, width, first, most, flags);
        if (answer < 0) throw LastFailure("virDomainGetCPUStats");
        return answer;
      };
      const int present = start < 0 ? 1 : ask(nullptr, 0, 0, 0) - start;
      const auto most = static_cast<unsigned int>(std::max(present, 0));
      const unsigned int wanted = cpus == 0 ? most : std::min(cpus, most);
      const auto width = static_cast<unsigned int>(ask(nullptr, 0, start, 1));
      Value::List list;
      // A daemon answers for no more than so many CPUs at once.
      constexpr unsigned int kMost = 128;
      while (width > 0 && list.size() < wanted) {
        const auto done = static_cast<unsigned int>(list.size());
        const unsigned int count = std::min(wanted - done, kMost);
        ParamsArray array(static_cast<size_t>(width) * count);
        const int filled = ask(array.params.data(), width, start + static_cast<int>(done), count);
        for (size_t cpu = 0; cpu < count; ++cpu) list.push_back(CpuToValue(&array.params[cpu * width], filled));
      }
      return list;
    };
  });
}

Napi::Value VcpuPinInfo(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto vcpus = static_cast<int>(arguments.Size(kMostCpus));
    const auto map_length = static_cast<int>(arguments.Size(kMostCpus / 8));
    const auto flags = arguments.Integer<unsigned int>();
    if (vcpus <= 0 || map_length <= 0) arguments.Fail("at least one vCPU and one byte");
    return [vcpus, map_length, flags](const DomainHandle& domain) -> Value {
      std::vector<unsigned char> maps(static_cast<size_t>(vcpus) * static_cast<size_t>(map_length));
      const int count = virDomainGetVcpuPinInfo(domain.pointer(), vcpus, maps.data(), map_length, flags);
      if (count < 0) throw LastFailure("virDomainGetVcpuPinInfo");
      Value::List list;
      for (int i = 0; i < count; ++i) {
        const auto start = maps.begin() + static_cast<std::ptrdiff_t>(i) * map_length;
        list.emplace_back(Value::Bytes(start, start + map_length));
      }
      return list;
    };
  });
}

Napi::Value EmulatorPinInfo(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto map_length = static_cast<int>(arguments.Size(kMostCpus / 8));
    const auto flags = arguments.Integer<unsigned int>();
    if (map_length <= 0) arguments.Fail("at least one byte");
    return [map_length, flags](const DomainHandle& domain) -> Value {
      Value::Bytes map(static_cast<size_t>(map_length));
      if (virDomainGetEmulatorPinInfo(domain.pointer(), map.data(), map_length, flags) < 0) {
        throw LastFailure("virDomainGetEmulatorPinInfo");
      }
      return map;
    };
  });
}

Napi::Value DiskErrors(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto flags = arguments.Integer<unsigned int>();
    return [flags](const DomainHandle& domain) -> Value {
      const int disks = virDomainGetDiskErrors(domain.pointer(), nullptr, 0, flags);
      if (disks < 0) throw LastFailure("virDomainGetDiskErrors");
      if (disks == 0) return Value::List{};
      std::vector<virDomainDiskError> errors(static_cast<size_t>(disks));
      const int count =
          virDomainGetDiskErrors(domain.pointer(), errors.data(), static_cast<unsigned int>(disks), flags);
      if (count < 0) throw LastFailure("virDomainGetDiskErrors");
      Value::List list;
      for (int i = 0; i < count; ++i) {
        const auto& error = errors[static_cast<size_t>(i)];
        list.emplace_back(Value::Fields{{"disk", Owned<char>(error.disk).get()}, {"error", error.error}});
      }
      return list;
    };
  });
}

Napi::Value SecurityLabelList(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& /*arguments*/) {
    return [](const DomainHandle& domain) -> Value {
      virSecurityLabelPtr labels = nullptr;
      const int count = virDomainGetSecurityLabelList(domain.pointer(), &labels);
      if (count < 0) throw LastFailure("virDomainGetSecurityLabelList");
      const Owned<virSecurityLabel> owner(labels);
      Value::List list;
      for (int i = 0; i < count; ++i) list.push_back(ToValue(labels[i]));
      return list;
    };
  });
}

Napi::Value SendKey(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto codeset = arguments.Integer<unsigned int>();
    const auto hold_ms = arguments.Integer<unsigned int>();
    const auto keys = arguments.Integers();
    const auto flags = arguments.Integer<unsigned int>();
    return [codeset, hold_ms, keys, flags](const DomainHandle& domain) -> Value {
      std::vector<unsigned int> codes(keys.begin(), keys.end());
      if (virDomainSendKey(domain.pointer(), codeset, hold_ms, codes.data(), static_cast<int>(codes.size()), flags) <
          0) {
        throw LastFailure("virDomainSendKey");
      }
      return 0;
    };
  });
}

/// A piece of a disk or of memory. libvirt asks that it be small (64 KiB in older versions, 4 MiB since).
template <class Peek>
Value Peeked(size_t size, const char* name, Peek peek) {
  Value::Bytes bytes(size);
  if (peek(bytes.data()) < 0) throw LastFailure(name);
  return bytes;
}

Napi::Value BlockPeek(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    auto disk = arguments.String();
    const auto offset = arguments.Integer<unsigned long long>();
    const auto size = arguments.Size(Reader::kMostBytes);
    const auto flags = arguments.Integer<unsigned int>();
    return [disk, offset, size, flags](const DomainHandle& domain) -> Value {
      return Peeked(size, "virDomainBlockPeek", [&](void* buffer) {
        return virDomainBlockPeek(domain.pointer(), disk.c_str(), offset, size, buffer, flags);
      });
    };
  });
}

Napi::Value MemoryPeek(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto start = arguments.Integer<unsigned long long>();
    const auto size = arguments.Size(Reader::kMostBytes);
    const auto flags = arguments.Integer<unsigned int>();
    return [start, size, flags](const DomainHandle& domain) -> Value {
      return Peeked(size, "virDomainMemoryPeek", [&](void* buffer) {
        return virDomainMemoryPeek(domain.pointer(), start, size, buffer, flags);
      });
    };
  });
}

Napi::Value SchedulerType(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& /*arguments*/) {
    return [](const DomainHandle& domain) -> Value {
      Owned<char> type(virDomainGetSchedulerType(domain.pointer(), nullptr));
      if (!type) throw LastFailure("virDomainGetSchedulerType");
      return type.get();
    };
  });
}

/// libvirt gives the parameters only to a caller that has room for all of them, and their number only with the type.
template <class Get>
Value SchedulerValues(const DomainHandle& domain, const char* name, Get get) {
  int count = 0;
  const Owned<char> type(virDomainGetSchedulerType(domain.pointer(), &count));
  if (!type) throw LastFailure("virDomainGetSchedulerType");
  if (count <= 0) return Value::Fields{};
  ParamsArray array(static_cast<size_t>(count));
  if (get(array.params.data(), &count) < 0) throw LastFailure(name);
  return TypedParamsToValue(array.params.data(), count);
}

Napi::Value SchedulerParameters(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& /*arguments*/) {
    return [](const DomainHandle& domain) -> Value {
      return SchedulerValues(domain, "virDomainGetSchedulerParameters", [&](virTypedParameterPtr params, int* count) {
        return virDomainGetSchedulerParameters(domain.pointer(), params, count);
      });
    };
  });
}

Napi::Value SchedulerParametersFlags(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    const auto flags = arguments.Integer<unsigned int>();
    return [flags](const DomainHandle& domain) -> Value {
      return SchedulerValues(
          domain, "virDomainGetSchedulerParametersFlags", [&](virTypedParameterPtr params, int* count) {
            return virDomainGetSchedulerParametersFlags(domain.pointer(), params, count, flags);
          });
    };
  });
}

/// The new domain belongs to the destination's connection.
Napi::Value Migrate(const Napi::CallbackInfo& info) {
  return CallByHand<virDomainPtr>(info, [](Reader& arguments) {
    auto destination = ReadHandle<virConnectPtr>(arguments);
    auto params = std::make_shared<TypedParams>(TypedParams::Read(arguments));
    const auto flags = arguments.Integer<unsigned int>();
    return [destination, params, flags](const DomainHandle& domain) -> Value {
      virDomainPtr moved = virDomainMigrate3(
          domain.pointer(), destination->pointer(), params->data(), static_cast<unsigned int>(params->size()), flags);
      if (moved == nullptr) throw LastFailure("virDomainMigrate3");
      return Own(moved, destination->connection());
    };
  });
}

}  // namespace

CallTable DomainCallsByHand() {
  return {
      HVKIT_BY_HAND(virConnectGetAllDomainStats, AllStats),
      HVKIT_BY_HAND(virDomainBlockPeek, BlockPeek),
      HVKIT_BY_HAND(virDomainGetBlockJobInfo, BlockJobInfo),
      HVKIT_BY_HAND(virDomainGetCPUStats, CpuStats),
      HVKIT_BY_HAND(virDomainGetDiskErrors, DiskErrors),
      HVKIT_BY_HAND(virDomainGetEmulatorPinInfo, EmulatorPinInfo),
      HVKIT_BY_HAND(virDomainGetID, GetId),
      HVKIT_BY_HAND(virDomainGetSchedulerParameters, SchedulerParameters),
      HVKIT_BY_HAND(virDomainGetSchedulerParametersFlags, SchedulerParametersFlags),
      HVKIT_BY_HAND(virDomainGetSchedulerType, SchedulerType),
      HVKIT_BY_HAND(virDomainGetSecurityLabelList, SecurityLabelList),
      HVKIT_BY_HAND(virDomainGetVcpuPinInfo, VcpuPinInfo),
      HVKIT_BY_HAND(virDomainGetVcpus, Vcpus),
      HVKIT_BY_HAND(virDomainListGetStats, ListStats),
      HVKIT_BY_HAND(virDomainMemoryPeek, MemoryPeek),
      HVKIT_BY_HAND(virDomainMemoryStats, MemoryStats),
      HVKIT_BY_HAND(virDomainMigrate3, Migrate),
      HVKIT_BY_HAND(virDomainSendKey, SendKey),
  };
}

}  // namespace hvkit::libvirt
