// Runs a program and tells what it did: for tests of the command.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace realm::testing {

struct Outcome {
  int exit_code = -1;  ///< of a program that returned
  int signal = 0;      ///< that ended it, if one did
  bool timed_out = false;
  std::string out;  ///< standard output
  std::string err;  ///< standard error
  double seconds = 0;
  double cpu_seconds = 0;  ///< of all its threads, in user and system mode
  long peak_kib = 0;       ///< resident set at most
};

struct RunOptions {
  std::string input{};                       ///< on standard input, through a pipe
  std::map<std::string, std::string> set{};  ///< environment, on top of ours
  std::vector<std::string> unset{"NO_COLOR", "REALM_DEVICE", "REALM_CPU_ISA"};
  double timeout_seconds = 120;
  bool close_output_early = false;   ///< the reader of standard output goes after one byte
  bool interrupt_at_output = false;  ///< SIGINT as soon as something is on standard output
  bool wait_then_interrupt = false;  ///< no input comes; SIGINT at the first word on stderr
  double signal_after_seconds = -1;  ///< from the start; below 0: none
  int signal_number = 0;             ///< that comes then
  uint64_t file_bytes = 0;           ///< limit of files that are written; 0: ours
  uint64_t memory_bytes = 0;         ///< limit of the address space; 0: ours
  std::string output_file{};         ///< standard output goes there; out stays empty
  bool terminal = false;             ///< all three streams are one terminal; out has both
};

Outcome run(const std::vector<std::string>& command, const RunOptions& options = {});

}  // namespace realm::testing
