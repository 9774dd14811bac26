#include "libvirt/nullable.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace hvkit::libvirt {

namespace {

struct Nullable {
  std::string_view function;
  std::vector<size_t> arguments;
};

/// What libvirt's documentation says may be left out.
const std::vector<Nullable>& Table() {
  // Never destroyed: workers may ask while the process ends.
  static const auto* table = new std::vector<Nullable>{
      {"virConnectBaselineHypervisorCPU", {2, 3, 4, 5}},  // emulator, arch, machine, virttype
      {"virConnectCompareHypervisorCPU", {2, 3, 4, 5}},   // emulator, arch, machine, virttype
      {"virConnectFindStoragePoolSources", {3}},          // srcSpec
      {"virConnectGetDomainCapabilities", {2, 3, 4, 5}},  // emulatorbin, arch, machine, virttype
      {"virConnectGetMaxVcpus", {2}},                     // type
      {"virDomainBackupBegin", {3}},                      // checkpointXML
      {"virDomainBlockCommit", {3, 4}},                   // base, top
      {"virDomainBlockRebase", {3}},                      // base
      {"virDomainFSTrim", {2}},                           // mountPoint
      {"virDomainGetBlockIoTune", {2}},                   // disk
      {"virDomainGetMetadata", {3}},                      // uri
      {"virDomainMigrateToURI3", {2}},                    // dconnuri
      {"virDomainOpenChannel", {2}},                      // name
      {"virDomainOpenConsole", {2}},                      // dev_name
      {"virDomainRestoreFlags", {3}},                     // dxml
      {"virDomainSaveFlags", {3}},                        // dxml
      {"virDomainSetMetadata", {3, 4, 5}},                // metadata, key, uri
      {"virNetworkGetDHCPLeases", {2}},                   // mac
      {"virNodeDeviceDetachFlags", {2}},                  // driverName
  };
  return *table;
}

}  // namespace

bool TakesNull(const char* function, size_t argument) {
  const auto& table = Table();
  const auto entry =
      std::find_if(table.begin(), table.end(), [&](const Nullable& nullable) { return nullable.function == function; });
  return entry != table.end() &&
         std::find(entry->arguments.begin(), entry->arguments.end(), argument) != entry->arguments.end();
}

}  // namespace hvkit::libvirt
