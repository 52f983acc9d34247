// realm devices: what Realm can compute on here, and what it looked for in vain.
#include <nlohmann/json.hpp>

#include "backend/registry.hpp"
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

class Devices final : public Command {
 public:
  std::string name() const override { return "devices"; }
  std::string summary() const override { return "list the devices that models can run on"; }
  std::string description() const override {
    return "Lists every device that was looked for, in the order in which --device auto takes "
           "them, and why those that are not there are not.";
  }

  void declare(Flags& flags) override {
    flags.toggle("--verbose", verbose_, "tell cores, memory nodes and how threads are kept");
    declare_json(flags, json_);
    flags.example("realm devices");
    flags.example("realm devices --verbose");
  }

  Result<void> run(Host& host) override {
    const std::vector<DeviceListing> found = list_devices();
    std::string text = json_ ? as_json(found) : as_table(found);
    if (verbose_ && !json_) {
      text += "\n--packed-cache auto keeps packed weights in " +
              DeviceFlags().packed_folder(host.environment) + "; its files may be deleted\n";
    }
    host.console.write(text);
    return {};
  }

 private:
  static std::string as_json(const std::vector<DeviceListing>& found) {
    auto list = nlohmann::ordered_json::array();
    for (const DeviceListing& device : found) {
      const bool available = device.unavailable.empty();
      list.push_back({{"name", device.name},
                      {"available", available},
                      {"description", device.description},
                      {"reason", device.unavailable},
                      {"details", device.details}});
    }
    return list.dump(2) + "\n";
  }

  std::string as_table(const std::vector<DeviceListing>& found) const {
    Table table;
    for (const DeviceListing& device : found) {
      const bool available = device.unavailable.empty();
      table.row({device.name, available ? device.description : "not here: " + device.unavailable});
      if (!verbose_) continue;
      for (const std::string& line : device.details) table.row({"", line});
    }
    return table.text();
  }

  bool verbose_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_devices() { return std::make_unique<Devices>(); }

}  // namespace realm::cli
