#include "cli/measure/synthetic_flags.hpp"

#include "base/str.hpp"
#include "cli/measure/clock.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {

void SyntheticFlags::declare(Flags& flags) {
  flags.text("--synthetic", "SHAPE:TYPE", spec_,
             str("instead of MODEL, random weights in the shape of a known one: ",
                 synthetic::shape_names(),
                 "; TYPE is a format, which all matrices have, or a mix as of realm quantize"));
  flags.whole("--seed", "N", seed_, {0, 4294967295}, "of the random weights (default 1)");
  flags.text("--save", "FILE", save_,
             "also write the synthetic model as a GGUF file: the same bytes");
}

Result<void> SyntheticFlags::check(bool has_model) const {
  if (has_model == given()) {
    return Error{Code::kInvalidArgument, has_model
                                             ? "MODEL and --synthetic: one of them is measured"
                                             : "what to measure: MODEL or --synthetic"};
  }
  if (given()) return {};
  if (saves()) return Error{Code::kInvalidArgument, "--save belongs to --synthetic"};
  if (seed_) return Error{Code::kInvalidArgument, "--seed belongs to --synthetic"};
  return {};
}

Result<synthetic::Model> SyntheticFlags::make(Host& host, int threads) const {
  auto spec = synthetic::parse_spec(*spec_);
  if (!spec) return std::move(spec).error().in("--synthetic");
  spec->seed = seed_.value_or(spec->seed);
  REALM_ASSIGN(synthetic::Model model, synthetic::make(*spec));
  host.console.note(str("synthetic ", spec->name(), ", seed ", spec->seed));
  if (model.fallbacks > 0) {
    host.console.warning(str(model.fallbacks,
                             " matrices have rows that are not whole blocks of what ",
                             spec->type.name, " wants: another format"));
  }
  if (!save_) return model;
  const Clock clock;
  host.console.progress("writing " + *save_);
  auto saved = synthetic::save(model.file, *save_, threads);
  host.console.progress_end();
  REALM_TRY(saved);
  host.console.note(str(*save_, ": ", bytes_text(model.file.size_bytes()), ", ",
                        fixed(clock.seconds(), 1), " s"));
  return model;
}

}  // namespace realm::cli
