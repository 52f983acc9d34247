#include "runner.hpp"

namespace realm::conformance {

template OpReport run_op<Embed>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<RmsNorm>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<LayerNorm>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<Softmax>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<Silu>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<Gelu>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<Add>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<Mul>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<ActMul>(const std::vector<Device*>&, const CaseOptions&);

}  // namespace realm::conformance
