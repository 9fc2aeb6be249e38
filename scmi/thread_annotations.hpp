// SPDX-License-Identifier: Apache-2.0
//
// Names for Clang's thread-safety attributes (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html). Other
// compilers see nothing.
#pragma once

#if defined(__clang__)
#define SCMI_ANNOTATE(x) __attribute__((x))
#else
#define SCMI_ANNOTATE(x)
#endif

#define SCMI_CAPABILITY(x) SCMI_ANNOTATE(capability(x))
#define SCMI_SCOPED_CAPABILITY SCMI_ANNOTATE(scoped_lockable)
#define SCMI_GUARDED_BY(x) SCMI_ANNOTATE(guarded_by(x))
#define SCMI_PT_GUARDED_BY(x) SCMI_ANNOTATE(pt_guarded_by(x))
#define SCMI_REQUIRES(...) SCMI_ANNOTATE(requires_capability(__VA_ARGS__))
#define SCMI_EXCLUDES(...) SCMI_ANNOTATE(locks_excluded(__VA_ARGS__))
#define SCMI_ACQUIRE(...) SCMI_ANNOTATE(acquire_capability(__VA_ARGS__))
#define SCMI_RELEASE(...) SCMI_ANNOTATE(release_capability(__VA_ARGS__))
#define SCMI_TRY_ACQUIRE(...) SCMI_ANNOTATE(try_acquire_capability(__VA_ARGS__))
#define SCMI_NO_THREAD_SAFETY_ANALYSIS SCMI_ANNOTATE(no_thread_safety_analysis)
