#include "libvirt/convert.h"

#include <cstring>
#include <string>
#include <utility>

namespace hvkit::libvirt {

namespace {

/// Text in a fixed array, which libvirt fills but need not end.
template <size_t N>
std::string Text(const char (&array)[N]) {
  return {array, strnlen(array, N)};
}

}  // namespace

Value ToValue(const virNodeInfo& info) {
  return Value::Fields{{"model", Text(info.model)}, {"memory", info.memory},  {"cpus", info.cpus},
                       {"mhz", info.mhz},           {"nodes", info.nodes},    {"sockets", info.sockets},
                       {"cores", info.cores},       {"threads", info.threads}};
}

Value ToValue(const virSecurityModel& model) {
  return Value::Fields{{"model", Text(model.model)}, {"doi", Text(model.doi)}};
}

Value ToValue(const virSecurityLabel& label) {
  return Value::Fields{{"label", Text(label.label)}, {"enforcing", label.enforcing != 0}};
}

Value ToValue(const virDomainInfo& info) {
  return Value::Fields{{"state", static_cast<int>(info.state)},
                       {"maxMemory", info.maxMem},
                       {"memory", info.memory},
                       {"vcpus", static_cast<unsigned int>(info.nrVirtCpu)},
                       {"cpuTime", info.cpuTime}};
}

Value ToValue(const virDomainControlInfo& info) {
  return Value::Fields{{"state", info.state}, {"details", info.details}, {"stateTime", info.stateTime}};
}

Value ToValue(const virDomainJobInfo& info) {
  return Value::Fields{
      {"type", info.type},           {"timeElapsed", info.timeElapsed},     {"timeRemaining", info.timeRemaining},
      {"dataTotal", info.dataTotal}, {"dataProcessed", info.dataProcessed}, {"dataRemaining", info.dataRemaining},
      {"memTotal", info.memTotal},   {"memProcessed", info.memProcessed},   {"memRemaining", info.memRemaining},
      {"fileTotal", info.fileTotal}, {"fileProcessed", info.fileProcessed}, {"fileRemaining", info.fileRemaining}};
}

Value ToValue(const virDomainBlockInfo& info) {
  return Value::Fields{{"capacity", info.capacity}, {"allocation", info.allocation}, {"physical", info.physical}};
}

Value ToValue(const virDomainBlockJobInfo& info) {
  return Value::Fields{{"type", info.type}, {"bandwidth", info.bandwidth}, {"cur", info.cur}, {"end", info.end}};
}

Value ToValue(const virDomainBlockStatsStruct& stats) {
  return Value::Fields{{"rdReq", stats.rd_req},
                       {"rdBytes", stats.rd_bytes},
                       {"wrReq", stats.wr_req},
                       {"wrBytes", stats.wr_bytes},
                       {"errs", stats.errs}};
}

Value ToValue(const virDomainInterfaceStatsStruct& stats) {
  return Value::Fields{{"rxBytes", stats.rx_bytes}, {"rxPackets", stats.rx_packets}, {"rxErrs", stats.rx_errs},
                       {"rxDrop", stats.rx_drop},   {"txBytes", stats.tx_bytes},     {"txPackets", stats.tx_packets},
                       {"txErrs", stats.tx_errs},   {"txDrop", stats.tx_drop}};
}

Value ToValue(const virDomainInterface& interface) {
  Value::List addresses;
  for (unsigned int i = 0; i < interface.naddrs; ++i) {
    const virDomainIPAddress& address = interface.addrs[i];
    addresses.emplace_back(
        Value::Fields{{"type", address.type}, {"address", address.addr}, {"prefix", address.prefix}});
  }
  return Value::Fields{{"name", interface.name}, {"mac", interface.hwaddr}, {"addresses", std::move(addresses)}};
}

Value ToValue(const virDomainFSInfo& info) {
  Value::List devices;
  for (size_t i = 0; i < info.ndevAlias; ++i) devices.emplace_back(info.devAlias[i]);
  return Value::Fields{
      {"mountpoint", info.mountpoint}, {"name", info.name}, {"fstype", info.fstype}, {"devices", std::move(devices)}};
}

Value ToValue(const virDomainIOThreadInfo& info) {
  return Value::Fields{{"id", info.iothread_id}, {"cpuMap", Value::Bytes(info.cpumap, info.cpumap + info.cpumaplen)}};
}

Value ToValue(const virNetworkDHCPLease& lease) {
  return Value::Fields{{"interface", lease.iface},  {"expiryTime", lease.expirytime},
                       {"type", lease.type},        {"mac", lease.mac},
                       {"iaid", lease.iaid},        {"address", lease.ipaddr},
                       {"prefix", lease.prefix},    {"hostname", lease.hostname},
                       {"clientId", lease.clientid}};
}

Value ToValue(const virStoragePoolInfo& info) {
  return Value::Fields{{"state", info.state},
                       {"capacity", info.capacity},
                       {"allocation", info.allocation},
                       {"available", info.available}};
}

Value ToValue(const virStorageVolInfo& info) {
  return Value::Fields{{"type", info.type}, {"capacity", info.capacity}, {"allocation", info.allocation}};
}

}  // namespace hvkit::libvirt
