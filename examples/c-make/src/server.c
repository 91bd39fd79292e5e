/* A small HTTP server that ends cleanly on SIGTERM: one connection at a time, which is enough to look at. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "greeting.h"

static volatile sig_atomic_t stopping;

static void stop(int signum)
{
    (void)signum;
    stopping = 1;
}

/* Holds SIGINT and SIGTERM back but for the time that pselect() waits with `waiting`: none can fall in between. */
static void stop_on_signals(sigset_t *waiting)
{
    struct sigaction action = {.sa_handler = stop};
    sigset_t held;

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, waiting);
}

/* A socket that listens on loopback, or -1. */
static int listen_on(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0)
        return -1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 16) < 0) {
        close(listener);
        return -1;
    }
    return listener;
}

/* Reads one request up to its empty line (or as much as fits), and answers it. */
static void answer(int connection)
{
    struct timeval patience = {.tv_sec = 5};
    char request[4096] = "";
    char response[512];
    size_t length = 0;
    ssize_t got = 0;

    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    do {
        got = read(connection, request + length, sizeof request - 1 - length);
        length += got > 0 ? (size_t)got : 0;
        request[length] = '\0';
    } while (got > 0 && length < sizeof request - 1 && !strstr(request, "\r\n\r\n"));

    int found = strncmp(request, "GET / ", 6) == 0;
    const char *body = found ? greeting : "not found";
    int size = snprintf(response, sizeof response,
                        "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
                        found ? "200 OK" : "404 Not Found", strlen(body) + 1, body);
    if (write(connection, response, (size_t)size) != size)
        perror("write");
}

/* Answers one connection after the other until a signal says to stop. */
static void serve(int listener, const sigset_t *waiting)
{
    while (!stopping) {
        fd_set readable;

        FD_ZERO(&readable);
        FD_SET(listener, &readable);
        if (pselect(listener + 1, &readable, NULL, NULL, NULL, waiting) < 0)
            continue;
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        answer(connection);
        close(connection);
    }
}

int main(void)
{
    sigset_t waiting;
    const char *port = getenv("PORT");
    unsigned short number = (unsigned short)atoi(port && *port ? port : "8087");
    int listener = listen_on(number);

    if (listener < 0) {
        perror("listen");
        return 1;
    }
    stop_on_signals(&waiting);
    signal(SIGPIPE, SIG_IGN);
    printf("listening on 127.0.0.1:%d\n", number);
    fflush(stdout);

    serve(listener, &waiting);
    close(listener);
    return 0;
}
