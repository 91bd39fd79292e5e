#include "greeting.h"

/* The answer to GET /: edit it, save, and reload the page. */
const char greeting[] = "Hello from C, version 1";
