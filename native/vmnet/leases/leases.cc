#include "vmnet/leases/leases.h"

#include "vmnet/leases/table.h"

namespace hvkit::vmnet {

Pass ReadLeases(const std::string& path, const LeaseParser::Sink& sink) {
  const Table table = Table::Open(path);
  if (!table.file) return {true, 0};
  LeaseParser parser(sink);
  table.Read(0, table.status.st_size, [&](std::string_view piece) { parser.Feed(piece); });
  parser.Finish();
  return {false, parser.broken()};
}

}  // namespace hvkit::vmnet
