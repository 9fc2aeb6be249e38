// SPDX-License-Identifier: Apache-2.0
//
// Never part of a build: the clang lane compiles it to see that reading a guarded field without its lock is an
// error, and that with the lock it is not.
#include "scmi/sync.hpp"
#include "scmi/thread_annotations.hpp"

namespace {

class Counter {
 public:
  int read() {
#if defined(WITH_LOCK)
    scmi::sync::MutexLock hold(mutex_);
#endif
    return value_;
  }

 private:
  scmi::sync::Mutex mutex_;
  int value_ SCMI_GUARDED_BY(mutex_) = 0;
};

}  // namespace

int main() { return Counter().read(); }
