// Kernels of our own that take the place of libtorch's where these are slow on what cohorts compute.
#pragma once
#include "shim.h"

#include <torch/library.h>
#include <torch/version.h>

// Each says whether it took its place.
bool InstallBatched(torch::Library& library);
bool InstallRowwise(torch::Library& library);
