/* The floor of a restart: what has to be done and nothing else. Blocks on inotify for one folder; on a change it signals
 * the group of its child, waits for the end, and starts it again. No settling, no filter, no output, no bookkeeping.
 *
 *     floor FOLDER PROGRAM [ARGUMENT ...]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static volatile pid_t child;

static void die(const char *what, int error)
{
    fprintf(stderr, "floor: %s: %s\n", what, strerror(error));
    exit(1);
}

static void end(int number)
{
    (void)number;
    if (child > 0)
        kill(-child, SIGKILL);
    _exit(0);
}

static void start(char **argv)
{
    posix_spawnattr_t attributes;
    pid_t pid;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    int error = posix_spawn(&pid, argv[0], NULL, &attributes, argv, environ);
    if (error != 0)
        die(argv[0], error);
    posix_spawnattr_destroy(&attributes);
    child = pid;
}

static void stop(void)
{
    pid_t pid = child;
    kill(-pid, SIGTERM);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    child = 0;
}

int main(int argc, char **argv)
{
    char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    if (argc < 3) {
        fputs("usage: floor FOLDER PROGRAM [ARGUMENT ...]\n", stderr);
        return 2;
    }
    signal(SIGTERM, end);
    signal(SIGINT, end);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whoever started it may be killed: then it must not stay */
    int watcher = inotify_init1(IN_CLOEXEC);
    if (watcher < 0 || inotify_add_watch(watcher, argv[1], IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE) < 0)
        die(argv[1], errno);
    for (start(argv + 2); read(watcher, events, sizeof events) > 0; start(argv + 2))
        stop();
    die("inotify", errno);
}
