// The log sink is part of the public interface; this name keeps it in reach of the lower layers.
#pragma once

#include "realm/log.hpp"
