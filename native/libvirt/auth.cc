#include "libvirt/auth.h"

#include <cstdlib>
#include <cstring>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "common/value.h"

namespace hvkit::libvirt {

namespace {

using Answers = std::optional<std::vector<std::string>>;

/// One answer, given at most once. If whoever holds it goes away unanswering, the waiting thread is told "none".
class Reply {
 public:
  ~Reply() { Give(std::nullopt); }
  void Give(Answers answers) {
    if (given_) return;
    given_ = true;
    answer_.set_value(std::move(answers));
  }
  std::future<Answers> Future() { return answer_.get_future(); }

 private:
  bool given_ = false;
  std::promise<Answers> answer_;
};

Answers ReadAnswers(Napi::Value value, size_t count) {
  if (!value.IsArray() || value.As<Napi::Array>().Length() != count) return std::nullopt;
  auto array = value.As<Napi::Array>();
  std::vector<std::string> answers;
  for (uint32_t i = 0; i < count; ++i) {
    Napi::Value item = array.Get(i);
    if (!item.IsString()) return std::nullopt;
    answers.push_back(item.As<Napi::String>());
    if (answers.back().find('\0') != std::string::npos) return std::nullopt;  // libvirt would see the half before it
  }
  return answers;
}

class ReleaseReference : public Task {
 public:
  explicit ReleaseReference(std::shared_ptr<Napi::FunctionReference> reference) : reference_(std::move(reference)) {}
  void Settle(Napi::Env /*env*/) override { reference_->Reset(); }

 private:
  std::shared_ptr<Napi::FunctionReference> reference_;
};

}  // namespace

class Auth::Question : public Task {
 public:
  Question(Value::List credentials, std::shared_ptr<Napi::FunctionReference> ask, std::shared_ptr<Reply> reply)
      : credentials_(std::move(credentials)), ask_(std::move(ask)), reply_(std::move(reply)) {}

  void Settle(Napi::Env env) override {
    auto count = credentials_.size();
    auto answer =
        Napi::Function::New(env, [reply = std::exchange(reply_, nullptr), count](const Napi::CallbackInfo& info) {
          reply->Give(ReadAnswers(info[0], count));
        });
    ask_->Call({Value(std::move(credentials_)).ToJs(env), answer});
  }

 private:
  Value::List credentials_;
  std::shared_ptr<Napi::FunctionReference> ask_;
  std::shared_ptr<Reply> reply_;
};

std::shared_ptr<Auth> Auth::Read(Reader& arguments, const std::shared_ptr<EnvLoop>& loop) {
  std::vector<int> types = arguments.Integers();
  Napi::Value ask = arguments.Next();
  if (!ask.IsFunction()) return nullptr;
  std::shared_ptr<Auth> auth(new Auth(std::move(types), loop));
  auth->ask_ = std::make_shared<Napi::FunctionReference>(Napi::Persistent(ask.As<Napi::Function>()));
  auth->ask_->SuppressDestruct();
  return auth;
}

Auth::~Auth() { loop_->Post(std::make_unique<ReleaseReference>(ask_)); }

virConnectAuth Auth::Callbacks() {
  return {types_.data(), static_cast<unsigned int>(types_.size()), OnCredentials, this};
}

int Auth::OnCredentials(virConnectCredentialPtr credentials, unsigned int count, void* self) {
  auto* auth = static_cast<Auth*>(self);
  Value::List list;
  for (unsigned int i = 0; i < count; ++i) {
    const virConnectCredential& credential = credentials[i];
    list.emplace_back(Value::Fields{{"type", credential.type},
                                    {"prompt", credential.prompt},
                                    {"challenge", credential.challenge},
                                    {"defaultResult", credential.defresult}});
  }
  auto reply = std::make_shared<Reply>();
  std::future<Answers> answers = reply->Future();
  auth->loop_->Post(std::make_unique<Question>(std::move(list), auth->ask_, std::move(reply)));
  Answers given = answers.get();
  if (!given) return -1;
  for (unsigned int i = 0; i < count; ++i) {
    const std::string& answer = (*given)[i];
    credentials[i].result = strdup(answer.c_str());
    credentials[i].resultlen = static_cast<unsigned int>(answer.size());
  }
  return 0;
}

}  // namespace hvkit::libvirt
