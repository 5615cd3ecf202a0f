#include "sim/report/page.h"

#include "absl/strings/str_cat.h"
#include "sim/report/escape.h"

namespace sim::report {

std::string page(const std::string& title, const std::string& body) {
  // Nothing is loaded: the policy says so to the browser, whatever the page holds.
  return absl::StrCat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>",
      markup(title), "</title>\n<style>\n", kPageStyle, "</style>\n</head>\n<body>\n", body,
      "<script>\n", kPageScript, "</script>\n</body>\n</html>\n");
}

}  // namespace sim::report
