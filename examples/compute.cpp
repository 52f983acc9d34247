// Realm's ops by themselves: a quantized matrix, a norm and attention on a device of your choice.
// usage: compute [--device NAME]
#include <cmath>
#include <cstdio>
#include <realm/compute.hpp>

using namespace realm;

// y = silu(rms_norm(x) W^T), then attention of y over itself; returns the first row.
Result<std::vector<float>> run(const std::string& name) {
  constexpr int64_t kRows = 4, kDim = 256, kOut = 128;
  std::vector<float> x(kRows * kDim), w(kOut * kDim), ones(kDim, 1.0f);
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i));
  for (size_t i = 0; i < w.size(); ++i) w[i] = std::cos(static_cast<float>(i * i % 97)) / 16;

  REALM_ASSIGN(const auto device, compute::Device::open(name));
  std::printf("%s: %s\n", device.name().c_str(), device.description().c_str());
  REALM_ASSIGN(const auto blocks, compute::quantize(Format::kQ4_K, w, kDim));
  REALM_ASSIGN(const auto weight, device.upload_weight(Format::kQ4_K, kOut, kDim, blocks));
  REALM_ASSIGN(const auto input, device.upload(x, kRows, kDim));
  REALM_ASSIGN(const auto norm_weight, device.upload(ones, 1, kDim));
  REALM_ASSIGN(const auto normed, compute::rms_norm(input, norm_weight));
  REALM_ASSIGN(const auto product, compute::linear(normed, weight));
  REALM_ASSIGN(const auto y, compute::silu(product));
  REALM_ASSIGN(auto cache, compute::KvCache::create(device, 2, kOut / 2, kRows));
  REALM_TRY(cache.append(y, y));
  REALM_ASSIGN(const auto mixed, compute::attention(y, cache));
  return compute::download(mixed);
}

int main(int argc, char** argv) {
  const auto out = run(argc == 3 && std::string(argv[1]) == "--device" ? argv[2] : "");
  if (!out) return std::fprintf(stderr, "compute: %s\n", out.error().message.c_str()), 1;
  for (size_t i = 0; i < 4; ++i) std::printf("out[0, %zu] = %.4f\n", i, (*out)[i]);
}
