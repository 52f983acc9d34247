// realm inspect: what a model file says about itself.
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/inspect/describe.hpp"
#include "cli/inspect/support.hpp"

namespace realm::cli {
namespace {

class Inspect final : public Command {
 public:
  std::string name() const override { return "inspect"; }
  std::string summary() const override { return "show what is in a model file"; }
  std::string description() const override {
    return "Shows a GGUF file's metadata and formats, without loading it. Long values are cut; "
           "--json has strings whole.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    flags.toggle("--tensors", tensors_, "list every tensor: format, shape, place in the file");
    flags.toggle("--ops", ops_,
                 "what each device here can do and how exactly, and which formats the model needs");
    flags.text("--blas", "WHICH", blas_, "with --ops: of devices as --blas opens them");
    flags.toggle("--precise", precise_, "with --ops: of devices as --precise opens them");
    declare_json(flags, json_);
    flags.example("realm inspect SmolLM2");
    flags.example("realm inspect ./model.gguf --tensors --json");
  }

  Result<void> run(Host& host) override {
    REALM_ASSIGN(const std::string path, find_model(model_, host.environment));
    REALM_ASSIGN(const gguf::File file, gguf::File::open(path));
    std::vector<DeviceSupport> devices;
    if (ops_) {
      REALM_ASSIGN(devices, device_support(precise_, blas_.value_or("")));
    }
    host.console.write(json_ ? as_json(path, file, devices) : as_text(path, file, devices));
    return {};
  }

 private:
  std::string as_text(const std::string& path, const gguf::File& file,
                      const std::vector<DeviceSupport>& devices) const {
    std::string text = file_text(path, file) + "\n" + metadata_text(file.metadata());
    if (tensors_) text.append("\n").append(tensors_text(file));
    if (ops_) {
      std::vector<Format> used;
      for (const FormatShare& share : format_shares(file)) used.push_back(share.format);
      text.append("\n").append(support_text(devices, used));
    }
    return text;
  }

  std::string as_json(const std::string& path, const gguf::File& file,
                      const std::vector<DeviceSupport>& devices) const {
    nlohmann::ordered_json out = file_json(path, file);
    out["metadata"] = metadata_json(file.metadata());
    if (tensors_) out["tensors"] = tensors_json(file);
    if (ops_) out["devices"] = support_json(devices);
    return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }

  std::string model_;
  std::optional<std::string> blas_;
  bool tensors_ = false, ops_ = false, precise_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_inspect() { return std::make_unique<Inspect>(); }

}  // namespace realm::cli
