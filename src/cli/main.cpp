#include "cli/app.hpp"
#include "cli/terminal/interrupt.hpp"

int main(int argc, char** argv) {
  realm::cli::watch_interrupts();
  const realm::cli::Environment environment = realm::cli::process_environment();
  realm::cli::Console console(environment);
  realm::cli::Host host{console, environment};
  return realm::cli::run_app({argv + (argc > 0 ? 1 : 0), argv + argc}, host);
}
