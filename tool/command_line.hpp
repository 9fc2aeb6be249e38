// SPDX-License-Identifier: Apache-2.0
//
// The command line: OBJECT VERB, like ip and bpftool. Each object's file registers its own verbs; the parser itself
// (CLI11) stays in command_line.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tool/run.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace scmi::tool {

/// What a verb takes besides the global options. Words are stored where the caller says before it runs.
class Verb {
 public:
  /// A word that must be there, in its place.
  Verb& argument(const char* name, std::string& word, const char* help);
  /// The same, but may be left out.
  Verb& optional_argument(const char* name, std::string& word, const char* help);
  /// One word or more.
  Verb& arguments(const char* name, std::vector<std::string>& words, const char* help);
  /// `flag` and a word; `type` is how the help calls it.
  Verb& option(const char* flag, const char* type, std::string& word, const char* help);
  /// The same, any number of times.
  Verb& options(const char* flag, const char* type, std::vector<std::string>& words, const char* help);
  Verb& flag(const char* flag, bool& on, const char* help);
  /// Where `when` holds once the words are known, `run` does the work, without a platform.
  Verb& offline(std::function<bool()> when, std::function<Outcome<void>(Report&)> run);
  /// The verb is for platforms that cannot be probed, too.
  Verb& lenient();

 private:
  friend class CommandLine;
  struct Manner {
    std::function<bool()> offline_when;
    std::function<Outcome<void>(Report&)> offline;
    bool lenient = false;
  };
  Verb(CLI::App& app, std::shared_ptr<Manner> manner) : app_(&app), manner_(std::move(manner)) {}
  CLI::App* app_;
  std::shared_ptr<Manner> manner_;
};

class CommandLine;

/// A kind of thing, and its verbs.
class Object {
 public:
  /// A verb that only looks.
  Verb verb(const char* name, const char* help, std::function<Outcome<void>(Context&)> run) {
    return verb(name, help, std::move(run), [] { return false; });
  }
  /// A verb that can take something away: without -y it asks first. `dangerous` judges the words that were given.
  Verb verb(const char* name, const char* help, std::function<Outcome<void>(Context&)> run,
            std::function<bool()> dangerous);

 private:
  friend class CommandLine;
  Object(CommandLine& line, CLI::App& app) : line_(&line), app_(&app) {}
  CommandLine* line_;
  CLI::App* app_;
};

/// For verbs that are dangerous with any words.
[[nodiscard]] inline bool always() { return true; }

class CommandLine {
 public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  [[nodiscard]] Object object(const char* name, const char* help);
  /// For a verb without an object.
  [[nodiscard]] Object top();
  /// Memory for a verb's words, as long-lived as the command line.
  template <class Words>
  [[nodiscard]] Words& keep() {
    auto words = std::make_shared<Words>();
    kept_.push_back(words);
    return *words;
  }

  /// Understands the words and runs the command. Answers the exit code of the process.
  [[nodiscard]] int run(int argc, char** argv);

 private:
  friend class Object;
  [[nodiscard]] Verb add(CLI::App& parent, const char* name, const char* help,
                         std::function<Outcome<void>(Context&)> run, std::function<bool()> dangerous);

  std::unique_ptr<CLI::App> app_;
  Globals globals_;
  std::string timeout_;
  std::optional<Command> command_;
  std::vector<std::shared_ptr<void>> kept_;
};

}  // namespace scmi::tool
