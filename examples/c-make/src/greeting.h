#ifndef GREETING_H
#define GREETING_H

extern const char greeting[];

#endif
