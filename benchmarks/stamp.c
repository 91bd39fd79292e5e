/* A program whose start can be timed: as its first act it reads CLOCK_MONOTONIC and writes "PID NANOSECONDS" to a named
 * pipe. Then it waits for a signal; with a second argument it ends at once.
 *
 *     stamp PIPE [end]
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_LIFE_S = 600 }; /* a stray one ends by itself */

int main(int argc, char **argv)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (argc < 2)
        return 2;
    char line[64];
    int length = snprintf(line, sizeof line, "%ld %lld\n", (long)getpid(), now.tv_sec * 1000000000LL + now.tv_nsec);
    int pipe = open(argv[1], O_WRONLY | O_NONBLOCK); /* fails where nobody reads any more */
    if (pipe < 0 || write(pipe, line, length) != length)
        return 1;
    if (argc > 2)
        return 0;
    alarm(LONGEST_LIFE_S);
    pause();
    return 0;
}
