// The llama decoder written from its papers: Touvron et al., 2023; Su et al., 2021 (rotary
// positions); Peng et al., 2023 (YaRN); Llama 3.1's model card (its frequency ramp).
#include <cmath>
#include <optional>

#include "model/tiny/tiny_model.hpp"

namespace realm::tiny {
namespace {

using Vector = std::vector<double>;
constexpr double kPi = 3.14159265358979323846;

class Plain {
 public:
  explicit Plain(const Model& model) : model_(model), spec_(model.spec) {
    for (int i = 0; i < spec_.rope_dims / 2; ++i) frequencies_.push_back(frequency(i));
  }

  std::vector<Vector> logits(const std::vector<int32_t>& tokens) const {
    std::vector<Vector> x;
    const Matrix& embedding = tensor("token_embd.weight");
    for (const int32_t token : tokens) {
      Vector row;
      for (int c = 0; c < spec_.dim; ++c) row.push_back(embedding.at(token, c));
      x.push_back(row);
    }
    for (int l = 0; l < spec_.layers; ++l) layer("blk." + std::to_string(l) + ".", x);
    const Matrix& head = spec_.tied ? embedding : tensor("output.weight");
    std::vector<Vector> out;
    for (const Vector& row : x) out.push_back(times(head, norm(row, "output_norm.weight")));
    return out;
  }

 private:
  const Matrix& tensor(const std::string& name) const { return model_.tensors.at(name); }

  Vector norm(const Vector& x, const std::string& name) const {
    double sum = 0;
    for (const double v : x) sum += v * v;
    const double by = 1 / std::sqrt(sum / static_cast<double>(x.size()) + double{spec_.norm_eps});
    const Matrix& weight = tensor(name);
    Vector out;
    for (size_t i = 0; i < x.size(); ++i) out.push_back(x[i] * by * double{weight.values[i]});
    return out;
  }

  static Vector times(const Matrix& w, const Vector& x) {
    Vector out;
    for (int64_t r = 0; r < w.shape[0]; ++r) {
      double sum = 0;
      for (size_t c = 0; c < x.size(); ++c) sum += w.at(r, static_cast<int64_t>(c)) * x[c];
      out.push_back(sum);
    }
    return out;
  }

  // name.weight and, where there is one, name.bias
  Vector linear(const std::string& name, const Vector& x) const {
    Vector out = times(tensor(name + ".weight"), x);
    if (spec_.biases) {
      for (size_t i = 0; i < out.size(); ++i) out[i] += double{tensor(name + ".bias").values[i]};
    }
    return out;
  }

  double scaling(const std::string& name, double fallback) const {
    const auto found = spec_.scaling_numbers.find(name);
    return found == spec_.scaling_numbers.end() ? fallback : double{found->second};
  }

  double frequency(int i) const {
    const double n = spec_.rope_dims;
    double f = 1 / std::pow(double{spec_.rope_base}, 2 * i / n);
    if (spec_.rope_divisors)
      f /= double{tensor("rope_freqs.weight").values[static_cast<size_t>(i)]};
    const double factor = scaling("factor", 1);
    const double original = spec_.original_context > 0 ? spec_.original_context : spec_.context;
    if (spec_.scaling == "linear") return f / factor;
    if (spec_.scaling == "yarn") {
      const auto dim_of = [&](double rotations) {
        return n * std::log(original / (rotations * 2 * kPi)) /
               (2 * std::log(double{spec_.rope_base}));
      };
      const double low = std::fmax(std::floor(dim_of(scaling("yarn_beta_fast", 32))), 0);
      const double high = std::fmin(std::ceil(dim_of(scaling("yarn_beta_slow", 1))), n - 1);
      double ramp = (i - low) / std::fmax(high - low, 0.001);
      ramp = ramp < 0 ? 0 : ramp > 1 ? 1 : ramp;
      return f / factor * ramp + f * (1 - ramp);
    }
    if (spec_.scaling == "llama3") {
      const double low = scaling("low_freq_factor", 1), high = scaling("high_freq_factor", 4);
      const double wavelength = 2 * kPi / f;
      if (wavelength < original / high) return f;
      if (wavelength > original / low) return f / factor;
      const double smooth = (original / wavelength - low) / (high - low);
      return (1 - smooth) * f / factor + smooth * f;
    }
    return f;
  }

  double magnitude() const {
    const double own = scaling("attn_factor", 1);
    return spec_.scaling == "yarn" ? own * (0.1 * std::log(scaling("factor", 1)) + 1) : own;
  }

  void turn(Vector& x, size_t position) const {
    const auto dims = static_cast<size_t>(spec_.rope_dims), half = dims / 2;
    const bool neox = spec_.architecture == "qwen2";
    for (size_t at = 0; at < x.size(); at += static_cast<size_t>(spec_.head_dim)) {
      for (size_t i = 0; i < half; ++i) {
        double& a = x[at + (neox ? i : 2 * i)];
        double& b = x[at + (neox ? i + half : 2 * i + 1)];
        const double angle = static_cast<double>(position) * frequencies_[i];
        const double c = magnitude() * std::cos(angle), s = magnitude() * std::sin(angle);
        const double a0 = a, b0 = b;
        a = a0 * c - b0 * s;
        b = b0 * c + a0 * s;
      }
    }
  }

  Vector attend(const Vector& q, const std::vector<Vector>& k, const std::vector<Vector>& v,
                size_t position) const {
    const auto d = static_cast<size_t>(spec_.head_dim);
    const auto window = static_cast<size_t>(spec_.window);
    const size_t first = window > 0 && position + 1 > window ? position + 1 - window : 0;
    Vector out(q.size(), 0.0);
    for (size_t h = 0; h < static_cast<size_t>(spec_.heads); ++h) {
      const size_t kv = h / static_cast<size_t>(spec_.heads / spec_.kv_heads);
      Vector p;
      double sum = 0;
      for (size_t t = first; t <= position; ++t) {
        double dot = 0;
        for (size_t i = 0; i < d; ++i) dot += q[h * d + i] * k[t][kv * d + i];
        p.push_back(std::exp(dot / std::sqrt(static_cast<double>(d))));
        sum += p.back();
      }
      for (size_t t = first; t <= position; ++t) {
        for (size_t i = 0; i < d; ++i) out[h * d + i] += p[t - first] / sum * v[t][kv * d + i];
      }
    }
    return out;
  }

  void layer(const std::string& at, std::vector<Vector>& x) const {
    std::vector<Vector> q, k, v;
    for (size_t t = 0; t < x.size(); ++t) {
      const Vector n = norm(x[t], at + "attn_norm.weight");
      q.push_back(linear(at + "attn_q", n));
      k.push_back(linear(at + "attn_k", n));
      v.push_back(linear(at + "attn_v", n));
      turn(q.back(), t);
      turn(k.back(), t);
    }
    for (size_t t = 0; t < x.size(); ++t) {
      add(x[t], linear(at + "attn_output", attend(q[t], k, v, t)));
      const Vector n = norm(x[t], at + "ffn_norm.weight");
      Vector inner = linear(at + "ffn_gate", n);
      const Vector up = linear(at + "ffn_up", n);
      for (size_t i = 0; i < inner.size(); ++i) inner[i] *= up[i] / (1 + std::exp(-inner[i]));
      add(x[t], linear(at + "ffn_down", inner));
    }
  }

  static void add(Vector& x, const Vector& y) {
    for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }

  const Model& model_;
  const Spec& spec_;
  Vector frequencies_;
};

}  // namespace

std::vector<std::vector<double>> plain_logits(const Model& model,
                                              const std::vector<int32_t>& tokens) {
  return Plain(model).logits(tokens);
}

}  // namespace realm::tiny
