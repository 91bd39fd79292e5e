#include "greeting.h"

/* What GET / answers: edit it, save, and ask again. */
const char greeting[] = "Hello from C, version 1";
