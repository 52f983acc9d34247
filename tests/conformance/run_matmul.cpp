#include "runner.hpp"

namespace realm::conformance {

template OpReport run_op<Linear>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<LinearAdd>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<LinearNormAdd>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<NormLinear>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<NormGateUp>(const std::vector<Device*>&, const CaseOptions&);

}  // namespace realm::conformance
