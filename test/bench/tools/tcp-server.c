/*
 * tcp-server PORT: the server behind layer 4. The first byte of a connection says what it is for: 'e' everything is sent back (that byte
 * too), 'u' what comes is dropped, 'd' zeros are sent for as long as they are taken. Says "ready" on standard output.
 */
#define _GNU_SOURCE
#include "common.h"
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

#define MAX_FILES 65536
#define BUFFER (256 * 1024)

static char input[BUFFER];
static char zeros[BUFFER];
/* By file descriptor; 0 before the first byte. */
static char purpose[MAX_FILES];

static void watch(int epoll, int operation, int file, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = file};
  epoll_ctl(epoll, operation, file, &event);
}

static void accept_all(int epoll, int listener) {
  int connection;
  while ((connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (connection >= MAX_FILES) {
      close(connection);
      continue;
    }
    send_at_once(connection);
    purpose[connection] = 0;
    watch(epoll, EPOLL_CTL_ADD, connection, EPOLLIN);
  }
}

/* 0 when the connection has ended. */
static int serve(int epoll, int connection, unsigned events) {
  if (purpose[connection] == 'd' && (events & EPOLLOUT)) {
    ssize_t sent = write(connection, zeros, sizeof zeros);
    if (sent < 0 && errno != EAGAIN) {
      return 0;
    }
  }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
    return 1;
  }
  int drop = purpose[connection] == 'u' ? MSG_TRUNC : 0;
  ssize_t length = recv(connection, input, sizeof input, drop);
  if (length <= 0) {
    return length < 0 && errno == EAGAIN;
  }
  if (purpose[connection] == 0) {
    purpose[connection] = input[0];
    if (input[0] == 'd') {
      watch(epoll, EPOLL_CTL_MOD, connection, EPOLLIN | EPOLLOUT);
    }
  }
  return purpose[connection] != 'e' || write(connection, input, length) == length;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: tcp-server PORT\n");
    return 2;
  }
  raise_file_limit();
  signal(SIGPIPE, SIG_IGN);
  struct sockaddr_in address = loopback(atoi(arguments[1]));
  int on = 1;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
    fail("listen");
  }
  printf("ready\n");
  fflush(stdout);

  int epoll = epoll_create1(0);
  struct epoll_event events[256];
  watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int index = 0; index < ready; index++) {
      int file = events[index].data.fd;
      if (file == listener) {
        accept_all(epoll, listener);
      } else if (!serve(epoll, file, events[index].events)) {
        close(file);
      }
    }
  }
}
