#pragma once

/* What exec_target ends with: shows that it, and not what called exec, did. */
#define EXEC_TARGET_STATUS 42
