// SPDX-License-Identifier: Apache-2.0
//
// Never part of a build: a sanitizer lane compiles it and expects each fault to end the program, and the run
// without a fault not to. So a lane whose sanitizer is not in force is found out.
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

namespace {

int* volatile kept = nullptr;
int raced = 0;

void overrun(int by) {
  auto* bytes = static_cast<char*>(std::malloc(8));
  bytes[7 + by] = 1;
  std::free(bytes);
}

void leak() {
  kept = new int(1);
  kept = nullptr;
}

int overflow(int by) { return INT_MAX + by; }

void race() {
  std::thread other([] { ++raced; });
  ++raced;
  other.join();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view fault = argc > 1 ? argv[1] : "none";
  if (fault == "overrun") overrun(argc);
  if (fault == "leak") leak();
  if (fault == "overflow") return overflow(argc) == 0 ? 1 : 0;
  if (fault == "race") race();
  return 0;
}
