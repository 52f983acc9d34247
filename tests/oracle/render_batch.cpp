// render_batch: for every line of stdin, a JSON object {"source", "context"}, one line with
// {"text"} or {"error"}. The clock stands at Friday, 26 July 2024, 13:05:09.001234. The oracle
// scripts' way to ask Realm.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "text/jinja/json.hpp"
#include "text/jinja/template.hpp"

namespace {

using realm::jinja::Template;

realm::jinja::LocalTime fixed_clock() {
  realm::jinja::LocalTime now;
  now.civil.tm_year = 124;
  now.civil.tm_mon = 6;
  now.civil.tm_mday = 26;
  now.civil.tm_hour = 13;
  now.civil.tm_min = 5;
  now.civil.tm_sec = 9;
  now.civil.tm_wday = 5;
  now.civil.tm_yday = 207;
  now.microsecond = 1234;
  return now;
}

realm::Result<std::string> render(const std::string& line) {
  REALM_ASSIGN(const auto request, realm::jinja::read_json(line));
  REALM_ASSIGN(const Template parsed,
               Template::parse(request.dict().find_text("source")->string(), "t"));
  return parsed.render(request.dict().find_text("context")->dict(), {}, fixed_clock);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto text = render(line);
    nlohmann::json out;
    out[text ? "text" : "error"] = text ? *text : text.error().message;
    std::cout << out.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << "\n";
  }
  return 0;
}
