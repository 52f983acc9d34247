#include "runner.hpp"

namespace realm::conformance {

template OpReport run_op<RopeTable>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<Rope>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<KvWrite>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<Attention>(const std::vector<Device*>&, const CaseOptions&);
template OpReport run_op<NormQkvRope>(const std::vector<Device*>&, const CaseOptions&);

}  // namespace realm::conformance
