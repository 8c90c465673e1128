#pragma once

#include "x86_64_machine.h"
